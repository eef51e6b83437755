//! The storages, and an empty one for each fixture.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use auth_core::testing::conformance::{CoreHarness, Harness, Stores};
use auth_core::{ExpiringStore, SessionStore, User, UserDatabase};
use auth_diesel::diesel_async::SimpleAsyncConnection;
use auth_diesel::{AnyStore, SqliteStore};
use tempfile::TempDir;

use crate::database::{Database, Engine};

/// The kinds of storage.
pub(super) enum Kind {
    Memory,
    Sqlite,
    Postgres,
    Mysql,
}

/// A storage that is set up.
pub(super) enum Storage {
    Memory,
    /// One file per fixture.
    Sqlite {
        folder: TempDir,
        files: AtomicU32,
    },
    /// One database, whose tables are emptied before each fixture: creating a database takes longer
    /// than running a case.
    Server {
        store: AnyStore,
        _database: Database,
    },
}

impl Storage {
    /// Sets up a storage; `None` without a server of this kind, after a notice.
    pub(super) async fn new(kind: Kind) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let engine = match kind {
            Kind::Memory => return Some(Self::Memory),
            Kind::Sqlite => {
                let files = AtomicU32::new(0);
                return Some(Self::Sqlite { folder, files });
            }
            Kind::Postgres => Engine::Postgres,
            Kind::Mysql => Engine::Mysql,
        };
        let database = Database::new(engine, folder.path())?;
        let store = AnyStore::open(database.url()).await.unwrap();
        Some(Self::Server {
            store,
            _database: database,
        })
    }

    /// Returns empty stores for one fixture; the previous fixture must have ended.
    pub(super) async fn fresh(&self) -> Stores {
        match self {
            Self::Memory => CoreHarness::new().stores().await,
            Self::Sqlite { folder, files } => {
                let file = format!("{}.db", files.fetch_add(1, Ordering::Relaxed));
                let url = format!("sqlite://{}", folder.path().join(file).display());
                let store = SqliteStore::open(&url).await.unwrap();
                stores(store)
            }
            Self::Server { store, .. } => {
                empty(store).await;
                stores(store.clone())
            }
        }
    }
}

fn stores<S>(store: S) -> Stores
where
    S: UserDatabase<User = User> + ExpiringStore + SessionStore + Clone,
{
    Stores {
        users: Arc::new(store.clone()),
        expiring: Arc::new(store.clone()),
        sessions: Arc::new(store),
    }
}

async fn empty(store: &AnyStore) {
    const ALL: &str =
        "DELETE FROM auth_users; DELETE FROM auth_expiring; DELETE FROM auth_sessions";
    match store {
        AnyStore::Postgres(store) => {
            let mut connection = store.pool().get().await.unwrap();
            connection.batch_execute(ALL).await.unwrap();
        }
        AnyStore::Mysql(store) => {
            let mut connection = store.pool().get().await.unwrap();
            connection.batch_execute(ALL).await.unwrap();
        }
        other => panic!("{other:?} is not on a server"),
    }
}
