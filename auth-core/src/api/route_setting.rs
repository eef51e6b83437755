//! What an application changes about one route.

/// A change to one route, or to a group of routes: off, on, or at another path.
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Secret};
/// use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
/// use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy, RouteSetting};
///
/// let master = MasterSecret::new(Secret::generate()?);
/// let jwt = JwtStrategy::from_master(&master).revoked_in(MemoryExpiringStore::new());
/// let accounts = Accounts::builder(MemoryUserDatabase::new(), &master)
///     .expiring_store(MemoryExpiringStore::new());
/// let auth = Auth::builder(accounts)
///     .backend(Backend::new("jwt", BearerTransport::new(), jwt))
///     .route("register", RouteSetting::off())
///     .route("auth.login", RouteSetting::renamed("/sign-in"))
///     .route("users.me.read", RouteSetting::moved("/whoami"))
///     .build()?;
/// let paths: Vec<_> = auth.routes().map(|route| route.path()).collect();
/// assert!(paths.contains(&"/auth/sign-in") && paths.contains(&"/whoami"));
/// assert!(!paths.contains(&"/auth/register"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteSetting(pub(crate) Change);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Off,
    On,
    Renamed(String),
    Moved(String),
}

impl RouteSetting {
    /// Removes the route, or the group of routes.
    #[must_use]
    pub const fn off() -> Self {
        Self(Change::Off)
    }

    /// Adds the route, where it is off by default.
    #[must_use]
    pub const fn on() -> Self {
        Self(Change::On)
    }

    /// Replaces the path below `auth_path`, `users_path` or the path of the backend, and adds the route
    /// where it is off by default. A path that has an `{id}` keeps it.
    #[must_use]
    pub fn renamed(path: impl Into<String>) -> Self {
        Self(Change::Renamed(path.into()))
    }

    /// Replaces the whole path, and adds the route where it is off by default. A path that has an `{id}`
    /// keeps it.
    #[must_use]
    pub fn moved(path: impl Into<String>) -> Self {
        Self(Change::Moved(path.into()))
    }
}
