//! A backend: a transport and a strategy, under a name.

use std::fmt;
use std::sync::Arc;

use time::Duration;

use crate::accounts::Accounts;
use crate::config::{ConfigProblem, ConfigReport, ConfigWarning, is_plain_name};
use crate::error::Unavailable;
use crate::strategy::{BackendInfo, PresentedToken, RevokeOutcome, Strategy};
use crate::transport::{CredentialSource, RefreshPath, Transport};
use crate::user::AuthUser;

/// A transport and a strategy, under a name that is part of paths and events.
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Secret};
/// use auth_core::store::memory::MemoryExpiringStore;
/// use auth_core::strategy::JwtStrategy;
/// use auth_core::transport::BearerTransport;
/// use auth_core::{User, backend::Backend};
///
/// let master = MasterSecret::new(Secret::generate()?);
/// let strategy = JwtStrategy::from_master(&master).revoked_in(MemoryExpiringStore::new());
/// let backend: Backend<User> = Backend::new("jwt", BearerTransport::new(), strategy);
/// assert_eq!(backend.name(), "jwt");
/// # Ok::<(), auth_core::secret::RandomError>(())
/// ```
pub struct Backend<U: AuthUser> {
    name: Arc<str>,
    transport: Arc<dyn Transport>,
    strategy: Arc<dyn Strategy<U>>,
    sessions: SessionUse,
    /// Whether cookies with opaque tokens have a refresh token, too.
    rotating: bool,
    refresh_path: RefreshPath,
}

/// How a backend uses sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionUse {
    /// A login starts no session.
    Without,
    /// A login starts a session, and every request checks it.
    Checked,
    /// A login starts a session, and only a refresh checks it.
    AtRefresh,
}

impl<U: AuthUser> Backend<U> {
    /// Pairs a transport with a strategy. The name has 1 to 32 of `a`–`z`, `0`–`9`, `-` and `_`.
    ///
    /// A strategy whose tokens are secrets of sessions ([`OpaqueStrategy`](crate::OpaqueStrategy)) has
    /// sessions; any other needs [`with_sessions`](Self::with_sessions).
    ///
    /// Cookies with such a strategy are *classic sessions*: one cookie lives as long as its session, and
    /// there is no refresh token and no refresh route. [`rotating`](Self::rotating) adds both.
    pub fn new(name: &str, transport: impl Transport, strategy: impl Strategy<U>) -> Self {
        let sessions = if strategy.is_session_secret() {
            SessionUse::Checked
        } else {
            SessionUse::Without
        };
        Self {
            name: name.into(),
            transport: Arc::new(transport),
            strategy: Arc::new(strategy),
            sessions,
            rotating: false,
            refresh_path: RefreshPath::new(""),
        }
    }

    /// Returns the same backend with the path of its routes.
    pub(crate) fn mounted_at(&self, refresh_path: RefreshPath) -> Self {
        Self {
            refresh_path,
            ..self.clone()
        }
    }

    /// Uses sessions, and checks them at every request: a login returns a refresh token, and the end of
    /// a session ends its access tokens at once. The accounts need
    /// [`sessions`](crate::accounts::AccountsBuilder::sessions).
    ///
    /// ```
    /// use auth_core::secret::{MasterSecret, Secret};
    /// use auth_core::{Backend, BearerTransport, JwtStrategy, User};
    ///
    /// let master = MasterSecret::new(Secret::generate()?);
    /// let jwt = JwtStrategy::from_master(&master);
    /// let backend: Backend<User> = Backend::new("api", BearerTransport::new(), jwt).with_sessions();
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    #[must_use]
    pub fn with_sessions(mut self) -> Self {
        self.sessions = SessionUse::Checked;
        self
    }

    /// Uses sessions, and checks them only at a refresh: a login returns a refresh token. An access
    /// token stays valid after its session has ended, until it expires (15 minutes for a JWT by
    /// default) or its strategy has recorded its revocation.
    #[must_use]
    pub fn dangerous_with_sessions_checked_at_refresh_only(mut self) -> Self {
        self.sessions = SessionUse::AtRefresh;
        self
    }

    /// Adds a refresh token in a cookie of its own to cookies with opaque tokens, in the place of a classic
    /// session: the access token lives for the [lifetime](crate::OpaqueStrategy::lifetime) of its strategy,
    /// and each refresh replaces both, so that a stolen refresh token is noticed at its second use.
    ///
    /// A browser then needs a script that refreshes, or the layer `renew_sessions` of the adapters. Every
    /// other backend with sessions has refresh tokens already, and is not changed.
    ///
    /// ```
    /// use auth_core::{Backend, CookieTransport, OpaqueStrategy, User};
    ///
    /// let backend: Backend<User> =
    ///     Backend::new("web", CookieTransport::new(), OpaqueStrategy::new()).rotating();
    /// ```
    #[must_use]
    pub fn rotating(mut self) -> Self {
        self.rotating = true;
        self
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the transport.
    #[must_use]
    pub fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Returns the strategy.
    #[must_use]
    pub fn strategy(&self) -> &dyn Strategy<U> {
        &*self.strategy
    }

    /// Reads a token that a client presented; `None` if it is invalid, revoked, or belongs to another realm
    /// than these accounts.
    pub(crate) async fn read(
        &self,
        accounts: &Accounts<U>,
        token: &str,
    ) -> Result<Option<PresentedToken<U::Id>>, Unavailable> {
        let Some(read) = self.read_unrevoked(accounts, token).await? else {
            return Ok(None);
        };
        if let PresentedToken::SelfContained(subject) = &read
            && let Some(revocation) = &subject.revocation
            && revocation.is_recorded(accounts.now()).await?
        {
            return Ok(None);
        }
        Ok(Some(read))
    }

    /// Reads a token as [`read`](Self::read) does, and leaves the question whether it was revoked to the caller.
    pub(crate) async fn read_unrevoked(
        &self,
        accounts: &Accounts<U>,
        token: &str,
    ) -> Result<Option<PresentedToken<U::Id>>, Unavailable> {
        let read = self.strategy.read(token, accounts.now()).await?;
        Ok(read.filter(|read| match read {
            PresentedToken::SelfContained(subject) => {
                let realm = subject.realm.as_deref();
                realm.is_none_or(|realm| realm == accounts.realm())
            }
            // The owner of the session has the realm.
            PresentedToken::Session(_) => true,
        }))
    }

    /// Ends a token that was read from this text, and the remembered look-ups of it.
    pub(crate) async fn revoke(
        &self,
        accounts: &Accounts<U>,
        token: &str,
        read: &PresentedToken<U::Id>,
    ) -> Result<RevokeOutcome, Unavailable> {
        let _note = match read {
            PresentedToken::SelfContained(subject) => {
                let revocation = subject.revocation.as_ref();
                revocation.and_then(|of| accounts.note_after_revocation(of))
            }
            PresentedToken::Session(_) => None,
        };
        self.strategy.revoke(token, accounts.now()).await
    }

    /// Returns the path of its refresh route, as clients see it.
    pub(crate) fn refresh_path(&self) -> &RefreshPath {
        &self.refresh_path
    }

    pub(crate) fn session_use(&self) -> SessionUse {
        self.sessions
    }

    pub(crate) fn has_sessions(&self) -> bool {
        self.sessions != SessionUse::Without
    }

    /// Returns whether a login starts a classic session: its one token is a cookie, and lives as long as the
    /// session.
    pub(crate) fn is_classic(&self) -> bool {
        let is_cookie = self.transport.source() == CredentialSource::Cookie;
        is_cookie && self.strategy.is_session_secret() && !self.rotating
    }

    /// Returns whether a login issues a refresh token, too.
    pub(crate) fn has_refresh_tokens(&self) -> bool {
        self.has_sessions() && !self.is_classic()
    }

    /// Returns the longest time between two recorded uses of a session.
    pub(crate) fn longest_step(&self) -> Duration {
        if self.is_classic() {
            Duration::HOUR
        } else {
            Duration::MINUTE
        }
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    pub(crate) fn validate(&self, report: &mut ConfigReport) {
        if !is_plain_name(&self.name) {
            report.problem(ConfigProblem::InvalidBackendName {
                name: self.name.to_string(),
            });
        }
        let info = BackendInfo {
            name: &self.name,
            checks_sessions: self.sessions == SessionUse::Checked,
            is_classic: self.is_classic(),
        };
        self.transport.validate(report);
        self.strategy.validate(&info, report);
        self.validate_sessions(report);
        let (longest, room) = (self.strategy.longest_token(), self.transport.capacity());
        if longest > room {
            report.problem(ConfigProblem::TokenTooLong {
                backend: self.name.to_string(),
                longest,
                room,
            });
        }
    }

    fn validate_sessions(&self, report: &mut ConfigReport) {
        if self.sessions != SessionUse::AtRefresh {
            return;
        }
        let name = &self.name;
        if self.strategy.is_session_secret() {
            report.problem(ConfigProblem::UncheckedSessionSecret {
                backend: name.to_string(),
            });
        } else {
            report.warn(ConfigWarning::Weakened {
                what: format!("access tokens of `{name}` stay valid after their session has ended, until they expire"),
            });
        }
    }
}

/// Cloning is cheap: clones share the transport and the strategy.
impl<U: AuthUser> Clone for Backend<U> {
    fn clone(&self) -> Self {
        Self {
            name: Arc::clone(&self.name),
            transport: Arc::clone(&self.transport),
            strategy: Arc::clone(&self.strategy),
            sessions: self.sessions,
            rotating: self.rotating,
            refresh_path: self.refresh_path.clone(),
        }
    }
}

impl<U: AuthUser> fmt::Debug for Backend<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
