//! An empty database for each test: a file that goes away, or a database of its own on a server.

use std::sync::Arc;

use auth_diesel::diesel_async::{AsyncConnection, SimpleAsyncConnection};
use auth_diesel::{MysqlConnection, PostgresConnection};
use scratch_servers::{Engine, test_server};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    Mysql,
}

/// A database that is there as long as this value.
pub(crate) struct Database {
    kind: Kind,
    name: String,
    server: String,
    pub(crate) url: String,
    _folder: Option<Arc<TempDir>>,
}

impl Database {
    /// `None` where there is no server, which has been said aloud.
    pub(crate) async fn new(kind: Kind) -> Option<Self> {
        let name = format!("custom_user_{}", uuid::Uuid::now_v7().simple());
        let server = match kind {
            Kind::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}", folder.path().join("shop.db").display());
                return Some(Self {
                    kind,
                    name,
                    server: String::new(),
                    url,
                    _folder: Some(Arc::new(folder)),
                });
            }
            Kind::Postgres => test_server(Engine::Postgres)?,
            Kind::Mysql => test_server(Engine::Mysql)?,
        };
        run(kind, &server, &format!("CREATE DATABASE {name}")).await;
        let (base, _) = server.rsplit_once('/').unwrap();
        Some(Self {
            url: format!("{base}/{name}"),
            kind,
            name,
            server,
            _folder: None,
        })
    }
}

async fn run(kind: Kind, server: &str, script: &str) {
    match kind {
        Kind::Sqlite => {}
        Kind::Postgres => {
            let mut connection = PostgresConnection::establish(server).await.unwrap();
            connection.batch_execute(script).await.unwrap();
        }
        Kind::Mysql => {
            let mut connection = MysqlConnection::establish(server).await.unwrap();
            connection.batch_execute(script).await.unwrap();
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // An open transaction of a call that a test dropped must not make the test wait for ever.
        let (before, force) = match self.kind {
            Kind::Postgres => ("", " WITH (FORCE)"),
            _ => ("SET SESSION lock_wait_timeout = 10; ", ""),
        };
        let script = format!("{before}DROP DATABASE {}{force}", self.name);
        let (kind, server) = (self.kind, self.server.clone());
        // A test drops it inside of a runtime, which must not be blocked on.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(run(kind, &server, &script));
        });
        let _ = thread.join();
    }
}
