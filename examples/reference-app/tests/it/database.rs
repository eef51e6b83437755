//! A database of a test's own: a file in a folder, or one on the server that tests were given.

use std::path::Path;

use auth_diesel::diesel_async::AsyncConnection;
use auth_diesel::{MysqlConnection, PostgresConnection};
use scratch_servers::test_server;

/// What keeps the users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
    Mysql,
}

/// An empty database for one test. A database on a server is dropped with this value.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    server: Option<(Engine, String)>,
}

impl Database {
    /// `None` where there is no such server, which has been said aloud.
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

    /// On this server, by the URL of a database of its own for a role that may make others.
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
            // A connection may still be open: of the test's own pool, or of a killed program.
            let force = match engine {
                Engine::Postgres => "WITH (FORCE)",
                _ => "",
            };
            execute(*engine, server, &format!("DROP DATABASE {name} {force}"));
        }
    }
}

/// Runs one statement on a connection of its own, and answers whether it succeeded.
fn execute(engine: Engine, server: &str, statement: &str) -> bool {
    async fn on<C: AsyncConnection>(server: &str, statement: &str) -> bool {
        match C::establish(server).await {
            Ok(mut connection) => connection.batch_execute(statement).await.is_ok(),
            Err(_) => false,
        }
    }
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            match engine {
                Engine::Mysql => on::<MysqlConnection>(server, statement).await,
                _ => on::<PostgresConnection>(server, statement).await,
            }
        })
    };
    // The caller may be inside of a runtime, which must not be blocked on.
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}
