//! The rules for new passwords.

mod breach;
mod context;
mod predictable;
mod reject;

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

pub use breach::{BreachCheck, OnFailure};
pub use context::PasswordContext;
pub use reject::{InvalidMinLength, PasswordPolicyError, PasswordRejection};

use super::Password;

/// The rules for new passwords: a length, and what is too easy to guess. Checked at registration, change and reset;
/// never at login, where a stored password is verified whatever the current rules are.
///
/// There are no composition rules and no expiry, and none can be added: they make passwords worse (NIST SP 800-63B-4
/// section 3.1.1.2; OWASP ASVS 6.2.5 and 6.2.10).
///
/// # Examples
///
/// ```
/// use auth_core::password::{
///     Password, PasswordContext, PasswordPolicy, PasswordPolicyError, PasswordRejection,
/// };
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let policy = PasswordPolicy::default().context_words(["Acme", "RoadRunner"]);
/// let user = PasswordContext::new().email("maria.lopez@example.com");
///
/// policy.check(&Password::parse("my roadrunner is late")?, &user).await?;
///
/// let refused = policy.check(&Password::parse("RoadRunner 2024!")?, &user).await;
/// assert!(matches!(refused, Err(PasswordPolicyError::Rejected(PasswordRejection::PersonalData))));
/// let refused = policy.check(&Password::parse("Qwerty 123456!!")?, &user).await;
/// assert!(matches!(refused, Err(PasswordPolicyError::Rejected(PasswordRejection::Common))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
#[must_use]
pub struct PasswordPolicy {
    min: usize,
    common: bool,
    words: Vec<String>,
    breach: Option<(Arc<dyn BreachCheck>, OnFailure)>,
}

impl PasswordPolicy {
    /// OWASP ASVS 6.2.1 and NIST SP 800-63B-4 allow nothing shorter, with a second factor or without.
    const LEAST_MIN: usize = 8;
    /// ASVS 6.2.9 and NIST SP 800-63B-4: passwords of 64 characters must be possible.
    const MOST_MIN: usize = 64;

    /// Returns a policy of at least 8 characters. Use it only if a second factor is *required* at every login (NIST SP
    /// 800-63B-4 section 3.1.1.2): a password that can be used alone needs more.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::PasswordPolicy;
    ///
    /// assert_eq!(PasswordPolicy::with_second_factor().shortest(), 8);
    /// ```
    pub fn with_second_factor() -> Self {
        Self {
            min: Self::LEAST_MIN,
            ..Self::default()
        }
    }

    /// Sets the minimum length, in code points of the normalised password.
    ///
    /// # Errors
    ///
    /// [`InvalidMinLength`] below 8, and above 64, because a policy must allow passwords of 64 characters.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::PasswordPolicy;
    ///
    /// assert!(PasswordPolicy::default().min_length(10).is_ok());
    /// assert!(PasswordPolicy::default().min_length(7).is_err());
    /// ```
    pub fn min_length(self, code_points: usize) -> Result<Self, InvalidMinLength> {
        self.min_length_from(Self::LEAST_MIN, code_points)
    }

    /// Sets the minimum length, possibly below the minimum of every standard.
    ///
    /// # Errors
    ///
    /// [`InvalidMinLength`] for 0 and above 64.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::PasswordPolicy;
    ///
    /// assert!(PasswordPolicy::default().dangerous_min_length(4).is_ok());
    /// ```
    pub fn dangerous_min_length(self, code_points: usize) -> Result<Self, InvalidMinLength> {
        self.min_length_from(1, code_points)
    }

    /// Allows predictable passwords, which an attacker tries first: the most common ones, common words with padding,
    /// repetitions and runs of neighbouring keys. For development.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::{Password, PasswordContext, PasswordPolicy};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let policy = PasswordPolicy::default().dangerous_allow_common();
    /// policy.check(&Password::parse("qwerty123456789")?, &PasswordContext::new()).await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub fn dangerous_allow_common(mut self) -> Self {
        self.common = false;
        self
    }

    /// Adds words that an attacker would try: the names of the product, the organisation, the place (OWASP ASVS 6.1.2
    /// and 6.2.11).
    ///
    /// A password is refused if, regardless of case, it is one of these words, the user's e-mail address, its local
    /// part or the username; or copies of one of them with only digits, spaces and punctuation around and between them (with
    /// a word of one or two characters, such padding is allowed). A password that merely contains a word passes.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::PasswordPolicy;
    ///
    /// let policy = PasswordPolicy::default().context_words(["Acme", "Acme Rockets"]);
    /// ```
    pub fn context_words<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.words.extend(words.into_iter().map(Into::into));
        self
    }

    /// Adds a service that knows breached passwords (OWASP ASVS 6.2.12).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use auth_core::BoxError;
    /// use auth_core::password::{BreachCheck, OnFailure, Password, PasswordPolicy};
    ///
    /// struct Nothing;
    ///
    /// #[async_trait::async_trait]
    /// impl BreachCheck for Nothing {
    ///     async fn is_breached(&self, _: &Password) -> Result<bool, BoxError> {
    ///         Ok(false)
    ///     }
    /// }
    ///
    /// let policy = PasswordPolicy::default().breach_check(Arc::new(Nothing), OnFailure::Allow);
    /// ```
    pub fn breach_check(mut self, check: Arc<dyn BreachCheck>, on_failure: OnFailure) -> Self {
        self.breach = Some((check, on_failure));
        self
    }

    /// Returns the minimum length in code points.
    #[must_use]
    pub const fn shortest(&self) -> usize {
        self.min
    }

    /// Checks the length alone, without waiting.
    ///
    /// # Errors
    ///
    /// [`PasswordRejection::TooShort`]; [`PasswordRejection::TooLong`] for a password that normalisation has made longer
    /// than [`Password::MAX`].
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::{Password, PasswordPolicy};
    ///
    /// let password = Password::parse("twelve chars")?;
    /// assert!(PasswordPolicy::default().check_length(&password).is_err());
    /// assert!(PasswordPolicy::with_second_factor().check_length(&password).is_ok());
    /// # Ok::<(), auth_core::password::PasswordError>(())
    /// ```
    pub fn check_length(&self, password: &Password) -> Result<(), PasswordRejection> {
        let length = password.code_points();
        if length < self.min {
            return Err(PasswordRejection::TooShort { min: self.min });
        }
        if length > Password::MAX {
            return Err(PasswordRejection::TooLong { max: Password::MAX });
        }
        Ok(())
    }

    /// Checks all rules, the breach service last. See [`PasswordPolicy`] for an example.
    ///
    /// # Errors
    ///
    /// [`PasswordPolicyError::Rejected`] with the first reason found; [`PasswordPolicyError::Unavailable`] when the breach
    /// service fails and the policy is set to [`OnFailure::Refuse`].
    pub async fn check(
        &self,
        password: &Password,
        context: &PasswordContext<'_>,
    ) -> Result<(), PasswordPolicyError> {
        self.check_length(password)?;
        {
            let folded = context::fold(password.expose());
            if context.gives_away(&folded, &self.words) {
                return Err(PasswordRejection::PersonalData.into());
            }
            if let Some(rejection) = self.predictable(&folded) {
                return Err(rejection.into());
            }
        }
        self.check_breach(password).await
    }

    fn predictable(&self, folded: &str) -> Option<PasswordRejection> {
        self.common
            .then(|| predictable::judge(folded, self.min))
            .flatten()
    }

    async fn check_breach(&self, password: &Password) -> Result<(), PasswordPolicyError> {
        let Some((check, on_failure)) = &self.breach else {
            return Ok(());
        };
        match check.is_breached(password).await {
            Ok(false) => Ok(()),
            Ok(true) => Err(PasswordRejection::Breached.into()),
            Err(error) => {
                tracing::warn!(%error, ?on_failure, "the breach check of a new password failed");
                match on_failure {
                    OnFailure::Allow => Ok(()),
                    OnFailure::Refuse => Err(PasswordPolicyError::Unavailable(error)),
                }
            }
        }
    }

    fn min_length_from(mut self, least: usize, length: usize) -> Result<Self, InvalidMinLength> {
        if !(least..=Self::MOST_MIN).contains(&length) {
            return Err(InvalidMinLength { length, least });
        }
        self.min = length;
        Ok(self)
    }
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            // NIST SP 800-63B-4 section 3.1.1.2, for a password that stands alone.
            min: 15,
            // ASVS 6.2.4: at least the 3,000 most common ones.
            common: true,
            words: Vec::new(),
            breach: None,
        }
    }
}

impl fmt::Debug for PasswordPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordPolicy")
            .field("min", &self.min)
            .field("common", &self.common)
            .field("words", &self.words)
            .field(
                "breach",
                &self.breach.as_ref().map(|(_, on_failure)| on_failure),
            )
            .finish()
    }
}
