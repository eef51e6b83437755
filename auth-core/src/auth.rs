//! Assembly: the whole configuration, its report, and the handle.

mod builder;
mod login;
mod revoke;
mod session_policy;
mod settings;
#[cfg(test)]
#[cfg(feature = "jwt")]
mod tests;

pub use builder::AuthBuilder;
pub(crate) use builder::is_mountable;
pub use revoke::RevokeError;
pub use settings::LoginBy;
pub(crate) use settings::Settings;

use std::fmt;
use std::sync::Arc;

use crate::accounts::{Accounts, AccountsBuilder};
use crate::api::{ErrorCode, Rejection, RouteTable};
use crate::authenticator::{Authenticated, Authentication, Authenticator};
use crate::backend::Backend;
use crate::config::ConfigWarning;
use crate::context::{Actor, Client, Context};
use crate::csrf::{self, Csrf};
use crate::error::Unavailable;
use crate::event::{AccessRefusal, AuthEvent, EventKind};
use crate::guard::{Guard, GuardError};
use crate::http::RequestHead;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

/// The handle to everything: accounts, backends, routes. It lives in the state of the application.
///
/// Clone it freely: all clones share one machine. Two kinds of users are two handles, with
/// audiences of their own.
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Secret};
/// use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
/// use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy};
/// use std::sync::Arc;
///
/// let master = MasterSecret::new(Secret::generate()?);
/// let spent = Arc::new(MemoryExpiringStore::new());
/// let jwt = JwtStrategy::from_master(&master).revoked_in(spent.clone());
/// let accounts = Accounts::builder(MemoryUserDatabase::new(), &master).expiring_store(spent);
/// let auth = Auth::builder(accounts)
///     .backend(Backend::new("jwt", BearerTransport::new(), jwt))
///     .build()?;
/// assert!(auth.routes().any(|route| route.path() == "/auth/login"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Auth<U: AuthUser> {
    inner: Arc<Inner<U>>,
}

struct Inner<U: AuthUser> {
    accounts: Accounts<U>,
    csrf: Csrf,
    settings: Settings,
    routes: RouteTable<U>,
    warnings: Vec<ConfigWarning>,
}

impl<U: AuthUser> Auth<U> {
    /// Begins a configuration. It takes the *builder* of the accounts, so that the problems of both
    /// are reported together.
    #[must_use]
    pub fn builder(accounts: AccountsBuilder<U>) -> AuthBuilder<U> {
        AuthBuilder::new(accounts)
    }

    /// The flows.
    #[must_use]
    pub fn accounts(&self) -> &Accounts<U> {
        &self.inner.accounts
    }

    /// The backends, in the order of configuration.
    #[must_use]
    pub fn backends(&self) -> &[Backend<U>] {
        &self.inner.routes.backends
    }

    /// Returns what `build()` accepted and the application should know.
    ///
    /// `build()` has logged each warning (target `auth`, level `warn`). A program that installs a
    /// `tracing` subscriber and prints them as well shows each of them twice.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.inner.warnings
    }

    pub(crate) fn csrf(&self) -> &Csrf {
        &self.inner.csrf
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn table(&self) -> &RouteTable<U> {
        &self.inner.routes
    }

    /// Returns the context of a request: the time, and the client's address and user agent. The actor
    /// is [`Actor::Anonymous`], because the request is not authenticated yet.
    ///
    /// The address is the peer's, or the one that
    /// [`trusted_proxies`](AuthBuilder::trusted_proxies) report.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::http::BufferedRequest;
    /// use auth_core::{Auth, User};
    ///
    /// fn is_local(auth: &Auth<User>, request: &BufferedRequest) -> bool {
    ///     let context = auth.context(&request.head);
    ///     context.client().address().is_some_and(|address| address.is_loopback())
    /// }
    /// ```
    #[must_use]
    pub fn context(&self, head: &dyn RequestHead) -> Context {
        let mut client = Client::unknown();
        if let Some(address) = self.inner.settings.proxies.client_address(head) {
            client = client.with_address(address);
        }
        if let Some(value) = head.header("user-agent", 0) {
            client = client.with_user_agent(value);
        }
        self.inner
            .accounts
            .context()
            .with_client(client)
            .with_actor(Actor::Anonymous)
    }

    /// Finds out who is asking. An adapter calls it once per request, and only when a handler or a
    /// guard wants to know.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when a store cannot answer.
    pub async fn authenticate(
        &self,
        head: &dyn RequestHead,
    ) -> Result<Authentication<U>, Unavailable> {
        self.authenticate_in(head, &self.context(head)).await
    }

    /// [`authenticate`](Self::authenticate) with the context that the request has already.
    pub(crate) async fn authenticate_in(
        &self,
        head: &dyn RequestHead,
        context: &Context,
    ) -> Result<Authentication<U>, Unavailable> {
        Authenticator::new(
            &self.inner.accounts,
            &self.inner.routes.backends,
            self.csrf(),
        )
        .authenticate(head, context)
        .await
    }

    /// Lets pass whom the guard lets pass.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 with the challenges of all backends, or 403; 403 `CSRF_FAILED` for a request
    /// that may be forged.
    pub fn require(
        &self,
        guard: &Guard,
        who: &Authentication<U>,
    ) -> Result<Authenticated<U>, Rejection> {
        if matches!(who, Authentication::CsrfFailed) {
            return Err(ErrorCode::CsrfFailed.into());
        }
        let user = who.user();
        match (guard.check(user), user) {
            (Ok(()), Some(user)) => Ok(user.clone()),
            (Err(GuardError::Forbidden), Some(user)) => {
                self.denied(user, AccessRefusal::Forbidden);
                Err(Rejection::forbidden())
            }
            (Err(GuardError::InsufficientRoles), Some(user)) => {
                self.denied(user, AccessRefusal::InsufficientRoles);
                Err(Rejection::insufficient_roles())
            }
            (Err(_), _) | (Ok(()), None) => Err(self.unauthenticated(who)),
        }
    }

    /// For pages that are public and look different when somebody is logged in: a stale cookie is
    /// nobody, a bad header is refused, and so is a request that may be forged.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 when an explicit credential was not accepted, 403 `CSRF_FAILED`.
    pub fn optional(&self, who: &Authentication<U>) -> Result<Option<Authenticated<U>>, Rejection> {
        match who {
            Authentication::Refused {
                presence: CredentialSource::Header,
            } => Err(self.unauthenticated(who)),
            Authentication::CsrfFailed => Err(ErrorCode::CsrfFailed.into()),
            _ => Ok(who.user().cloned()),
        }
    }

    /// Whether a request has to be authenticated before it goes on, because it changes something and
    /// brings a cookie of ours that a browser may have added by itself. A layer around routes that do
    /// not all ask who is there calls it, and then [`authenticate`](Self::authenticate) and
    /// [`check_csrf`](Self::check_csrf).
    #[must_use]
    pub fn needs_csrf_check(&self, head: &dyn RequestHead) -> bool {
        let brings = |backend: &Backend<U>, presence| {
            let transport = backend.transport();
            transport.source() == presence && !matches!(transport.read(head), Ok(None))
        };
        let backends = &self.inner.routes.backends;
        !csrf::is_safe(head)
            && backends.iter().any(|b| brings(b, CredentialSource::Cookie))
            && !backends.iter().any(|b| brings(b, CredentialSource::Header))
    }

    /// Lets pass whatever was not forged: also who is not logged in.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] with 403 `CSRF_FAILED`.
    pub fn check_csrf(&self, who: &Authentication<U>) -> Result<(), Rejection> {
        match who {
            Authentication::CsrfFailed => Err(ErrorCode::CsrfFailed.into()),
            _ => Ok(()),
        }
    }

    /// The headers that make a browser forget a cookie that was not accepted, for the reply of a page
    /// that is shown all the same; `already` are the values of `Set-Cookie` that the reply has, of
    /// which none is undone. Our own 401 has these headers by itself.
    #[must_use]
    pub fn stale_cookies<'v>(
        &self,
        who: &Authentication<U>,
        already: impl IntoIterator<Item = &'v [u8]>,
    ) -> Vec<(&'static str, String)> {
        let Authentication::Refused {
            presence: CredentialSource::Cookie,
        } = who
        else {
            return Vec::new();
        };
        let backends = self.inner.routes.backends.iter();
        let mut stale: Vec<_> = backends.flat_map(|b| b.transport().forget()).collect();
        for set in already {
            let name = set
                .split_inclusive(|byte| *byte == b'=')
                .next()
                .unwrap_or_default();
            stale.retain(|(_, value)| !value.as_bytes().starts_with(name));
        }
        stale
    }

    pub(crate) fn unauthenticated(&self, who: &Authentication<U>) -> Rejection {
        let presented = matches!(who, Authentication::Refused { .. });
        Rejection::unauthenticated(self.challenges(presented))
            .with_headers(self.stale_cookies(who, []))
    }

    /// The challenges of all backends, each once.
    pub(crate) fn challenges(&self, presented: bool) -> Vec<&'static str> {
        let mut challenges = Vec::new();
        for backend in &self.inner.routes.backends {
            let challenge = backend.transport().challenge(presented);
            challenges.extend(challenge.filter(|text| !challenges.contains(text)));
        }
        challenges
    }

    fn denied(&self, user: &Authenticated<U>, reason: AccessRefusal) {
        let event = AuthEvent::new(EventKind::AccessDenied, &user.context());
        let event = event.with_user(user.id()).with_data(reason);
        self.inner.accounts.raise(event);
    }
}

impl<U: AuthUser> Clone for Auth<U> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<U: AuthUser> fmt::Debug for Auth<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("backends", &self.inner.routes.backends)
            .finish_non_exhaustive()
    }
}
