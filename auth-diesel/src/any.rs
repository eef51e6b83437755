//! A store whose engine is chosen by a URL at run time.

use async_trait::async_trait;
use auth_core::store::{
    AccessLookup, CredentialId, CredentialInsert, CredentialKind, CredentialStore, DeleteOutcome,
    ExpiringKey, ExpiringStore, InsertOutcome, Inserted, LoginIdentifier, NewUser, Owner, Page,
    PageRequest, Precondition, SessionPage, SessionStore, StoreId, StoredCredential, StoredSession,
    UpdateOutcome, UserChange, UserDatabase, Window,
};
use auth_core::{ConfigReport, Epoch, SessionId, StoreError, User};
use time::OffsetDateTime;

use crate::error::OpenError;
use crate::options::StoreOptions;
use crate::table::SqlUser;

/// A [`DieselStore`](crate::DieselStore) of the engine that the URL names.
///
/// An application with a fixed engine uses `SqliteStore`, `PostgresStore` or `MysqlStore`,
/// which give access to the pool and to transactions; this store is for programs that read
/// the URL of the database from their configuration.
///
/// # Examples
///
/// ```
/// use auth_core::UserDatabase;
/// use auth_core::store::PageRequest;
/// use auth_diesel::AnyStore;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
/// let store: AnyStore = AnyStore::open(&url).await?;
/// assert_eq!(store.list(PageRequest::first()).await?.total, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyStore<U: SqlUser = User> {
    /// SQLite.
    #[cfg(feature = "sqlite")]
    Sqlite(crate::SqliteStore<U>),
    /// PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(crate::PostgresStore<U>),
    /// MySQL or MariaDB.
    #[cfg(feature = "mysql")]
    Mysql(crate::MysqlStore<U>),
}

/// Calls the same method on the inner store, for each engine.
macro_rules! dispatch {
    ($any:expr, $store:ident => $call:expr) => {
        match $any {
            #[cfg(feature = "sqlite")]
            AnyStore::Sqlite($store) => $call,
            #[cfg(feature = "postgres")]
            AnyStore::Postgres($store) => $call,
            #[cfg(feature = "mysql")]
            AnyStore::Mysql($store) => $call,
        }
    };
}

impl<U: SqlUser> AnyStore<U> {
    /// Opens the database of a URL: `sqlite://…`, `postgres://…` or `mysql://…`, each where its
    /// feature is enabled. See [`DieselStore::open`](crate::DieselStore::open).
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the URL, the file, the server or the tables are invalid.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_with(url, StoreOptions::default()).await
    }

    /// Opens the database of a URL with options.
    ///
    /// # Errors
    ///
    /// [`OpenError`], as [`open`](Self::open).
    pub async fn open_with(url: &str, options: StoreOptions) -> Result<Self, OpenError> {
        match url.split_once(':').map_or("", |(scheme, _)| scheme) {
            #[cfg(feature = "sqlite")]
            "sqlite" | "" => crate::SqliteStore::open_with(url, options)
                .await
                .map(Self::Sqlite),
            #[cfg(feature = "postgres")]
            "postgres" | "postgresql" => crate::PostgresStore::open_with(url, options)
                .await
                .map(Self::Postgres),
            #[cfg(feature = "mysql")]
            "mysql" => crate::MysqlStore::open_with(url, options)
                .await
                .map(Self::Mysql),
            #[cfg(not(feature = "sqlite"))]
            "sqlite" => Err(OpenError::NoEngine("sqlite")),
            #[cfg(not(feature = "postgres"))]
            "postgres" | "postgresql" => Err(OpenError::NoEngine("postgres")),
            #[cfg(not(feature = "mysql"))]
            "mysql" => Err(OpenError::NoEngine("mysql")),
            _ => Err(OpenError::Url("sqlite://, postgres:// or mysql://")),
        }
    }
}

impl<U: SqlUser> Clone for AnyStore<U> {
    fn clone(&self) -> Self {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => Self::Sqlite(store.clone()),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => Self::Postgres(store.clone()),
            #[cfg(feature = "mysql")]
            Self::Mysql(store) => Self::Mysql(store.clone()),
        }
    }
}

#[async_trait]
impl<U: SqlUser> UserDatabase for AnyStore<U> {
    type User = U;

    async fn get(&self, id: &U::Id) -> Result<Option<U>, StoreError> {
        dispatch!(self, store => store.get(id).await)
    }
    async fn find(&self, login: &LoginIdentifier) -> Result<Option<U>, StoreError> {
        dispatch!(self, store => store.find(login).await)
    }
    async fn insert(&self, new: NewUser<U>) -> Result<InsertOutcome<U>, StoreError> {
        dispatch!(self, store => store.insert(new).await)
    }
    async fn update(
        &self,
        id: &U::Id,
        change: UserChange<U>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<U>, StoreError> {
        dispatch!(self, store => store.update(id, change, expect).await)
    }
    async fn delete(
        &self,
        id: &U::Id,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        dispatch!(self, store => store.delete(id, expect, owner).await)
    }
    async fn list(&self, page: PageRequest<U::Id>) -> Result<Page<U>, StoreError> {
        dispatch!(self, store => store.list(page).await)
    }
    fn access_lookup(&self) -> Option<&dyn AccessLookup<User = U>> {
        dispatch!(self, store => store.access_lookup())
    }
    fn validate(&self, report: &mut ConfigReport) {
        dispatch!(self, store => UserDatabase::validate(store, report));
    }
}

#[async_trait]
impl<U: SqlUser> ExpiringStore for AnyStore<U> {
    async fn insert_once(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Inserted, StoreError> {
        dispatch!(self, store => store.insert_once(key, expires_at, now).await)
    }
    async fn increment(
        &self,
        key: &ExpiringKey,
        window: Window,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        dispatch!(self, store => store.increment(key, window, now).await)
    }
    async fn count(&self, key: &ExpiringKey, now: OffsetDateTime) -> Result<u64, StoreError> {
        dispatch!(self, store => store.count(key, now).await)
    }
    async fn remove(&self, key: &ExpiringKey) -> Result<bool, StoreError> {
        dispatch!(self, store => store.remove(key).await)
    }
    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        dispatch!(self, store => store.purge(now, limit).await)
    }
    fn store_id(&self) -> Option<StoreId> {
        dispatch!(self, store => ExpiringStore::store_id(store))
    }
    fn validate(&self, report: &mut ConfigReport) {
        dispatch!(self, store => ExpiringStore::validate(store, report));
    }
}

#[async_trait]
impl<U: SqlUser> SessionStore for AnyStore<U> {
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError> {
        dispatch!(self, store => store.insert_session(session).await)
    }
    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError> {
        dispatch!(self, store => store.session(id).await)
    }
    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError> {
        dispatch!(self, store => store.swap_session(next).await)
    }
    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError> {
        dispatch!(self, store => store.delete_session(id).await)
    }
    async fn sessions_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError> {
        dispatch!(self, store => store.sessions_of(owner, epoch, now, page).await)
    }
    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError> {
        dispatch!(self, store => store.delete_sessions_before(owner, epoch, limit).await)
    }
    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        dispatch!(self, store => store.delete_sessions_of(owner).await)
    }
    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        dispatch!(self, store => store.purge_sessions(now, limit).await)
    }
    fn store_id(&self) -> Option<StoreId> {
        dispatch!(self, store => SessionStore::store_id(store))
    }
    fn validate(&self, report: &mut ConfigReport) {
        dispatch!(self, store => SessionStore::validate(store, report));
    }
}

#[async_trait]
impl<U: SqlUser> CredentialStore for AnyStore<U> {
    async fn insert_credential(
        &self,
        credential: StoredCredential,
    ) -> Result<CredentialInsert, StoreError> {
        dispatch!(self, store => store.insert_credential(credential).await)
    }
    async fn credential(
        &self,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<Option<StoredCredential>, StoreError> {
        dispatch!(self, store => store.credential(kind, id).await)
    }
    async fn credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        dispatch!(self, store => store.credentials_of(owner, kind, limit).await)
    }
    async fn credentials_after(
        &self,
        kind: &CredentialKind,
        after: Option<&CredentialId>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        dispatch!(self, store => store.credentials_after(kind, after, limit).await)
    }
    async fn swap_credential(&self, next: &StoredCredential) -> Result<bool, StoreError> {
        dispatch!(self, store => store.swap_credential(next).await)
    }
    async fn delete_credential(
        &self,
        owner: &Owner,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<bool, StoreError> {
        dispatch!(self, store => store.delete_credential(owner, kind, id).await)
    }
    async fn delete_credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
    ) -> Result<u64, StoreError> {
        dispatch!(self, store => store.delete_credentials_of(owner, kind).await)
    }
    fn validate(&self, report: &mut ConfigReport) {
        dispatch!(self, store => CredentialStore::validate(store, report));
    }
}
