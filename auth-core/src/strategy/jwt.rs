//! Access tokens that are signed JWTs (RFC 7519, RFC 9068 §2.1 for `at+jwt`).

mod claims;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;

use self::claims::AccessClaims;
use super::{BackendInfo, IssueRequest, IssuedToken, PresentedToken, RevokeOutcome, Strategy};
use crate::clock::forgotten_at;
use crate::config::{ConfigProblem, ConfigReport, ConfigWarning};
use crate::error::Unavailable;
use crate::secret::{MasterSecret, Purpose, Secret};
use crate::store::{DEFAULT_REALM, ExpiringStore};
use crate::token::{
    self, Claims, InvalidToken, JwtKey, KeyRing, PublicJwk, SharedKeyRing, TokenProfile,
    VerifiedTokens,
};
use crate::user::AuthUser;

/// Signed, self-contained access tokens.
///
/// A token carries the user's key and epoch, and the time and the methods of the login (`auth_time`,
/// `amr`); it is valid for its lifetime, until it is revoked, or until the epoch changes. Revocation is recorded in an expiring store, which is an explicit
/// choice: [`revoked_in`](Self::revoked_in) a store that all processes share, or, by its name,
/// [`dangerous_without_revocation`](Self::dangerous_without_revocation).
///
/// | setting | default |
/// | --- | --- |
/// | `lifetime` | 15 minutes (1 second to 24 hours) |
/// | `audience` | `auth:access` |
/// | `issuer` | none; where set it is written and demanded |
/// | `verified_tokens` | 4,096 tokens are verified once (0: every token at each request) |
/// | leeway for clocks that differ | 30 seconds ([`CLOCK_TOLERANCE`](crate::CLOCK_TOLERANCE)) |
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Secret};
/// use auth_core::store::memory::MemoryExpiringStore;
/// use auth_core::strategy::JwtStrategy;
///
/// let master = MasterSecret::new(Secret::generate()?);
/// let strategy = JwtStrategy::from_master(&master).revoked_in(MemoryExpiringStore::new());
/// # Ok::<(), auth_core::secret::RandomError>(())
/// ```
pub struct JwtStrategy {
    keys: SharedKeyRing,
    profile: Profile,
    lifetime: Duration,
    revocation: Revocation,
    /// The tokens that were verified under `profile`.
    verified: VerifiedTokens<AccessClaims>,
    verified_tokens: usize,
}

struct Profile {
    audience: String,
    issuer: Option<String>,
    built: TokenProfile,
}

enum Revocation {
    Undecided,
    Store(Arc<dyn ExpiringStore>),
    None,
}

/// The default of [`JwtStrategy::verified_tokens`].
const VERIFIED_TOKENS: usize = 4096;

impl JwtStrategy {
    /// Signs with the active key of the ring and accepts all its keys: a [`KeyRing`], or a
    /// [`SharedKeyRing`] whose keys the application rotates.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::store::memory::MemoryExpiringStore;
    /// use auth_core::strategy::JwtStrategy;
    /// use auth_core::token::{JwtKey, KeyRing, SharedKeyRing};
    ///
    /// let old = JwtKey::from_pem(
    ///     "-----BEGIN PRIVATE KEY-----\n\
    ///      MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
    ///      -----END PRIVATE KEY-----\n",
    /// )?;
    /// let keys = SharedKeyRing::new(KeyRing::new(old));
    /// let strategy = JwtStrategy::new(keys.clone()).revoked_in(MemoryExpiringStore::new());
    ///
    /// // Later, while the strategy is in use:
    /// let new = JwtKey::from_jwk(
    ///     r#"{"kty":"EC","crv":"P-256","kid":"2026-01",
    ///         "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    ///         "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    ///         "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
    /// )?;
    /// keys.add_next(new)?;
    /// assert_eq!(strategy.keys().current().public_keys().count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(keys: impl Into<SharedKeyRing>) -> Self {
        Self {
            keys: keys.into(),
            profile: Profile::new("auth:access".to_owned(), None),
            lifetime: Duration::from_mins(15),
            revocation: Revocation::Undecided,
            verified: VerifiedTokens::new(VERIFIED_TOKENS),
            verified_tokens: VERIFIED_TOKENS,
        }
    }

    /// Signs with HS256 and a secret of at least 32 random bytes.
    #[must_use]
    pub fn hs256(secret: Secret) -> Self {
        Self::new(KeyRing::new(JwtKey::hs256_auto_kid(secret)))
    }

    /// Signs with HS256 and a key derived from the active master secret. Keys of other master secrets
    /// are accepted until those secrets are retired.
    #[must_use]
    pub fn from_master(master: &MasterSecret) -> Self {
        Self::new(master.keys(Purpose::ACCESS_TOKEN))
    }

    /// Returns the keys, which may be changed while the strategy is in use. For an example see
    /// [`new`](Self::new).
    #[must_use]
    pub fn keys(&self) -> &SharedKeyRing {
        &self.keys
    }

    /// Records revoked tokens in this store.
    #[must_use]
    pub fn revoked_in(mut self, store: impl ExpiringStore) -> Self {
        self.revocation = Revocation::Store(Arc::new(store));
        self
    }

    /// Disables revocation: a token stays valid after a logout until it expires.
    #[must_use]
    pub fn dangerous_without_revocation(mut self) -> Self {
        self.revocation = Revocation::None;
        self
    }

    /// Sets the lifetime of a token: 1 second to 24 hours.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Sets the audience of the tokens. Two backends with the same keys need two audiences. Two kinds of
    /// users need two [realms](crate::accounts::AccountsBuilder::realm): a token of a realm other than
    /// `users` has the claim `realm`, and no other realm accepts it.
    #[must_use]
    pub fn audience(self, audience: impl Into<String>) -> Self {
        let issuer = self.profile.issuer.clone();
        self.of_profile(Profile::new(audience.into(), issuer))
    }

    /// Sets the issuer of the tokens.
    #[must_use]
    pub fn issuer(self, issuer: impl Into<String>) -> Self {
        let audience = self.profile.audience.clone();
        self.of_profile(Profile::new(audience, Some(issuer.into())))
    }

    /// Sets the number of tokens that are remembered after they were verified; 0 verifies every token at
    /// each request.
    ///
    /// A remembered token saves the check of its signature and the reading of its claims. Everything else is
    /// checked at each request: its lifetime, its revocation, its session, and the epoch of its user. A token
    /// is forgotten when it expires, when the keys change, and when newer tokens need its place. An entry
    /// takes the length of its token and about 400 bytes.
    ///
    /// # Security
    ///
    /// The tokens are in the memory of the process in plain text, and are overwritten when they are forgotten.
    #[must_use]
    pub fn verified_tokens(mut self, count: usize) -> Self {
        self.verified = VerifiedTokens::new(count);
        self.verified_tokens = count;
        self
    }

    fn of_profile(self, profile: Profile) -> Self {
        let count = self.verified_tokens;
        Self { profile, ..self }.verified_tokens(count)
    }

    /// Returns the claims of a token that is valid at this time; it may be revoked.
    fn verified(&self, token: &str, now: OffsetDateTime) -> Option<Arc<AccessClaims>> {
        self.verify(token, now.unix_timestamp())
            .inspect_err(
                |reason| tracing::debug!(target: "auth", %reason, "an access token was refused"),
            )
            .ok()
    }

    fn verify(&self, token: &str, now: i64) -> Result<Arc<AccessClaims>, InvalidToken> {
        let ring = self.keys.current();
        let leeway = self.profile.built.leeway_seconds();
        if let Some(claims) = self.verified.get(&ring, token, now) {
            return claims.times.check(leeway, now).map(|()| claims);
        }
        let (claims, _) = token::verify(&ring, &self.profile.built, token)?;
        claims.times().check(leeway, now)?;
        let claims = Arc::new(AccessClaims::read(&claims)?);
        let until = claims.times.until(leeway);
        self.verified
            .insert(&ring, token, (now, until), Arc::clone(&claims));
        Ok(claims)
    }
}

impl Profile {
    fn new(audience: String, issuer: Option<String>) -> Self {
        let built = TokenProfile::new("at+jwt", audience.clone());
        let built = match &issuer {
            Some(issuer) => built.issuer(issuer.clone()),
            None => built,
        };
        Self {
            audience,
            issuer,
            built,
        }
    }
}

#[async_trait]
impl<U: AuthUser> Strategy<U> for JwtStrategy {
    async fn issue(&self, request: IssueRequest<'_, U>) -> Result<IssuedToken, Unavailable> {
        let IssueRequest {
            user,
            realm,
            now,
            session,
            auth_time,
            methods,
        } = request;
        let jti = token::random_id().map_err(Unavailable::new)?;
        let claims = Claims::new(user.id().to_string(), jti, now, self.lifetime)
            .with_integer("epoch", user.epoch().as_i64())
            .with_integer("auth_time", auth_time.unix_timestamp().max(0));
        let claims = if methods.is_empty() {
            claims
        } else {
            claims.with_texts("amr", methods.iter())
        };
        let claims = match session {
            Some(session) => claims
                .with_text("sid", session.id().to_string())
                .with_integer(
                    "gen",
                    i64::try_from(session.generation()).map_err(Unavailable::new)?,
                ),
            None => claims,
        };
        // A token without the claim is of the default realm.
        let claims = if realm == DEFAULT_REALM {
            claims
        } else {
            claims.with_text("realm", realm)
        };
        let token = token::encode(&self.keys.current(), &self.profile.built, &claims);
        Ok(IssuedToken::new(
            token.map_err(Unavailable::new)?,
            self.lifetime,
        ))
    }

    async fn read(
        &self,
        token: &str,
        now: OffsetDateTime,
    ) -> Result<Option<PresentedToken<U::Id>>, Unavailable> {
        let Some(claims) = self.verified(token, now) else {
            return Ok(None);
        };
        Ok(claims.subject().map(|subject| {
            PresentedToken::SelfContained(match &self.revocation {
                Revocation::Store(store) => {
                    subject.revoked_in(Arc::clone(store), Arc::clone(&claims.revocation))
                }
                Revocation::Undecided | Revocation::None => subject,
            })
        }))
    }

    async fn revoke(&self, token: &str, now: OffsetDateTime) -> Result<RevokeOutcome, Unavailable> {
        let Some(claims) = self.verified(token, now) else {
            return Ok(RevokeOutcome::NotAccepted);
        };
        let Revocation::Store(store) = &self.revocation else {
            return Ok(RevokeOutcome::Unsupported);
        };
        let until =
            OffsetDateTime::from_unix_timestamp(claims.times.exp).map_err(Unavailable::new)?;
        store
            .insert_once(&claims.revocation, forgotten_at(until), now)
            .await?;
        Ok(RevokeOutcome::Revoked)
    }

    fn is_session_secret(&self) -> bool {
        false
    }

    fn longest_token(&self) -> usize {
        TokenProfile::DEFAULT_MAX_BYTES
    }

    fn public_keys(&self) -> Vec<PublicJwk> {
        self.keys.current().public_keys().collect()
    }

    fn validate(&self, backend: &BackendInfo<'_>, report: &mut ConfigReport) {
        let ring = self.keys.current();
        report.key_ring("the signing key of access tokens", &ring);
        for key in ring.keys() {
            report.signs_for(&self.profile.audience, key.kid().as_str());
        }
        for problem in self.profile.built.problems() {
            report.problem(ConfigProblem::TokenProfile(problem));
        }
        if !(Duration::from_secs(1)..=Duration::from_hours(24)).contains(&self.lifetime) {
            report.problem(ConfigProblem::LifetimeOutOfRange {
                which: "the lifetime of access tokens".to_owned(),
                min: "1 second",
                max: "24 hours",
            });
        }
        match &self.revocation {
            Revocation::Store(store) => store.validate(report),
            // A logout ends the session, and each request checks it.
            Revocation::Undecided if backend.checks_sessions => {}
            Revocation::Undecided => report.problem(ConfigProblem::MissingRevocation),
            Revocation::None => report.warn(ConfigWarning::Weakened {
                what: "access tokens cannot be revoked: a logout comes into force with the expiry"
                    .to_owned(),
            }),
        }
    }
}

impl fmt::Debug for JwtStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtStrategy")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}
