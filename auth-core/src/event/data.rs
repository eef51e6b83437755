//! The details of an event beyond its kind.

use std::fmt;

/// The details of an event beyond its kind. The [`EventKind`](super::EventKind) determines the
/// variant.
///
/// `Display` writes the fixed words that logs show; nothing for [`None`](Self::None).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EventData {
    /// No details.
    #[default]
    None,
    /// Why a login was refused, of `LoginFailed`.
    LoginRefused(LoginRefusal),
    /// Why a registration was refused, of `RegistrationRefused`.
    RegistrationRefused(RegistrationRefusal),
    /// Why a guard refused an authenticated user, of `AccessDenied`.
    AccessRefused(AccessRefusal),
    /// Which sessions ended, of `SessionEnded`.
    SessionsEnded(SessionsEnded),
    /// What was changed, of `UserUpdated` and `PrivilegesChanged`.
    Updated(UpdateSummary),
    /// The name of the hook that failed, of `HookFailed`.
    Hook(&'static str),
    /// The operation that failed, of `ServiceUnavailable`.
    Work(&'static str),
}

macro_rules! words {
    ($(#[$doc:meta])+ $name:ident { $($(#[$variant_doc:meta])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])+ $variant,)+
        }

        impl $name {
            /// Returns the fixed words that logs show.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    /// Why a login was refused.
    LoginRefusal {
        /// The user does not exist, or the password is wrong.
        BadCredentials = "bad credentials",
        /// The password is correct and the account is inactive.
        Inactive = "inactive",
        /// The password is correct, but the required verification of the address is missing.
        NotVerified = "not verified",
        /// The password is correct, and the user has as many sessions as allowed.
        SessionLimit = "session limit",
        /// The hook `on_before_login` of the application refused.
        Application = "refused by the application",
    }
}

words! {
    /// Why a registration was refused.
    RegistrationRefusal {
        /// The address or the user name belongs to another account.
        Taken = "taken",
        /// The hook `on_before_register` of the application refused.
        Application = "refused by the application",
    }
}

words! {
    /// Why a guard refused an authenticated user.
    AccessRefusal {
        /// The user lacks a property that the guard requires: verified, superuser.
        Forbidden = "forbidden",
        /// The user lacks the roles that the guard requires.
        InsufficientRoles = "insufficient roles",
        /// A rule of the application refuses the user.
        Custom = "own rule",
        /// The login is older than the guard accepts, or its time is not known.
        StepUpRequired = "step-up required",
    }
}

words! {
    /// Which sessions ended.
    SessionsEnded {
        /// One session, chosen from the list of sessions.
        One = "one",
        /// All sessions of the user except the current one.
        Others = "others",
        /// All sessions of the user.
        All = "all",
        /// The current session, by its logout.
        Logout = "logout",
        /// The session of a browser before a new login.
        Replaced = "replaced",
        /// A session beyond the limit of its user, ended by a login.
        Limit = "limit",
        /// The session of a login that failed after it was started.
        LoginFailed = "login failed",
    }
}

/// What an update changed, without the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a set of flags, one per column"
)]
pub struct UpdateSummary {
    /// The address.
    pub email: bool,
    /// The address that is not proven yet.
    pub pending_email: bool,
    /// The password.
    pub password: bool,
    /// Activation or deactivation.
    pub is_active: bool,
    /// Whether the address counts as verified.
    pub is_verified: bool,
    /// The superuser flag.
    pub is_superuser: bool,
    /// The roles.
    pub roles: bool,
    /// Columns of the application.
    pub columns: bool,
}

impl UpdateSummary {
    /// Returns the names of the changed parts, in a fixed order: `email`, `pending_email`, `password`,
    /// `is_active`, `is_verified`, `is_superuser`, `roles`, `columns`.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::event::UpdateSummary;
    ///
    /// let mut update = UpdateSummary::default();
    /// update.roles = true;
    /// update.email = true;
    /// assert!(update.names().eq(["email", "roles"]));
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let Self {
            email,
            pending_email,
            password,
            is_active,
            is_verified,
            is_superuser,
            roles,
            columns,
        } = *self;
        [
            ("email", email),
            ("pending_email", pending_email),
            ("password", password),
            ("is_active", is_active),
            ("is_verified", is_verified),
            ("is_superuser", is_superuser),
            ("roles", roles),
            ("columns", columns),
        ]
        .into_iter()
        .filter_map(|(name, changed)| changed.then_some(name))
    }
}

/// Writes the names of the changed parts, separated by spaces.
impl fmt::Display for UpdateSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.names().collect();
        f.write_str(&names.join(" "))
    }
}

impl fmt::Display for EventData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::LoginRefused(reason) => f.write_str(reason.name()),
            Self::RegistrationRefused(reason) => f.write_str(reason.name()),
            Self::AccessRefused(reason) => f.write_str(reason.name()),
            Self::SessionsEnded(which) => f.write_str(which.name()),
            Self::Updated(summary) => summary.fmt(f),
            Self::Hook(name) | Self::Work(name) => f.write_str(name),
        }
    }
}

macro_rules! from {
    ($($variant:ident($data:ident)),+) => {$(
        impl From<$data> for EventData {
            fn from(data: $data) -> Self {
                Self::$variant(data)
            }
        }
    )+};
}

from!(
    LoginRefused(LoginRefusal),
    RegistrationRefused(RegistrationRefusal),
    AccessRefused(AccessRefusal),
    SessionsEnded(SessionsEnded),
    Updated(UpdateSummary)
);
