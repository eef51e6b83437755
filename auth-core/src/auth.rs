//! Assembly: the whole configuration, its inspection, and the handle.

mod builder;
mod settings;
#[cfg(test)]
mod tests;

pub use builder::AuthBuilder;
pub(crate) use settings::Settings;
pub use settings::{LoginBy, RouteGroups};

use std::fmt;
use std::sync::Arc;

use crate::api::{Rejection, RouteTable};
use crate::authenticator::{Authenticated, Authentication, Authenticator};
use crate::backend::Backend;
use crate::config::ConfigWarning;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::guard::{Denial, Guard};
use crate::http::RequestHead;
use crate::manager::{Accounts, AccountsBuilder};
use crate::transport::Presence;
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
    backends: Vec<Backend<U>>,
    settings: Settings,
    routes: RouteTable,
    warnings: Vec<ConfigWarning>,
}

impl<U: AuthUser> Auth<U> {
    /// Begins a configuration. It takes the *builder* of the accounts, so that the faults of both
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
        &self.inner.backends
    }

    /// What `build()` accepted and wants known.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.inner.warnings
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn table(&self) -> &RouteTable {
        &self.inner.routes
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
        Authenticator::new(&self.inner.accounts, &self.inner.backends)
            .authenticate(head)
            .await
    }

    /// Lets pass whom the guard lets pass.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 with the challenges of all backends, or 403.
    pub fn require(
        &self,
        guard: &Guard,
        who: &Authentication<U>,
    ) -> Result<Authenticated<U>, Rejection> {
        let user = who.user();
        match (guard.check(user), user) {
            (Ok(()), Some(user)) => Ok(user.clone()),
            (Err(Denial::Forbidden), Some(user)) => Err(self.denied(user, Rejection::forbidden())),
            (Err(Denial::InsufficientRoles), Some(user)) => {
                Err(self.denied(user, Rejection::insufficient_roles()))
            }
            (Err(_), _) | (Ok(()), None) => Err(self.unauthenticated(who)),
        }
    }

    /// For pages that are public and look different when somebody is logged in: a stale cookie is
    /// nobody, a bad header is refused.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] with 401 when an explicit credential was not accepted.
    pub fn optional(&self, who: &Authentication<U>) -> Result<Option<Authenticated<U>>, Rejection> {
        match who {
            Authentication::Refused {
                presence: Presence::Explicit,
            } => Err(self.unauthenticated(who)),
            _ => Ok(who.user().cloned()),
        }
    }

    pub(crate) fn unauthenticated(&self, who: &Authentication<U>) -> Rejection {
        let presented = matches!(who, Authentication::Refused { .. });
        let mut challenges = Vec::new();
        for backend in &self.inner.backends {
            let challenge = backend.transport().challenge(presented);
            challenges.extend(challenge.filter(|text| !challenges.contains(text)));
        }
        Rejection::unauthenticated(challenges)
    }

    fn denied(&self, user: &Authenticated<U>, rejection: Rejection) -> Rejection {
        let event = AuthEvent::new(EventKind::AccessDenied).user(user.id());
        self.inner.accounts.raise(&event.backend(user.backend()));
        rejection
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
            .field("backends", &self.inner.backends)
            .finish_non_exhaustive()
    }
}
