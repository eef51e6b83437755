//! The database of a test: a temporary file, or a separate database on a server.

use std::future::Future;

use auth_core::User;
use auth_diesel::diesel_async::{AsyncConnection, SimpleAsyncConnection};
use auth_diesel::{
    DieselStore, MysqlConnection, PostgresConnection, SqlBackend, SqlUser, SqliteConnection,
    StoreOptions,
};
use scratch_servers::{Engine, test_server};
use tempfile::TempDir;
use tokio::runtime::{Handle, RuntimeFlavor};

/// An empty database for one test, dropped with this value.
pub(crate) trait Home: Send + Sync + Sized + 'static {
    type Connection: SqlBackend;

    /// Creates a database; `None` without a server, after a notice.
    fn new() -> impl Future<Output = Option<Self>> + Send;

    fn url(&self) -> &str;

    fn open(&self) -> impl Future<Output = DieselStore<Self::Connection>> + Send {
        self.open_as::<User>()
    }

    fn open_as<U: SqlUser>(&self) -> impl Future<Output = DieselStore<Self::Connection, U>> + Send {
        async { DieselStore::open(self.url()).await.unwrap() }
    }

    /// Opens the database with one connection per caller of a race. They are opened simultaneously, and each has
    /// a slow handshake, so that the default timeout is too short on a busy machine.
    fn open_wide<U: SqlUser>(
        &self,
    ) -> impl Future<Output = DieselStore<Self::Connection, U>> + Send {
        let options = StoreOptions::default()
            .pool_size(64)
            .checkout_timeout(std::time::Duration::from_mins(1))
            .statement_timeout(std::time::Duration::from_mins(1));
        async { DieselStore::open_with(self.url(), options).await.unwrap() }
    }

    /// Runs a script in the database directly, without a store.
    fn sql(&self, script: &str) -> impl Future<Output = ()> + Send {
        async move {
            let mut connection = Self::Connection::establish(self.file_or_url())
                .await
                .unwrap();
            connection.batch_execute(script).await.unwrap();
        }
    }

    /// Makes each update of a session row fail.
    fn refuse_updates(&self) -> impl Future<Output = ()> + Send {
        self.sql(Self::REFUSE_UPDATES)
    }

    /// Undoes [`refuse_updates`](Self::refuse_updates).
    fn allow_updates(&self) -> impl Future<Output = ()> + Send {
        self.sql(Self::ALLOW_UPDATES)
    }

    const REFUSE_UPDATES: &str;
    const ALLOW_UPDATES: &str = "DROP TRIGGER refused";

    /// Returns the name of the database for Diesel.
    fn file_or_url(&self) -> &str {
        let url = self.url();
        url.strip_prefix("sqlite://").unwrap_or(url)
    }
}

/// A SQLite file.
pub(crate) struct File {
    _folder: TempDir,
    url: String,
}

/// A database on a PostgreSQL server.
pub(crate) struct Postgres(Database<PostgresConnection>);

/// A database on a MySQL or MariaDB server.
pub(crate) struct Mysql(Database<MysqlConnection>);

impl File {
    pub(crate) fn path(&self) -> &str {
        self.file_or_url()
    }
}

impl Home for File {
    type Connection = SqliteConnection;

    const REFUSE_UPDATES: &str = "CREATE TRIGGER refused BEFORE UPDATE ON auth_sessions \
        BEGIN SELECT RAISE(ABORT, 'not today'); END";

    async fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
        Some(Self {
            _folder: folder,
            url,
        })
    }
    fn url(&self) -> &str {
        &self.url
    }
}

impl Home for Postgres {
    type Connection = PostgresConnection;

    const REFUSE_UPDATES: &str = "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger \
        LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$; \
        CREATE TRIGGER refused BEFORE UPDATE ON auth_sessions \
        FOR EACH ROW EXECUTE FUNCTION refuse()";
    const ALLOW_UPDATES: &str = "DROP TRIGGER refused ON auth_sessions";

    async fn new() -> Option<Self> {
        let server = test_server(Engine::Postgres)?;
        Some(Self(
            Database::new(server, "DROP DATABASE {} WITH (FORCE)").await,
        ))
    }
    fn url(&self) -> &str {
        &self.0.url
    }
}

impl Home for Mysql {
    type Connection = MysqlConnection;

    const REFUSE_UPDATES: &str = "CREATE TRIGGER refused BEFORE UPDATE ON auth_sessions \
        FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'";

    async fn new() -> Option<Self> {
        let server = test_server(Engine::Mysql)?;
        // An open transaction of a call that a test dropped must not make the test wait for ever.
        let drop = "SET SESSION lock_wait_timeout = 10; DROP DATABASE {}";
        Some(Self(Database::new(server, drop).await))
    }
    fn url(&self) -> &str {
        &self.0.url
    }
}

/// A database with a random name, dropped with this value.
struct Database<C: AsyncConnection + 'static> {
    server: String,
    url: String,
    drop: String,
    connection: std::marker::PhantomData<fn() -> C>,
}

impl<C: AsyncConnection> Database<C> {
    async fn new(server: String, drop: &str) -> Self {
        let name = format!("auth_test_{}", uuid::Uuid::now_v7().simple());
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        let mut connection = C::establish(&server).await.unwrap();
        let create = format!("CREATE DATABASE {name}");
        connection.batch_execute(&create).await.unwrap();
        Self {
            url,
            drop: drop.replace("{}", &name),
            server,
            connection: std::marker::PhantomData,
        }
    }
}

impl<C: AsyncConnection + 'static> Drop for Database<C> {
    fn drop(&mut self) {
        let (server, drop) = (self.server.clone(), self.drop.clone());
        // A test drops it inside of a runtime: the connection gets a runtime of its own.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                // The test may have stopped the server; then there is nothing to drop.
                if let Ok(mut connection) = C::establish(&server).await {
                    let _ = connection.batch_execute(&drop).await;
                }
            });
        });
        let wait = || {
            let _ = thread.join();
        };
        // A call that a test dropped ends in a task, perhaps of this worker. Other workers take over the
        // tasks of this one while it waits.
        match Handle::try_current().map(|handle| handle.runtime_flavor()) {
            Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(wait),
            _ => wait(),
        }
    }
}
