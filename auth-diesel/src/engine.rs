//! What one engine must be able to do, and the trait that keeps the list closed.
//!
//! Diesel checks each statement against one database, so a function that is generic over the
//! connection would have to spell the type of every query in its bounds. Instead each statement is
//! one short method of [`Engine`], and a macro writes the bodies with the concrete connection in
//! place. Everything above (transactions, outcomes, conversions, errors) is generic and written
//! once.

#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
mod statements;

use std::future::Future;

use auth_core::store::{Expect, LoginIdentifier, PageRequest, UniqueField, Window};
use bb8::ManageConnection;
use diesel::QueryResult;
use diesel::result::DatabaseErrorInformation;
use diesel_async::pooled_connection::PoolError;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::row::{ChangeRow, UserRow};

/// A connection that [`DieselStore`](crate::DieselStore) can work with.
///
/// Sealed: the crate implements it for the engines it knows, and the statements behind it may
/// change. Today that is `SyncConnectionWrapper<SqliteConnection>`.
pub trait SqlBackend: Engine {}

/// The statements. Every method is one statement unless it says otherwise.
pub trait Engine: Send + Sized + 'static {
    /// What makes connections for the pool.
    type Manager: ManageConnection<Connection = Self, Error = PoolError>;

    /// Whether the engine takes one writer at a time, so that writers should queue before they
    /// take a connection.
    const SINGLE_WRITER: bool;

    /// Runs what is pending of the embedded migrations, once, also when others do the same at the
    /// same time.
    fn migrate(&mut self) -> impl Future<Output = QueryResult<MigrationResult>> + Send;

    /// Opens a transaction whose reads all see one moment.
    fn begin_read(&mut self) -> impl Future<Output = QueryResult<()>> + Send;

    /// Opens a transaction in which no other writer can change who is an active superuser.
    fn begin_write(&mut self) -> impl Future<Output = QueryResult<()>> + Send;

    /// Ends the transaction and keeps what it wrote.
    fn commit(&mut self) -> impl Future<Output = QueryResult<()>> + Send;

    /// Ends the transaction and forgets what it wrote.
    fn rollback(&mut self) -> impl Future<Output = QueryResult<()>> + Send;

    /// The column of `auth_users` whose unique index refused a row; `None` where it was another
    /// index. The engines say it in different places.
    fn taken_field(info: &dyn DatabaseErrorInformation) -> Option<UniqueField>;

    /// What of an engine's message may be logged: never a value that was bound or stored.
    fn loggable(info: &dyn DatabaseErrorInformation) -> String;

    /// The user with this key.
    fn user(&mut self, id: Uuid) -> impl Future<Output = QueryResult<Option<UserRow>>> + Send;

    /// The user with this address or name.
    fn find_user(
        &mut self,
        login: &LoginIdentifier,
    ) -> impl Future<Output = QueryResult<Option<UserRow>>> + Send;

    /// Adds a row.
    fn insert_user(&mut self, row: UserRow) -> impl Future<Output = QueryResult<usize>> + Send;

    /// Writes a change where `expect` holds; `None` where it hit nothing.
    fn update_user(
        &mut self,
        id: Uuid,
        change: ChangeRow,
        expect: Expect,
    ) -> impl Future<Output = QueryResult<Option<UserRow>>> + Send;

    /// Removes a row where `expect` holds.
    fn delete_user(
        &mut self,
        id: Uuid,
        expect: Expect,
    ) -> impl Future<Output = QueryResult<usize>> + Send;

    /// The rows of a page.
    fn user_page(
        &mut self,
        page: PageRequest<Uuid>,
    ) -> impl Future<Output = QueryResult<Vec<UserRow>>> + Send;

    /// How many users there are.
    fn user_count(&mut self) -> impl Future<Output = QueryResult<i64>> + Send;

    /// Adds an entry unless a living one is there; how many rows it wrote.
    fn insert_entry(
        &mut self,
        key: &str,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> impl Future<Output = QueryResult<usize>> + Send;

    /// Adds one to an entry, or begins it; the count after it.
    fn increment_entry(
        &mut self,
        key: &str,
        window: Window,
        now: OffsetDateTime,
    ) -> impl Future<Output = QueryResult<i64>> + Send;

    /// The count of a living entry.
    fn entry_count(
        &mut self,
        key: &str,
        now: OffsetDateTime,
    ) -> impl Future<Output = QueryResult<Option<i64>>> + Send;

    /// Removes an entry; how many rows it hit.
    fn remove_entry(&mut self, key: &str) -> impl Future<Output = QueryResult<usize>> + Send;

    /// Removes at most `limit` expired entries.
    fn purge_entries(
        &mut self,
        now: OffsetDateTime,
        limit: u32,
    ) -> impl Future<Output = QueryResult<usize>> + Send;
}

/// How migrations ended; the error is the migration library's own.
pub(crate) type MigrationResult = Result<(), auth_core::BoxError>;
