//! The storages under load: memory, files of SQLite, and temporary servers of PostgreSQL and MariaDB.

pub(crate) mod sql;

use std::collections::BTreeMap;

use scratch_servers::{Engine, Scratch, Server, ServerError};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::app::{self, MEMORY, Mode};
use sql::Owners;

/// The names of the storages.
pub(crate) const NAMES: [&str; 4] = ["memory", "SQLite", "PostgreSQL", "MariaDB"];

/// The names of the storages with SQL.
pub(crate) const SQL: [&str; 3] = ["SQLite", "PostgreSQL", "MariaDB"];

/// The storages of this machine, which are started at their first use.
pub(crate) struct Storages {
    runtime: Runtime,
    files: TempDir,
    servers: BTreeMap<&'static str, Option<Server>>,
    prepared: Vec<String>,
    versions: BTreeMap<String, String>,
}

impl Storages {
    pub(crate) fn new() -> Self {
        Self {
            runtime: Runtime::new().unwrap(),
            files: tempfile::tempdir().unwrap(),
            servers: BTreeMap::new(),
            prepared: Vec::new(),
            versions: BTreeMap::new(),
        }
    }

    /// Returns the versions of the engines that were used.
    pub(crate) fn versions(&self) -> BTreeMap<String, String> {
        self.versions.clone()
    }

    /// Returns the URL of a database of a storage with the one account; `None` with a notice if its server is
    /// not installed.
    pub(crate) fn url(&mut self, storage: &str, database: &str) -> Option<String> {
        let url = match storage {
            "memory" => return Some(MEMORY.to_owned()),
            "SQLite" => {
                let path = self.files.path().join(format!("{database}.db"));
                format!("sqlite://{}", path.display())
            }
            "PostgreSQL" => self.on_server("PostgreSQL", Engine::Postgres, database)?,
            _ => self.on_server("MariaDB", Engine::Mysql, database)?,
        };
        if !self.prepared.contains(&url) {
            let version = self.runtime.block_on(async {
                let auth = app::auth(Mode::Opaque, &url).await;
                app::register(&auth).await;
                sql::version(&url).await
            });
            self.versions.insert(storage.to_owned(), version);
            self.prepared.push(url.clone());
        }
        Some(url)
    }

    /// Inserts users into a database.
    pub(crate) fn insert_users(&self, url: &str, count: u32) {
        if let Some(statement) = sql::memory(engine(url)) {
            self.runtime.block_on(sql::run(url, statement));
        }
        let statement = sql::users(engine(url), count);
        self.runtime.block_on(sql::run(url, &statement));
    }

    /// Copies the first session of a database.
    pub(crate) fn copy_session(&self, url: &str, count: u32, owners: Owners) {
        let statement = sql::sessions(engine(url), count, owners);
        self.runtime.block_on(sql::run(url, &statement));
    }

    /// Returns the URL of a database on a temporary server.
    fn on_server(&mut self, name: &'static str, engine: Engine, database: &str) -> Option<String> {
        let server = self.servers.entry(name).or_insert_with(|| start(engine));
        let main = server.as_ref()?.url();
        let (base, _) = main.rsplit_once('/')?;
        let url = format!("{base}/{database}");
        if !self.prepared.contains(&url) {
            let statement = format!("CREATE DATABASE {database}");
            self.runtime.block_on(sql::run(main, &statement));
        }
        Some(url)
    }
}

fn engine(url: &str) -> &str {
    url.split(':').next().unwrap_or_default()
}

fn start(engine: Engine) -> Option<Server> {
    match Scratch::start(engine) {
        Ok(server) => Some(server),
        Err(error @ ServerError::Missing(_)) => {
            println!("left out: rows of this engine: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}
