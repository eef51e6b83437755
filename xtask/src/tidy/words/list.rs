//! The phrases that the project does not use, where that is enforced, and the exceptions.

/// A phrase, in lower case. `*` stands for any one word.
#[derive(Debug)]
pub(super) struct Phrase {
    pub(super) words: &'static str,
    /// Preceding words with which the phrase is allowed.
    pub(super) after: &'static [&'static str],
    /// Words that `*` may stand for.
    pub(super) allowed: &'static [&'static str],
    /// The wording to use instead.
    pub(super) instead: &'static str,
}

const fn phrase(words: &'static str, instead: &'static str) -> Phrase {
    Phrase {
        words,
        after: &[],
        allowed: &[],
        instead,
    }
}

/// A negated noun: "a text is no key", where "there is no key" is fine.
const fn negated(words: &'static str) -> Phrase {
    Phrase {
        words,
        after: &["there", "where", "here", "has", "have"],
        allowed: &[
            "better",
            "bigger",
            "different",
            "earlier",
            "easier",
            "fewer",
            "greater",
            "larger",
            "later",
            "less",
            "longer",
            "more",
            "older",
            "other",
            "shorter",
            "slower",
            "worse",
        ],
        instead: "say what it is: \"invalid …\", \"is not a valid …\"",
    }
}

const A_PERSON: &str = "name the subject: the caller, the client, the application, the store";
const A_STATE: &str = "name the state: expired, revoked, ended, invalid";
const A_SUBJECT: &str = "write a subject, a verb and an object";

/// Every phrase.
pub(super) const PHRASES: &[Phrase] = &[
    phrase("whoever", A_PERSON),
    phrase("whomever", A_PERSON),
    phrase("whom", A_PERSON),
    phrase("nobody", A_PERSON),
    phrase("somebody", A_PERSON),
    phrase("everybody", A_PERSON),
    phrase("anybody", A_PERSON),
    phrase("who asks", A_PERSON),
    phrase("the one that asks", A_PERSON),
    phrase("the one who asks", A_PERSON),
    phrase("whatever is", A_SUBJECT),
    phrase("what is over", A_STATE),
    phrase("that is over", A_STATE),
    phrase("which is over", A_STATE),
    phrase("good for nothing", A_STATE),
    phrase("is another now", A_STATE),
    Phrase {
        words: "is none",
        after: &["there", "where"],
        allowed: &[],
        instead: "say what it is: \"invalid …\"",
    },
    negated("is no *"),
    negated("are no *"),
    negated("was no *"),
    phrase("what is no", "say what it is: \"invalid …\""),
    phrase("goes on", "continues, or name the state"),
    phrase("go on", "continue, or name the state"),
    phrase("stands beside", A_SUBJECT),
    phrase(
        "of its own accord",
        "automatically, or say what triggers it",
    ),
    phrase(
        "of their own accord",
        "automatically, or say what triggers it",
    ),
    phrase("none of its business", "is ignored"),
    phrase("in the eyes of", A_SUBJECT),
    phrase("without a word", "silently"),
    phrase("by whichever way", A_SUBJECT),
    phrase("takes turns", A_SUBJECT),
    phrase("take turns", A_SUBJECT),
    phrase("lets pass", "allows, accepts"),
    phrase("let pass", "allow, accept"),
    phrase("says goodbye", A_SUBJECT),
    phrase("are the least", "at least … are required"),
    phrase("is the least", "at least … is required"),
];

/// Where the phrases are enforced: files and folders. CHANGELOG.md and the notes on data keep their history.
pub(super) const CLEAN: &[&str] = &[
    ".ci/",
    "xtask/",
    "ARCHITECTURE.md",
    "README.md",
    "SECURITY.md",
    "auth-axum/",
    "auth-core/docs/",
    "auth-core/src/",
    "auth-core/tests/",
    "auth-diesel/",
    "auth-poem/",
    "docs/",
    "examples/",
];

/// A file that has to name a phrase.
#[derive(Debug)]
pub(super) struct Quoted {
    pub(super) path: &'static str,
    pub(super) words: &'static str,
    pub(super) why: &'static str,
}

/// Exceptions inside of [`CLEAN`]. One that its file does not need fails the check.
pub(super) const QUOTED: &[Quoted] = &[Quoted {
    path: "xtask/scratch-servers/src/account.rs",
    words: "nobody",
    why: "the name of the unprivileged account of Unix systems",
}];

/// Files that are not read: the list itself and its tests.
pub(super) const NOT_READ: &[&str] = &["xtask/src/tidy/words.rs", "xtask/src/tidy/words/"];
