//! Fixtures of the suite: fresh stores, and a description of their users.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;

use crate::store::{CredentialStore, ExpiringStore, SessionStore, UserDatabase};
use crate::testing::FaultInjector;
use crate::user::{ColumnChange, NewColumns};

/// A change of own columns, and the columns as they are after it.
pub type ChangeAndAfter<U> = (ColumnChange<U>, NewColumns<U>);

/// Makes stores to test the guarantees of [`UserDatabase`].
///
/// A closure is a fixture where the user has no columns of its own ([`NoColumns`]), or columns with
/// a default: `|| async { Fresh::new(store) }`. Implement the trait by hand where there is more to
/// say.
///
/// [`NoColumns`]: crate::NoColumns
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryUserDatabase;
/// use auth_core::testing::contract::{Fresh, UserFixture};
/// use auth_core::NoColumns;
///
/// struct Fixture;
///
/// #[async_trait::async_trait]
/// impl UserFixture for Fixture {
///     type Store = MemoryUserDatabase;
///
///     async fn fresh(&self) -> Fresh<MemoryUserDatabase> {
///         Fresh::new(MemoryUserDatabase::new())
///     }
///     fn columns(&self, _number: u32) -> NoColumns {
///         NoColumns
///     }
/// }
/// ```
#[async_trait]
pub trait UserFixture: Send + Sync + 'static {
    /// The store under test.
    type Store: UserDatabase;

    /// Returns an empty store for one guarantee. Called once for every guarantee; a panic counts
    /// against the guarantee.
    async fn fresh(&self) -> Fresh<Self::Store>;

    /// Valid own columns of a new user. Two users that are in a store at the same time have
    /// different numbers, so that a unique column of yours can be made from them; keep what is not
    /// unique different, too, so that a mix-up shows.
    fn columns(&self, number: u32) -> NewColumns<<Self::Store as UserDatabase>::User>;

    /// A change of own columns for a user that was made with `columns(number)`, and the columns as
    /// they are after it. `None` tries no change of own columns.
    fn change(&self, number: u32) -> Option<ChangeAndAfter<<Self::Store as UserDatabase>::User>> {
        let _ = number;
        None
    }

    /// Whether the own columns of `user` have these values. The default looks at nothing, which is
    /// right where there are none.
    fn has_columns(
        &self,
        user: &<Self::Store as UserDatabase>::User,
        columns: &NewColumns<<Self::Store as UserDatabase>::User>,
    ) -> bool {
        let _ = (user, columns);
        true
    }
}

/// Makes the stores on which the guarantees of [`ExpiringStore`] are tried. A closure is one:
/// `|| async { Fresh::new(store) }`.
#[async_trait]
pub trait ExpiringFixture: Send + Sync + 'static {
    /// The store under test.
    type Store: ExpiringStore;

    /// Returns an empty store for one guarantee. Called once for every guarantee; a panic counts
    /// against the guarantee.
    async fn fresh(&self) -> Fresh<Self::Store>;
}

/// Makes the stores on which the guarantees of [`SessionStore`] are tried. A closure is one:
/// `|| async { Fresh::new(store) }`.
#[async_trait]
pub trait SessionFixture: Send + Sync + 'static {
    /// The store under test.
    type Store: SessionStore;

    /// Returns an empty store for one guarantee. Called once for every guarantee; a panic counts
    /// against the guarantee.
    async fn fresh(&self) -> Fresh<Self::Store>;
}

/// Makes the stores on which the guarantees of [`CredentialStore`] are tried. A closure is one:
/// `|| async { Fresh::new(store) }`.
#[async_trait]
pub trait CredentialFixture: Send + Sync + 'static {
    /// The store under test.
    type Store: CredentialStore;

    /// Returns an empty store that has no other user. It is called once for every guarantee; a panic
    /// counts against the guarantee.
    async fn fresh(&self) -> Fresh<Self::Store>;
}

/// A store, with what must live as long as it does.
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryUserDatabase;
/// use auth_core::testing::contract::Fresh;
/// use auth_core::testing::{FaultInjector, ProbedUserDatabase};
///
/// let plan = FaultInjector::new();
/// let folder = "a folder that is removed when it is dropped";
/// let fresh = Fresh::new(ProbedUserDatabase::new(MemoryUserDatabase::new(), &plan))
///     .keeping(folder)
///     .with_outage(plan);
/// ```
pub struct Fresh<S> {
    // In the order in which they are dropped: first the store, then what it lives in.
    store: Arc<S>,
    outage: Option<Arc<dyn Outage>>,
    kept: Vec<Arc<dyn Any + Send + Sync>>,
}

/// A way to make a store unable to answer: a proxy that drops connections, a switch. The suite then
/// asserts that no method takes "I cannot answer" for "there is none".
#[async_trait]
pub trait Outage: Send + Sync + 'static {
    /// Makes the store unable to answer.
    async fn begin(&self);
    /// Ends the outage.
    async fn end(&self);
}

impl<S> Fresh<S> {
    /// A store.
    pub fn new(store: S) -> Self {
        Self {
            store: Arc::new(store),
            outage: None,
            kept: Vec::new(),
        }
    }

    /// Keeps `thing` until the store is gone: a temporary folder, a database that is dropped in the
    /// end.
    #[must_use]
    pub fn keeping(mut self, thing: impl Any + Send + Sync) -> Self {
        self.kept.push(Arc::new(thing));
        self
    }

    /// Says how to make the store unable to answer. Without it the guarantee
    /// [`Outage`](super::Guarantee::Outage) is skipped, which the report says.
    #[must_use]
    pub fn with_outage(mut self, outage: impl Outage) -> Self {
        self.outage = Some(Arc::new(outage));
        self
    }

    pub(super) fn store(&self) -> &S {
        &self.store
    }

    pub(super) fn outage(&self) -> Option<&dyn Outage> {
        self.outage.as_deref()
    }
}

#[async_trait]
impl<F, Made, D> UserFixture for F
where
    F: Fn() -> Made + Send + Sync + 'static,
    Made: Future<Output = Fresh<D>> + Send,
    D: UserDatabase,
    NewColumns<D::User>: Default,
{
    type Store = D;

    async fn fresh(&self) -> Fresh<D> {
        self().await
    }
    fn columns(&self, _: u32) -> NewColumns<D::User> {
        NewColumns::<D::User>::default()
    }
}

#[async_trait]
impl<F, Made, S> ExpiringFixture for F
where
    F: Fn() -> Made + Send + Sync + 'static,
    Made: Future<Output = Fresh<S>> + Send,
    S: ExpiringStore,
{
    type Store = S;

    async fn fresh(&self) -> Fresh<S> {
        self().await
    }
}

#[async_trait]
impl<F, Made, S> SessionFixture for F
where
    F: Fn() -> Made + Send + Sync + 'static,
    Made: Future<Output = Fresh<S>> + Send,
    S: SessionStore,
{
    type Store = S;

    async fn fresh(&self) -> Fresh<S> {
        self().await
    }
}

#[async_trait]
impl<F, Made, S> CredentialFixture for F
where
    F: Fn() -> Made + Send + Sync + 'static,
    Made: Future<Output = Fresh<S>> + Send,
    S: CredentialStore,
{
    type Store = S;

    async fn fresh(&self) -> Fresh<S> {
        self().await
    }
}

/// The stores that a plan is put in front of cannot answer while it fails.
#[async_trait]
impl Outage for FaultInjector {
    async fn begin(&self) {
        self.fail(true);
    }
    async fn end(&self) {
        self.fail(false);
    }
}

impl<S> Clone for Fresh<S> {
    fn clone(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            outage: self.outage.clone(),
            kept: self.kept.clone(),
        }
    }
}

impl<S> fmt::Debug for Fresh<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fresh").finish_non_exhaustive()
    }
}
