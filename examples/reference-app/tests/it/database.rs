//! A separate database for a test: a file in a folder, or a database on the tests' server.

use std::path::Path;

use auth_diesel::diesel::dsl::sql;
use auth_diesel::diesel::sql_types::BigInt;
use auth_diesel::diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use auth_diesel::{MysqlConnection, PostgresConnection, SqliteConnection};
use scratch_servers::test_server;

/// The engine of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
    Mysql,
}

/// An empty database for one test, dropped with this value if it is on a server.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    server: Option<(Engine, String)>,
}

impl Database {
    /// Creates a database; `None` without a server of this engine, after a notice.
    pub(crate) fn new(engine: Engine, folder: &Path) -> Option<Self> {
        let server = match engine {
            Engine::Sqlite => {
                let url = format!("sqlite://{}", folder.join("accounts.db").display());
                return Some(Self { url, server: None });
            }
            Engine::Postgres => test_server(scratch_servers::Engine::Postgres)?,
            Engine::Mysql => test_server(scratch_servers::Engine::Mysql)?,
        };
        Some(Self::on(engine, server))
    }

    /// Creates a database on this server, given by a URL with a role that may create databases.
    pub(crate) fn on(engine: Engine, server: String) -> Self {
        let name = format!("auth_test_{}", uuid::Uuid::now_v7().simple());
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        assert!(execute(engine, &server, &format!("CREATE DATABASE {name}")));
        Self {
            url,
            server: Some((engine, server)),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((engine, server)) = &self.server {
            let (_, name) = self.url.rsplit_once('/').unwrap();
            // The test's pool or a killed program may still have an open connection.
            let (before, force) = match engine {
                Engine::Postgres => ("", "WITH (FORCE)"),
                _ => ("SET SESSION lock_wait_timeout = 10; ", ""),
            };
            let script = format!("{before}DROP DATABASE {name} {force}");
            execute(*engine, server, &script);
        }
    }
}

/// Runs one statement on a separate connection, and returns whether it succeeded.
fn execute(engine: Engine, server: &str, statement: &str) -> bool {
    async fn on<C: AsyncConnection>(server: &str, statement: &str) -> bool {
        match C::establish(server).await {
            Ok(mut connection) => connection.batch_execute(statement).await.is_ok(),
            Err(_) => false,
        }
    }
    block_on(async {
        match engine {
            Engine::Mysql => on::<MysqlConnection>(server, statement).await,
            _ => on::<PostgresConnection>(server, statement).await,
        }
    })
}

/// Runs a script in a SQLite file that a program may have open.
pub(crate) fn sqlite_script(url: &str, script: &str) {
    block_on(async {
        let mut connection = sqlite(url).await;
        connection.batch_execute(script).await.unwrap();
    });
}

/// Returns the number that a statement selects in a SQLite file.
pub(crate) fn sqlite_number(url: &str, select: &str) -> i64 {
    block_on(async {
        let mut connection = sqlite(url).await;
        let number = sql::<BigInt>(select).get_result(&mut connection).await;
        number.unwrap()
    })
}

async fn sqlite(url: &str) -> SqliteConnection {
    let file = url.strip_prefix("sqlite://").unwrap();
    let mut connection = SqliteConnection::establish(file).await.unwrap();
    // A writer of the program may have the lock.
    let wait = "PRAGMA busy_timeout = 60000";
    connection.batch_execute(wait).await.unwrap();
    connection
}

fn block_on<T: Send>(work: impl Future<Output = T> + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(work)
    };
    // The caller may be inside of a runtime, which must not be blocked.
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}
