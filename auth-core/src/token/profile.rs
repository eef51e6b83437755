//! The kind of token that is minted and expected.

use std::time::Duration;

use crate::clock::CLOCK_TOLERANCE;

/// The kind of a token, its issuer and its audience.
///
/// A token is valid only under the profile that it was minted with. Give each kind its own `typ`,
/// audience and key: each of the three separates the kinds (RFC 8725 §3.11, §3.12).
///
/// # Examples
///
/// ```
/// use auth_core::token::TokenProfile;
///
/// let profile = TokenProfile::new("at+jwt", "https://api.example.com")
///     .issuer("https://accounts.example.com");
/// assert!(profile.problems().is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenProfile {
    typ: &'static str,
    audience: String,
    issuer: Option<String>,
    leeway: Duration,
    max_bytes: usize,
}

impl TokenProfile {
    /// The default leeway between the clocks of two machines: [`CLOCK_TOLERANCE`](crate::CLOCK_TOLERANCE).
    pub const DEFAULT_LEEWAY: Duration = CLOCK_TOLERANCE;
    /// The default limit of a token's length, in bytes.
    pub const DEFAULT_MAX_BYTES: usize = 2048;

    /// Creates a profile with this `typ` in the header and this `aud` among the claims.
    ///
    /// # Examples
    ///
    /// See [`TokenProfile`].
    #[must_use]
    pub fn new(typ: &'static str, audience: impl Into<String>) -> Self {
        Self {
            typ,
            audience: audience.into(),
            issuer: None,
            leeway: Self::DEFAULT_LEEWAY,
            max_bytes: Self::DEFAULT_MAX_BYTES,
        }
    }

    /// Writes an issuer (`iss`) into each token and requires it of each.
    ///
    /// Without this, a token that names an issuer is refused, because it was minted under another
    /// profile. Setting an issuer later therefore invalidates all existing tokens.
    ///
    /// # Examples
    ///
    /// See [`TokenProfile`].
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Sets the leeway between the clocks of two machines, in whole seconds (a fraction is cut
    /// off).
    ///
    /// A token is accepted this much longer than its lifetime. RFC 7519 §4.1.4 suggests "no more
    /// than a few minutes".
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::token::TokenProfile;
    /// use std::time::Duration;
    ///
    /// let strict = TokenProfile::new("reset+jwt", "reset").leeway(Duration::ZERO);
    /// assert_eq!(strict, strict.clone().leeway(Duration::from_millis(999)));
    /// ```
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = Duration::from_secs(leeway.as_secs());
        self
    }

    /// Sets the longest token in bytes, for minting and checking. A cookie holds 4096 bytes with
    /// its name.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::token::TokenProfile;
    ///
    /// let profile = TokenProfile::new("at+jwt", "api").max_bytes(1024);
    /// assert_ne!(profile, TokenProfile::new("at+jwt", "api"));
    /// ```
    #[must_use]
    pub fn max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Returns all problems of this profile.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::token::{ProfileProblem, TokenProfile};
    ///
    /// let profile = TokenProfile::new("JWT", "");
    /// assert_eq!(
    ///     profile.problems(),
    ///     [ProfileProblem::GeneralTyp, ProfileProblem::EmptyAudience],
    /// );
    /// ```
    #[must_use]
    pub fn problems(&self) -> Vec<ProfileProblem> {
        let is_general = self.typ.is_empty()
            || self.typ.eq_ignore_ascii_case("jwt")
            || self.typ.eq_ignore_ascii_case("jose");
        [
            (is_general, ProfileProblem::GeneralTyp),
            (self.audience.is_empty(), ProfileProblem::EmptyAudience),
            (
                self.issuer.as_deref() == Some(""),
                ProfileProblem::EmptyIssuer,
            ),
        ]
        .into_iter()
        .filter_map(|(is_fault, problem)| is_fault.then_some(problem))
        .collect()
    }

    pub(super) fn typ(&self) -> &'static str {
        self.typ
    }

    pub(super) fn expected_audience(&self) -> &str {
        &self.audience
    }

    pub(super) fn expected_issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    pub(crate) fn leeway_seconds(&self) -> i64 {
        i64::try_from(self.leeway.as_secs()).unwrap_or(i64::MAX)
    }

    pub(super) fn byte_limit(&self) -> usize {
        self.max_bytes
    }
}

/// A problem of a [`TokenProfile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileProblem {
    /// The `typ` is empty, `JWT` or `JOSE`, which names no kind (RFC 8725 §3.11).
    #[error("the typ of the token is empty or too general")]
    GeneralTyp,
    /// The audience is empty.
    #[error("the audience of the token is empty")]
    EmptyAudience,
    /// An issuer is required, but empty.
    #[error("the issuer of the token is empty")]
    EmptyIssuer,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// J-11: a general `typ` does not separate the kinds of tokens.
    #[test]
    fn general_typ_is_a_problem() {
        for typ in ["", "JWT", "jwt", "JOSE"] {
            let profile = TokenProfile::new(typ, "api");
            assert_eq!(profile.problems(), [ProfileProblem::GeneralTyp], "{typ}");
        }
        for typ in ["at+jwt", "verify+jwt", "dpop+jwt"] {
            assert_eq!(TokenProfile::new(typ, "api").problems(), [], "{typ}");
        }
    }

    #[test]
    fn empty_audience_and_issuer_are_problems() {
        assert_eq!(
            TokenProfile::new("", "").issuer("").problems(),
            [
                ProfileProblem::GeneralTyp,
                ProfileProblem::EmptyAudience,
                ProfileProblem::EmptyIssuer,
            ],
        );
    }
}
