//! Why the policy refuses a password, with sentences that help to choose another.

use crate::error::BoxError;
use crate::http::FieldErrorCode;

/// Why a password is refused. Each reason concerns the password only, never an account.
///
/// `Display` is one fixed sentence that may be shown to the user (NIST SP 800-63B-4 section 3.1.1.2: the reason is
/// given), [`code`](Self::code) a stable word for programs.
///
/// # Examples
///
/// ```
/// use auth_core::password::{Password, PasswordPolicy, PasswordRejection};
///
/// let policy = PasswordPolicy::default();
/// let short = policy.check_length(&Password::parse("too short")?).unwrap_err();
/// assert_eq!(short, PasswordRejection::TooShort { min: 15 });
/// assert_eq!(short.code(), "too_short");
/// assert_eq!(short.to_string(), "the password is too short, choose one of at least 15 characters");
/// # Ok::<(), auth_core::password::PasswordError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordRejection {
    /// The password has fewer code points than the policy requires.
    #[error("the password is too short, choose one of at least {min} characters")]
    TooShort {
        /// The fewest code points allowed.
        min: usize,
    },
    /// The password has more code points than any password may have, after normalisation.
    #[error("the password is too long, choose one of at most {max} characters")]
    TooLong {
        /// The most code points allowed.
        max: usize,
    },
    /// One of the most common passwords, or a common word with digits and signs around it.
    #[error(
        "the password is a common one or a common word with padding, choose one that others would not think of"
    )]
    Common,
    /// Few different characters, the same unit over and over, or runs of neighbouring characters or keys.
    #[error("the password repeats itself or follows the keyboard, choose a less regular one")]
    Repetitive,
    /// The user's own name or address, or a word of the service.
    #[error(
        "the password is a name or a word that belongs to you or this service, choose another one"
    )]
    PersonalData,
    /// Known from a data breach.
    #[error(
        "the password is known from a data breach, choose another one and stop using this one elsewhere"
    )]
    Breached,
}

impl PasswordRejection {
    /// Returns a stable word for programs: `too_short`, `too_long`, `too_common`, `repetitive`, `contains_personal_data`
    /// or `breached`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.field_error().as_str()
    }

    pub(crate) const fn field_error(&self) -> FieldErrorCode {
        match self {
            Self::TooShort { .. } => FieldErrorCode::TooShort,
            Self::TooLong { .. } => FieldErrorCode::TooLong,
            Self::Common => FieldErrorCode::TooCommon,
            Self::Repetitive => FieldErrorCode::Repetitive,
            Self::PersonalData => FieldErrorCode::ContainsPersonalData,
            Self::Breached => FieldErrorCode::Breached,
        }
    }
}

/// Why [`PasswordPolicy::check`](super::PasswordPolicy::check) failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordPolicyError {
    /// The password is refused.
    #[error(transparent)]
    Rejected(#[from] PasswordRejection),
    /// The breach service failed, and the policy requires it. A 503, not the user's fault.
    #[error("the breach check of the password is unavailable")]
    Unavailable(#[source] BoxError),
}

/// A minimum length that a policy cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a minimum password length of {length} is not between {least} and 64 characters")]
pub struct InvalidMinLength {
    pub(super) length: usize,
    pub(super) least: usize,
}
