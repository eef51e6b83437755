//! A way to log in: a transport and a strategy, under a name.

use std::fmt;
use std::sync::Arc;

use crate::config::{ConfigFault, Inspection};
use crate::strategy::Strategy;
use crate::transport::Transport;
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
}

impl<U: AuthUser> Backend<U> {
    /// Pairs a transport with a strategy. The name has 1 to 32 of `a`–`z`, `0`–`9`, `-` and `_`.
    pub fn new(name: &str, transport: impl Transport, strategy: impl Strategy<U>) -> Self {
        Self {
            name: name.into(),
            transport: Arc::new(transport),
            strategy: Arc::new(strategy),
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How its credential travels.
    #[must_use]
    pub fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// What its credential means.
    #[must_use]
    pub fn strategy(&self) -> &dyn Strategy<U> {
        &*self.strategy
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    pub(crate) fn inspect(&self, inspection: &mut Inspection) {
        let is_plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_');
        let fits = (1..=32).contains(&self.name.len()) && self.name.chars().all(is_plain);
        // These are the first segments of routes that lie beside the backends' own.
        let is_route = matches!(
            &*self.name,
            "login"
                | "logout"
                | "refresh"
                | "register"
                | "verify"
                | "request-verify-token"
                | "forgot-password"
                | "reset-password"
                | "sessions"
                | "2fa"
                | "oauth"
                | "associate"
        );
        if !fits || is_route {
            inspection.fault(ConfigFault::InvalidBackendName {
                name: self.name.to_string(),
            });
        }
        self.transport.inspect(inspection);
        self.strategy.inspect(inspection);
    }
}

impl<U: AuthUser> fmt::Debug for Backend<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
