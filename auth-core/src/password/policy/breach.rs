//! The interface to a service that knows breached passwords.

use crate::error::BoxError;
use crate::password::Password;

/// Checks whether a password is known from a data breach, for instance with a range service like Have I Been Pwned, or
/// a filter on disk (OWASP ASVS 6.2.12).
///
/// [`PasswordPolicy::check`](super::PasswordPolicy::check) calls it last, and only for a password that passed all
/// other rules: at registration, change and reset, never at login.
///
/// The implementer limits its duration, sends no more than a part of a digest over the network, and puts neither the
/// password nor a digest of it into an error: errors are logged.
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
    /// Returns whether the password is known from a breach.
    ///
    /// # Errors
    ///
    /// Returns an error if the service cannot answer; [`OnFailure`] selects the result of the check.
    async fn is_breached(&self, password: &Password) -> Result<bool, BoxError>;
}

/// The result of a check if the breach service fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// The password is accepted, with a warning in the log: registration continues while the service is down.
    Allow,
    /// The check ends with [`PasswordPolicyError::Unavailable`](super::PasswordPolicyError::Unavailable).
    Refuse,
}
