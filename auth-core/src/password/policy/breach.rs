//! The place to plug a service in that knows breached passwords.

use crate::error::BoxError;
use crate::password::Password;

/// Asks whether a password is known from a data breach, for instance a range service of the Have I Been Pwned kind, or
/// a filter on disk (OWASP ASVS 6.2.12).
///
/// [`PasswordPolicy::check`](super::PasswordPolicy::check) calls it last, and only for a password that passed
/// everything else: at registration, change and reset, never at login.
///
/// The implementer bounds the time it takes, sends no more than a part of a digest over the network, and puts neither
/// the password nor a digest of it into an error: errors are logged.
///
/// # Examples
///
/// ```
/// use auth_core::BoxError;
/// use auth_core::password::{BreachCheck, Password};
///
/// struct Known(std::collections::HashSet<String>);
///
/// #[async_trait::async_trait]
/// impl BreachCheck for Known {
///     async fn is_breached(&self, password: &Password) -> Result<bool, BoxError> {
///         Ok(self.0.contains(password.expose()))
///     }
/// }
/// ```
#[async_trait::async_trait]
pub trait BreachCheck: Send + Sync {
    /// Whether the password is known from a breach.
    ///
    /// # Errors
    ///
    /// When there is no telling; [`OnFailure`] says what follows.
    async fn is_breached(&self, password: &Password) -> Result<bool, BoxError>;
}

/// What happens to a password when the breach service gives no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// It is accepted, with a warning in the log: registration continues while the service is down.
    Allow,
    /// The check ends with [`PasswordPolicyError::Unavailable`](super::PasswordPolicyError::Unavailable).
    Refuse,
}
