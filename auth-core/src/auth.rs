//! Assembly: the whole configuration, its report, and the handle.

mod admission;
mod builder;
mod forms;
mod login;
mod pages;
mod refresh_request;
mod reply_headers;
mod request_auth;
mod revoke;
mod session_policy;
mod settings;
#[cfg(test)]
#[cfg(feature = "jwt")]
mod tests;

pub use builder::AuthBuilder;
pub(crate) use builder::is_mountable;
pub use forms::{FormRoute, Forms};
pub use pages::ForPage;
pub use refresh_request::RefreshedRequest;
pub use request_auth::RequestAuth;
pub use revoke::RevokeError;
pub use settings::LoginBy;
pub(crate) use settings::Settings;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::accounts::{Accounts, AccountsBuilder};
use crate::api::RouteTable;
use crate::authenticator::{Authentication, Authenticator};
use crate::backend::Backend;
use crate::config::ConfigWarning;
use crate::context::{Actor, Client, Context};
use crate::csrf::Csrf;
use crate::error::Unavailable;
use crate::flash::FlashSigner;
use crate::http::RequestHead;
use crate::user::AuthUser;

/// The handle to accounts, backends and routes. It belongs in the state of the application.
///
/// Clones are cheap and share state. Two kinds of users are two handles with different
/// [realms](crate::accounts::AccountsBuilder::realm), cookies and paths.
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
    /// Signs flash messages; `None` if no transport uses cookies, or without an expiring store.
    flash: Option<FlashSigner>,
    settings: Settings,
    routes: RouteTable<U>,
    warnings: Vec<ConfigWarning>,
    /// Whether an unknown prefix of the routes has been logged.
    prefix_noticed: AtomicBool,
}

impl<U: AuthUser> Auth<U> {
    /// Returns a builder. It takes the *builder* of the accounts, so that the problems of both are
    /// reported together.
    #[must_use]
    pub fn builder(accounts: AccountsBuilder<U>) -> AuthBuilder<U> {
        AuthBuilder::new(accounts)
    }

    /// Returns the accounts, which hold the flows.
    #[must_use]
    pub fn accounts(&self) -> &Accounts<U> {
        &self.inner.accounts
    }

    /// Returns the backends in the order of configuration.
    #[must_use]
    pub fn backends(&self) -> &[Backend<U>] {
        &self.inner.routes.backends
    }

    /// Returns the warnings of `build()`: accepted settings that have a risk.
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

    pub(crate) fn prefix_noticed(&self) -> &AtomicBool {
        &self.inner.prefix_noticed
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

    /// Authenticates a request. An adapter calls it at most once per request, when a handler or a guard
    /// needs the user.
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
        self.authenticator().authenticate(head, context).await
    }

    fn authenticator(&self) -> Authenticator<'_, U> {
        Authenticator::new(
            &self.inner.accounts,
            &self.inner.routes.backends,
            self.csrf(),
        )
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
