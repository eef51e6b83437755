//! The kinds of events and their names in logs.

macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident = $name:literal,)+) => {
        /// The kinds of event, each with one name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum EventKind {
            $($(#[$doc])+ $kind,)+
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// Returns the name in logs.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// A password was correct and a token was issued.
    LoginSucceeded = "authn_login_success",
    /// A login was refused; the detail says why.
    LoginFailed = "authn_login_fail",
    /// A token was issued.
    TokenIssued = "authn_token_created",
    /// A token was revoked.
    TokenRevoked = "authn_token_revoked",
    /// A presented token was not accepted.
    TokenRefused = "authn_token_refused",
    /// A session was started.
    SessionCreated = "session_created",
    /// A session has new tokens.
    SessionRenewed = "session_renewed",
    /// Sessions were ended by their user or an administrator; the detail says which.
    SessionEnded = "session_ended",
    /// A spent refresh token was used again, and its session was ended: two parties have a copy of
    /// it.
    TokenReused = "authn_token_reuse",
    /// A request with a valid cookie failed the CSRF check.
    CsrfRefused = "malicious_csrf",
    /// A guard refused an authenticated user.
    AccessDenied = "authz_fail",
    /// A user changed its password.
    PasswordChanged = "authn_password_change",
    /// A user gave a wrong current password.
    PasswordChangeFailed = "authn_password_change_fail",
    /// A password was replaced through a reset token.
    PasswordReset = "authn_password_reset",
    /// A reset token was refused.
    PasswordResetFailed = "authn_password_reset_fail",
    /// A password reset was requested; there is no user if the address is unknown.
    PasswordResetRequested = "authn_password_reset_request",
    /// A stored hash was replaced by one with the current parameters.
    PasswordRehashed = "authn_password_rehash",
    /// An account was created.
    UserCreated = "user_created",
    /// A registration was refused; the detail says why.
    RegistrationRefused = "user_created_fail",
    /// An account was changed.
    UserUpdated = "user_updated",
    /// The hook `on_before_update` of the application refused an update.
    UpdateRefused = "user_updated_fail",
    /// Roles or the superuser flag of an account were changed.
    PrivilegesChanged = "authz_change",
    /// The address of an account was changed.
    EmailChanged = "user_email_changed",
    /// An address was verified.
    UserVerified = "user_verified",
    /// A verification token was refused.
    VerificationFailed = "user_verified_fail",
    /// A verification token was requested.
    VerificationRequested = "user_verification_request",
    /// An account was deactivated.
    UserDeactivated = "user_archived",
    /// An account was deleted.
    UserDeleted = "user_deleted",
    /// A hook of the application failed; the detail names it.
    HookFailed = "hook_fail",
    /// A required service failed; the detail names the operation.
    ServiceUnavailable = "sys_unavailable",
}

impl EventKind {
    /// Returns whether the event reports a refusal or a failure.
    #[must_use]
    pub fn is_failure(self) -> bool {
        let name = self.name();
        name.ends_with("_fail")
            || matches!(
                self,
                Self::TokenRefused
                    | Self::TokenReused
                    | Self::CsrfRefused
                    | Self::ServiceUnavailable
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn kinds_have_different_names() {
        let names: HashSet<_> = EventKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), EventKind::ALL.len());
    }
}
