//! Strategies: the meaning of a credential.

#[cfg(feature = "jwt")]
mod jwt;
mod opaque;

#[cfg(feature = "jwt")]
pub use jwt::JwtStrategy;
pub use opaque::OpaqueStrategy;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::config::ConfigReport;
use crate::error::{StoreError, Unavailable};
use crate::login::Methods;
use crate::session::SessionId;
use crate::session::SessionKeyMaterial;
use crate::store::{ExpiringKey, ExpiringStore};
use crate::token::PublicJwk;
use crate::user::{AuthUser, Epoch};

/// Issues, reads and revokes the tokens of a backend. It does not depend on requests.
///
/// The strategy checks the token alone. The
/// [`Authenticator`](crate::authenticator::Authenticator) then checks in the user database that the
/// user exists, is active and has the token's epoch.
///
/// No method has a default, so that a strategy around another one must forward every method.
///
/// # Examples
///
/// A strategy around another one: tokens with a prefix that secret scanners know.
///
/// ```
/// use auth_core::strategy::{
///     BackendInfo, IssueRequest, IssuedToken, PresentedToken, RevokeOutcome,
/// };
/// use auth_core::token::PublicJwk;
/// use auth_core::{AuthUser, ConfigReport, JwtStrategy, Strategy, Unavailable};
/// use time::OffsetDateTime;
///
/// struct Prefixed(JwtStrategy);
///
/// const PREFIX: &str = "shop_";
///
/// #[async_trait::async_trait]
/// impl<U: AuthUser> Strategy<U> for Prefixed {
///     async fn issue(&self, request: IssueRequest<'_, U>) -> Result<IssuedToken, Unavailable> {
///         let token = self.0.issue(request).await?;
///         Ok(IssuedToken::new(format!("{PREFIX}{}", token.expose()), token.expires_in()))
///     }
///     async fn read(
///         &self,
///         token: &str,
///         now: OffsetDateTime,
///     ) -> Result<Option<PresentedToken<U::Id>>, Unavailable> {
///         match token.strip_prefix(PREFIX) {
///             Some(token) => Strategy::<U>::read(&self.0, token, now).await,
///             None => Ok(None),
///         }
///     }
///     async fn revoke(
///         &self,
///         token: &str,
///         now: OffsetDateTime,
///     ) -> Result<RevokeOutcome, Unavailable> {
///         match token.strip_prefix(PREFIX) {
///             Some(token) => Strategy::<U>::revoke(&self.0, token, now).await,
///             None => Ok(RevokeOutcome::NotAccepted),
///         }
///     }
///     fn is_session_secret(&self) -> bool {
///         Strategy::<U>::is_session_secret(&self.0)
///     }
///     fn longest_token(&self) -> usize {
///         PREFIX.len() + Strategy::<U>::longest_token(&self.0)
///     }
///     fn public_keys(&self) -> Vec<PublicJwk> {
///         Strategy::<U>::public_keys(&self.0)
///     }
///     fn validate(&self, backend: &BackendInfo<'_>, report: &mut ConfigReport) {
///         Strategy::<U>::validate(&self.0, backend, report);
///     }
/// }
/// ```
#[async_trait]
pub trait Strategy<U: AuthUser>: Send + Sync + 'static {
    /// Issues a token for a login or a refresh.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if no randomness or no store is available.
    async fn issue(&self, request: IssueRequest<'_, U>) -> Result<IssuedToken, Unavailable>;

    /// Reads a token that a client presented; `Ok(None)` if it is invalid or expired.
    ///
    /// Whether the token was revoked is not asked here, where it can be asked of an
    /// [`ExpiringStore`]: the subject says where ([`Subject::revoked_in`]), and the caller asks that
    /// together with the session and the user.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the check cannot be made: the token is then neither accepted nor reported as
    /// invalid.
    async fn read(
        &self,
        token: &str,
        now: OffsetDateTime,
    ) -> Result<Option<PresentedToken<U::Id>>, Unavailable>;

    /// Ends a token. After [`RevokeOutcome::Revoked`] no later [`read`](Self::read) accepts it, or the store of
    /// [`Subject::revoked_in`] counts it.
    ///
    /// A strategy that cannot end a single token answers [`RevokeOutcome::Unsupported`]: its tokens
    /// are secrets of sessions, or nothing records which of them were ended. The caller then ends the
    /// session, or reports that the token stays valid.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the revocation could not be recorded: the reply must not confirm the logout.
    async fn revoke(&self, token: &str, now: OffsetDateTime) -> Result<RevokeOutcome, Unavailable>;

    /// Returns whether a token of this strategy is the secret of a session
    /// ([`SessionKeyMaterial::expose`]) and says nothing by itself. A backend of such a strategy has
    /// sessions, and [`read`](Self::read) answers [`PresentedToken::Session`].
    fn is_session_secret(&self) -> bool;

    /// Returns the length of the longest token that it issues, in bytes. A transport that carries
    /// less is a problem at `build()`.
    fn longest_token(&self) -> usize;

    /// Returns the public halves of the keys whose tokens are accepted now or will be: what a
    /// resource server needs to read the tokens by itself. Empty if tokens are read only here.
    fn public_keys(&self) -> Vec<PublicJwk>;

    /// Adds the problems and warnings of its configuration to the report. `build()` calls it once for
    /// each backend that uses the strategy.
    fn validate(&self, backend: &BackendInfo<'_>, report: &mut ConfigReport);
}

/// The outcome of [`Strategy::revoke`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum RevokeOutcome {
    /// The token was accepted before, and is not any more.
    Revoked,
    /// The token was not accepted before: it is invalid, expired, or a token of another backend. Nothing
    /// was recorded.
    NotAccepted,
    /// Nothing was recorded: the token is valid until it expires or its session ends.
    Unsupported,
}

/// The backend that uses a strategy, as [`Strategy::validate`] sees it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct BackendInfo<'a> {
    /// The name of the backend.
    pub name: &'a str,
    /// Whether the backend asks for the session at every request, so that the end of a session ends
    /// its access tokens at once.
    pub checks_sessions: bool,
    /// Whether a token lives as long as its session, whatever lifetime the strategy gives it: cookies with
    /// secrets of sessions, unless the backend is [rotating](crate::Backend::rotating).
    pub is_classic: bool,
}

/// The user and the login of a new token.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct IssueRequest<'a, U> {
    user: &'a U,
    /// The realm of the user.
    pub realm: &'a str,
    /// The current time.
    pub now: OffsetDateTime,
    /// The session that the token belongs to, where its backend has sessions.
    pub session: Option<SessionKeyMaterial<'a>>,
    /// When the user was authenticated: the claim `auth_time` of a self-contained token. A refresh does
    /// not change it.
    pub auth_time: OffsetDateTime,
    /// The methods by which the user was authenticated: the claim `amr` of a self-contained token. Empty
    /// if they are not known.
    pub methods: &'a Methods,
}

impl<'a, U> IssueRequest<'a, U> {
    /// Creates a request for a token of this user. Only the pipeline of [`login`](crate::login) calls
    /// it, with a proof or a refresh token.
    ///
    /// A login that skips the check does not compile:
    ///
    /// ```compile_fail,E0624
    /// use auth_core::login::Methods;
    ///
    /// fn ask(user: &auth_core::User, now: time::OffsetDateTime) {
    ///     let _ = auth_core::strategy::IssueRequest::new(user, "users", None, now, &Methods::none(), now);
    /// }
    /// ```
    pub(crate) fn new(
        user: &'a U,
        realm: &'a str,
        session: Option<SessionKeyMaterial<'a>>,
        auth_time: OffsetDateTime,
        methods: &'a Methods,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            user,
            realm,
            now,
            session,
            auth_time,
            methods,
        }
    }

    /// Returns the user of the token.
    #[must_use]
    pub fn user(&self) -> &'a U {
        self.user
    }
}

/// A new token.
// No `Clone`, `Display` or `Serialize`: it goes into one reply, through `expose`.
pub struct IssuedToken {
    token: Zeroizing<String>,
    expires_in: Duration,
}

impl IssuedToken {
    /// A new token and its lifetime.
    #[must_use]
    pub fn new(token: String, expires_in: Duration) -> Self {
        Self {
            token: Zeroizing::new(token),
            expires_in,
        }
    }

    /// Returns the text of the token.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.token
    }

    /// Returns its lifetime from now.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }

    /// Returns the same token with another lifetime.
    pub(crate) fn living(self, expires_in: Duration) -> Self {
        Self { expires_in, ..self }
    }
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedToken")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// The content of a presented token.
#[derive(Debug)]
#[non_exhaustive]
pub enum PresentedToken<Id> {
    /// The token itself names its user.
    SelfContained(Subject<Id>),
    /// The token is the secret of a session, whose row has the user.
    Session(SessionSecret),
}

/// The user of a self-contained token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subject<Id> {
    /// The user's key.
    pub id: Id,
    /// The user's epoch when the token was issued.
    pub epoch: Epoch,
    /// The session that it was issued in. Where the backend checks sessions, a token without one is
    /// refused, and the session's epoch counts in the place of the token's.
    pub session: Option<SessionId>,
    /// The generation of the session's tokens that it is one of; `None` if the token does not say it. Its
    /// first use tells that a refresh was received
    /// ([`Sessions::lost_reply_window`](crate::Sessions::lost_reply_window)).
    pub generation: Option<u64>,
    /// When the user was authenticated; `None` if the token does not say it. Where the backend checks
    /// sessions, the session's time and methods count in the place of the token's.
    pub auth_time: Option<OffsetDateTime>,
    /// The methods by which the user was authenticated; empty if the token does not say them.
    pub methods: Methods,
    /// The realm of the user; `None` if the token does not say it. A token of another realm is refused.
    pub realm: Option<Arc<str>>,
    /// Where the revocation of the token would be recorded; `None` if the token cannot be revoked, or
    /// the strategy has checked it.
    pub revocation: Option<TokenRevocation>,
}

/// The entry of an [`ExpiringStore`] that exists if a token was revoked.
#[derive(Clone)]
pub struct TokenRevocation {
    pub(crate) store: Arc<dyn ExpiringStore>,
    pub(crate) key: Arc<ExpiringKey>,
}

/// The secret of a session, as a client presented it.
pub struct SessionSecret {
    pub(crate) id: SessionId,
    pub(crate) secret: Zeroizing<[u8; 32]>,
}

impl<Id> Subject<Id> {
    /// Creates a subject with the user's key and epoch, without a session, and without a time or methods
    /// of the authentication.
    pub fn new(id: Id, epoch: Epoch) -> Self {
        Self {
            id,
            epoch,
            session: None,
            generation: None,
            auth_time: None,
            methods: Methods::none(),
            realm: None,
            revocation: None,
        }
    }

    /// Sets where the revocation of the token would be recorded. The caller of [`Strategy::read`] refuses the
    /// token if the count of the key is greater than zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::store::memory::MemoryExpiringStore;
    /// use auth_core::store::ExpiringKey;
    /// use auth_core::strategy::Subject;
    /// use auth_core::Epoch;
    /// use std::sync::Arc;
    ///
    /// let key = ExpiringKey::new("revoked-ticket", "4XcE");
    /// let subject = Subject::new(7, Epoch::FIRST).revoked_in(Arc::new(MemoryExpiringStore::new()), key);
    /// assert!(subject.revocation.is_some());
    /// ```
    #[must_use]
    pub fn revoked_in(
        mut self,
        store: Arc<dyn ExpiringStore>,
        key: impl Into<Arc<ExpiringKey>>,
    ) -> Self {
        let key = key.into();
        self.revocation = Some(TokenRevocation { store, key });
        self
    }

    /// Sets the realm of the user, so that the token is refused in every other realm. A strategy whose
    /// keys or stores serve several populations of users must set it.
    #[must_use]
    pub fn in_realm(mut self, realm: impl Into<Arc<str>>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// Sets when and by which methods the user was authenticated.
    #[must_use]
    pub fn authenticated(mut self, at: Option<OffsetDateTime>, methods: Methods) -> Self {
        self.auth_time = at;
        self.methods = methods;
        self
    }

    /// Sets the session.
    #[must_use]
    pub fn in_session(mut self, session: Option<SessionId>) -> Self {
        self.session = session;
        self
    }

    /// Sets the generation of the session's tokens
    /// ([`SessionKeyMaterial::generation`](crate::session::SessionKeyMaterial::generation)).
    #[must_use]
    pub fn of_generation(mut self, generation: Option<u64>) -> Self {
        self.generation = generation;
        self
    }
}

impl TokenRevocation {
    /// Returns whether the token was revoked.
    pub(crate) async fn is_recorded(&self, now: OffsetDateTime) -> Result<bool, StoreError> {
        Ok((*self.store).count(&self.key, now).await? > 0)
    }
}

impl PartialEq for TokenRevocation {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.store, &other.store) && self.key == other.key
    }
}

impl Eq for TokenRevocation {}

impl fmt::Debug for TokenRevocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRevocation").finish_non_exhaustive()
    }
}

impl SessionSecret {
    /// Returns the session, and the presented secret of 32 bytes, not yet verified.
    #[must_use]
    pub fn new(id: SessionId, secret: [u8; 32]) -> Self {
        Self {
            id,
            secret: Zeroizing::new(secret),
        }
    }
}

impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionSecret")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
