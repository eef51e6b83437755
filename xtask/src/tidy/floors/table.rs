//! The floors of `auth-core`, and every exception to them.

/// The sources that the table describes.
pub(super) const SOURCES: &str = "auth-core/src/";

/// Each folder or file with its floor. A module belongs to the entry with the longest matching path.
/// It may use lower floors, and modules of its own floor that do not use it.
pub(super) const FLOORS: &[(&str, u8)] = &[
    // Documentation.
    ("guide", 7),
    ("api", 6),
    ("auth", 5),
    ("login", 3),
    ("authenticator", 3),
    ("guard", 3),
    ("csrf", 3),
    ("flash", 3),
    ("accounts", 2),
    ("backend", 2),
    ("transport", 2),
    ("strategy", 2),
    ("session", 2),
    // The public name of a session is vocabulary, and so are the methods of a login, which a session
    // stores, and the table of error codes, with which a code of the application's must not collide.
    ("session/id", 0),
    ("login/methods", 0),
    ("store", 1),
    ("clock", 0),
    ("config", 0),
    ("context", 0),
    ("error", 0),
    ("event", 0),
    ("http", 0),
    ("password", 0),
    ("keys", 0),
    ("secret", 0),
    ("text", 0),
    ("token", 0),
    ("user", 0),
];

/// One use that the table does not allow.
#[derive(Debug)]
pub(super) struct Exception {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    /// Why it is correct, or the condition under which it can be removed.
    pub(super) why: &'static str,
}

/// All exceptions. An exception that no source needs fails the check.
pub(super) const EXCEPTIONS: &[Exception] = &[
    Exception {
        from: "auth",
        to: "api",
        why: "the handle holds the table of routes and answers with its rejections",
    },
    Exception {
        from: "secret",
        to: "keys",
        why: "the master secret has a ring of keys, and a ring digests keys to name them",
    },
    Exception {
        from: "user",
        to: "store",
        why: "the bundled user is made from the rows of the store",
    },
];
