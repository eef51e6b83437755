//! The answers of hooks that run before something happens, and may refuse it.

use std::borrow::Cow;

use thiserror::Error;

use super::{Accounts, AdminUpdateError, DeleteError, RegisterError, UpdateSelfError};
use crate::context::Context;
use crate::error::{AppCode, BoxError, ErrorCode, Unavailable, is_upper_snake};
use crate::text;
use crate::user::AuthUser;

/// Whether something may happen: the answer of a hook named `on_before_*`.
///
/// # Examples
///
/// ```
/// use auth_core::accounts::{Decision, DecisionResult, Refusal, UserManager};
/// use auth_core::{AuthUser, Context, User};
///
/// struct OfficeHours;
///
/// #[async_trait::async_trait]
/// impl UserManager for OfficeHours {
///     type User = User;
///
///     async fn on_before_login(&self, user: &User, context: &Context) -> DecisionResult {
///         if user.is_superuser() || (8..18).contains(&context.now().hour()) {
///             return Ok(Decision::Allow);
///         }
///         let refusal = Refusal::new("OFFICE_CLOSED", "Logins are possible from 8 to 18 o'clock.")?;
///         Ok(Decision::Refuse(refusal))
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It may happen.
    Allow,
    /// It does not happen, and the client gets the code and the sentence with status 403.
    Refuse(Refusal),
}

/// What a hook named `on_before_*` returns. After an error nothing happens, and the client gets 503:
/// the rule could not be asked.
pub type DecisionResult = Result<Decision, BoxError>;

/// Why the application refuses something: a code of its own and a sentence for the client.
///
/// Both travel in the error envelope (RFC 9457), with status 403. A refused login says the same as
/// wrong credentials where
/// [`hide_account_state`](crate::AuthBuilder::hide_account_state) is set.
///
/// # Examples
///
/// ```
/// use auth_core::accounts::Refusal;
///
/// let refusal = Refusal::new("ACCOUNT_CLOSED", "This account was closed by its owner.")?;
/// assert_eq!(refusal.code(), "ACCOUNT_CLOSED");
/// assert!(Refusal::new("Account closed", "This account was closed.").is_err());
/// assert!(Refusal::new("LOGIN_BAD_CREDENTIALS", "A code of the toolkit.").is_err());
/// # Ok::<(), auth_core::accounts::InvalidRefusal>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    code: Cow<'static, str>,
    detail: Cow<'static, str>,
}

/// Why a text cannot be part of a [`Refusal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidRefusal {
    /// The code has another form than `UPPER_SNAKE`.
    #[error("refusal code is not 1 to 64 characters in the form UPPER_SNAKE")]
    Code,
    /// The code is one of [`ErrorCode::ALL`], whose meaning is fixed.
    #[error("refusal code is an error code of the toolkit: choose another one")]
    CodeTaken,
    /// The sentence is empty, too long or has invisible characters.
    #[error("refusal sentence is not 1 to 200 visible characters")]
    Detail,
}

impl Refusal {
    /// The status of the reply.
    pub const STATUS: u16 = 403;
    /// The longest code, in bytes.
    pub const MAX_CODE_BYTES: usize = AppCode::MAX_CHARS;
    /// The longest sentence, in Unicode code points.
    pub const MAX_DETAIL_CODE_POINTS: usize = 200;

    /// Creates a refusal.
    ///
    /// The code has 1 to 64 characters: words of `A`–`Z` and `0`–`9`, separated by one `_`, the first
    /// of which begins with a letter. It must not be one of [`ErrorCode::ALL`]. The sentence has 1 to 200
    /// visible characters and is shown to the client as it is.
    ///
    /// # Errors
    ///
    /// [`InvalidRefusal`].
    pub fn new(
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidRefusal> {
        let (code, detail) = (code.into(), detail.into());
        if !is_upper_snake(code.as_bytes()) {
            return Err(InvalidRefusal::Code);
        }
        if ErrorCode::ALL.iter().any(|known| known.as_str() == code) {
            return Err(InvalidRefusal::CodeTaken);
        }
        let length = detail
            .chars()
            .take(Self::MAX_DETAIL_CODE_POINTS + 1)
            .count();
        let fits = (1..=Self::MAX_DETAIL_CODE_POINTS).contains(&length);
        if !fits || detail.trim().is_empty() || detail.chars().any(text::is_invisible) {
            return Err(InvalidRefusal::Detail);
        }
        Ok(Self { code, detail })
    }

    /// The refusal of a guard, whose code was checked when the guard was made.
    pub(crate) fn of_guard(code: AppCode, detail: &'static str) -> Self {
        Self {
            code: code.as_str().into(),
            detail: detail.into(),
        }
    }

    /// Returns the code on the wire.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns the sentence for the client.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

/// A hook that refuses, or that could not be asked.
pub(crate) enum Refused {
    By(Refusal),
    Unavailable(Unavailable),
}

impl<U: AuthUser> Accounts<U> {
    /// Asks a hook whether something may happen. A hook that fails is raised as an event, and
    /// nothing happens.
    pub(crate) async fn ask(
        &self,
        hook: &'static str,
        user: Option<&U>,
        context: &Context,
        decision: impl Future<Output = DecisionResult> + Send,
    ) -> Result<(), Refused> {
        match decision.await {
            Ok(Decision::Allow) => Ok(()),
            Ok(Decision::Refuse(refusal)) => Err(Refused::By(refusal)),
            Err(error) => {
                self.hook_failed(hook, user, context, &error);
                Err(Refused::Unavailable(Unavailable::new(error)))
            }
        }
    }
}

macro_rules! from_refused {
    ($($error:ty),+) => {$(
        impl From<Refused> for $error {
            fn from(refused: Refused) -> Self {
                match refused {
                    Refused::By(refusal) => Self::Refused(refusal),
                    Refused::Unavailable(error) => Self::Unavailable(error),
                }
            }
        }
    )+};
}

from_refused!(
    AdminUpdateError,
    DeleteError,
    RegisterError,
    UpdateSelfError
);

#[cfg(test)]
mod tests {
    use super::{ErrorCode, InvalidRefusal, Refusal};

    const SENTENCE: &str = "This account is closed.";

    #[test]
    fn code_is_upper_snake_and_bounded() {
        let longest = "A".repeat(64);
        for code in ["A", "A1", "ACCOUNT_CLOSED", "PLAN_2_ONLY", &longest] {
            assert!(Refusal::new(code.to_owned(), SENTENCE).is_ok(), "{code}");
        }
        let long = "A".repeat(65);
        for code in [
            "",
            "_",
            "A_",
            "_A",
            "A__B",
            "1A",
            "a",
            "ACCOUNT CLOSED",
            "ACCOUNT-CLOSED",
            "ÄB",
            "A\n",
            "A\"",
            &long,
        ] {
            let refused = Refusal::new(code.to_owned(), SENTENCE);
            assert_eq!(refused, Err(InvalidRefusal::Code), "{code:?}");
        }
    }

    #[test]
    fn code_of_the_toolkit_is_taken() {
        for code in ErrorCode::ALL {
            let refused = Refusal::new(code.as_str(), SENTENCE);
            assert_eq!(refused, Err(InvalidRefusal::CodeTaken), "{code:?}");
        }
    }

    #[test]
    fn sentence_is_visible_and_bounded() {
        assert!(Refusal::new("A", "é".repeat(200)).is_ok());
        let long = "é".repeat(201);
        for detail in ["", "  ", "line\nbreak", "a\u{202e}b", &long] {
            let refused = Refusal::new("A", detail.to_owned());
            assert_eq!(refused, Err(InvalidRefusal::Detail), "{detail:?}");
        }
    }
}
