//! Access tokens that are random secrets of a session.

use std::time::Duration;

use async_trait::async_trait;
use base64ct::{Base64UrlUnpadded, Encoding};
use time::OffsetDateTime;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    BackendInfo, IssueRequest, IssuedToken, PresentedToken, RevokeOutcome, SessionSecret, Strategy,
};
use crate::config::{ConfigProblem, ConfigReport};
use crate::error::Unavailable;
use crate::session::SessionId;
use crate::token::PublicJwk;
use crate::user::AuthUser;

/// Random access tokens, of which the store keeps a keyed digest.
///
/// A token is the id of its session and 32 secret bytes, in 64 characters of base64url. It is valid
/// for its lifetime or until its session ends, whichever comes first; the end of the session ends it
/// at once. After a refresh the previous token stays valid for the rest of its lifetime; older tokens
/// do not. In a cookie it is a classic session, and lives as long as the session
/// ([`Backend::rotating`](crate::Backend::rotating)).
///
/// | setting | default |
/// | --- | --- |
/// | `lifetime` | 1 hour (1 second to 400 days) |
///
/// # Examples
///
/// ```
/// use auth_core::{Backend, BearerTransport, OpaqueStrategy, User};
/// use std::time::Duration;
///
/// let strategy = OpaqueStrategy::new().lifetime(Duration::from_secs(20 * 60));
/// let backend: Backend<User> = Backend::new("api", BearerTransport::new(), strategy);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct OpaqueStrategy {
    /// `None` for the default.
    lifetime: Option<Duration>,
}

impl OpaqueStrategy {
    const TOKEN_LENGTH: usize = 64;

    /// Creates the strategy with its defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { lifetime: None }
    }

    fn token_lifetime(self) -> Duration {
        self.lifetime.unwrap_or(Duration::from_hours(1))
    }

    /// Sets the lifetime of an access token: 1 second to 400 days. In a classic session (cookies without
    /// [`Backend::rotating`](crate::Backend::rotating)) the token lives as long as the session, and a lifetime
    /// is a problem at `build()`.
    #[must_use]
    pub const fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }
}

impl Default for OpaqueStrategy {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl<U: AuthUser> Strategy<U> for OpaqueStrategy {
    async fn issue(&self, request: IssueRequest<'_, U>) -> Result<IssuedToken, Unavailable> {
        let session = request.session.ok_or_else(|| {
            Unavailable::new("an opaque token is the secret of a session, and there is none")
        })?;
        let parts: [&[u8]; 2] = [session.id().as_bytes(), session.expose()];
        let bytes = Zeroizing::new(parts.concat());
        let token = Base64UrlUnpadded::encode_string(&bytes);
        Ok(IssuedToken::new(token, self.token_lifetime()))
    }

    async fn read(
        &self,
        token: &str,
        _: OffsetDateTime,
    ) -> Result<Option<PresentedToken<U::Id>>, Unavailable> {
        Ok(parse(token).map(PresentedToken::Session))
    }

    /// The session store holds what a token means: [`Auth::revoke`](crate::Auth::revoke) ends it there.
    async fn revoke(&self, _: &str, _: OffsetDateTime) -> Result<RevokeOutcome, Unavailable> {
        Ok(RevokeOutcome::Unsupported)
    }

    fn is_session_secret(&self) -> bool {
        true
    }

    fn longest_token(&self) -> usize {
        Self::TOKEN_LENGTH
    }

    fn public_keys(&self) -> Vec<PublicJwk> {
        Vec::new()
    }

    fn validate(&self, backend: &BackendInfo<'_>, report: &mut ConfigReport) {
        const LONGEST: Duration = Duration::from_hours(400 * 24);
        if backend.is_classic && self.lifetime.is_some() {
            report.problem(ConfigProblem::LifetimeOfClassicSession {
                backend: backend.name.to_owned(),
            });
        }
        if !(Duration::from_secs(1)..=LONGEST).contains(&self.token_lifetime()) {
            report.problem(ConfigProblem::LifetimeOutOfRange {
                which: "the lifetime of opaque access tokens".to_owned(),
                min: "1 second",
                max: "400 days",
            });
        }
    }
}

fn parse(token: &str) -> Option<SessionSecret> {
    if token.len() != OpaqueStrategy::TOKEN_LENGTH {
        return None;
    }
    let mut buffer = Zeroizing::new([0; 48]);
    let bytes = Base64UrlUnpadded::decode(token, &mut buffer[..]).ok()?;
    let (id, secret) = bytes.split_first_chunk::<16>()?;
    let secret = secret.try_into().ok()?;
    let id = SessionId::from_uuid(Uuid::from_bytes(*id));
    Some(SessionSecret::new(id, secret))
}
