//! Migrations: SQL files, each applied once, in order.
//!
//! Migrations of the toolkit are recorded in `auth_migrations`, and those of the application in
//! `auth_app_migrations`. The table of Diesel's command line is not used: a migration of the toolkit in it
//! could hide one of the application with the same number, and `diesel migration revert` would
//! fail.

use std::borrow::Cow;

use diesel::QueryResult;
use thiserror::Error;

use crate::engine::Engine;
use crate::sql::{Kind, SqlValue, Statement};

/// One step, applied as a whole.
#[derive(Debug)]
pub struct Migration {
    /// The folder of its files.
    pub name: &'static str,
    /// Whether it creates or changes the table of the bundled user, which an application with its own
    /// table does not need.
    pub bundled_user: bool,
    /// The statements.
    pub up: &'static str,
}

/// Lists the files of an engine.
macro_rules! migrations {
    ($engine:literal) => {
        &[
            $crate::migrate::Migration {
                name: "0001_expiring",
                bundled_user: false,
                up: include_str!(concat!(
                    "../../migrations/",
                    $engine,
                    "/0001_expiring/up.sql"
                )),
            },
            $crate::migrate::Migration {
                name: "0002_users",
                bundled_user: true,
                up: include_str!(concat!("../../migrations/", $engine, "/0002_users/up.sql")),
            },
            $crate::migrate::Migration {
                name: "0003_sessions",
                bundled_user: false,
                up: include_str!(concat!(
                    "../../migrations/",
                    $engine,
                    "/0003_sessions/up.sql"
                )),
            },
            $crate::migrate::Migration {
                name: "0004_credentials",
                bundled_user: false,
                up: include_str!(concat!(
                    "../../migrations/",
                    $engine,
                    "/0004_credentials/up.sql"
                )),
            },
            $crate::migrate::Migration {
                name: "0005_session_auth",
                bundled_user: false,
                up: include_str!(concat!(
                    "../../migrations/",
                    $engine,
                    "/0005_session_auth/up.sql"
                )),
            },
            $crate::migrate::Migration {
                name: "0006_session_epoch",
                bundled_user: false,
                up: include_str!(concat!(
                    "../../migrations/",
                    $engine,
                    "/0006_session_epoch/up.sql"
                )),
            },
            $crate::migrate::Migration {
                name: "0007_pending_email",
                bundled_user: true,
                up: include_str!(concat!(
                    "../../migrations/",
                    $engine,
                    "/0007_pending_email/up.sql"
                )),
            },
        ]
    };
}
pub(crate) use migrations;

/// Why tables could not be brought up to date.
#[derive(Debug, Error)]
pub(crate) enum MigrationFailure {
    #[error("migration {0} is applied and unknown here: the database is newer than this program")]
    Newer(String),
    #[error("another program has been migrating this database for a minute")]
    Busy,
    #[error(transparent)]
    Diesel(#[from] diesel::result::Error),
}

/// A migration of the application.
#[derive(Debug, Clone)]
pub(crate) struct AppMigration {
    pub(crate) name: Cow<'static, str>,
    pub(crate) up: Cow<'static, str>,
}

/// Migrations that are recorded in one table.
struct Source<'m> {
    table: &'static str,
    known: Vec<(&'m str, &'m str)>,
    /// The names of the migrations that this store does not need.
    skipped: Vec<&'m str>,
}

/// Returns the migrations of the toolkit, and those of the application if there are any.
fn sources<C: Engine>(with_bundled_user: bool, own: &[AppMigration]) -> Vec<Source<'_>> {
    let skipped = |migration: &&Migration| migration.bundled_user && !with_bundled_user;
    let mut sources = vec![Source {
        table: "auth_migrations",
        known: C::MIGRATIONS.iter().map(|m| (m.name, m.up)).collect(),
        skipped: C::MIGRATIONS
            .iter()
            .filter(skipped)
            .map(|m| m.name)
            .collect(),
    }];
    if !own.is_empty() {
        sources.push(Source {
            table: "auth_app_migrations",
            known: own.iter().map(|m| (&*m.name, &*m.up)).collect(),
            skipped: Vec::new(),
        });
    }
    sources
}

/// Applies pending migrations once, also if several processes do so simultaneously.
pub(crate) async fn run<C: Engine>(
    connection: &mut C,
    with_bundled_user: bool,
    own: &[AppMigration],
) -> Result<(), MigrationFailure> {
    let sources = sources::<C>(with_bundled_user, own);
    // Most starts have nothing to migrate and do not wait.
    if !is_pending(connection, &sources).await? {
        return Ok(());
    }
    if !connection.begin_migration().await? {
        return Err(MigrationFailure::Busy);
    }
    let outcome = apply_all(connection, &sources).await;
    let ended = connection.end_migration(outcome.is_ok()).await;
    outcome?;
    Ok(ended?)
}

/// Returns an error if the database was migrated by a newer version of this crate or of the
/// application.
pub(crate) async fn refuse_newer<C: Engine>(
    connection: &mut C,
    own: &[AppMigration],
) -> Result<(), MigrationFailure> {
    for source in sources::<C>(true, own) {
        if connection.has_table(source.table).await? {
            source.refuse_newer(&source.applied(connection).await?)?;
        }
    }
    Ok(())
}

async fn is_pending<C: Engine>(
    connection: &mut C,
    sources: &[Source<'_>],
) -> Result<bool, MigrationFailure> {
    for source in sources {
        if !connection.has_table(source.table).await? {
            return Ok(true);
        }
        let applied = source.applied(connection).await?;
        source.refuse_newer(&applied)?;
        if source.pending(&applied).next().is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn apply_all<C: Engine>(
    connection: &mut C,
    sources: &[Source<'_>],
) -> Result<(), MigrationFailure> {
    for source in sources {
        let table = source.table;
        if !connection.has_table(table).await? {
            let create = format!("CREATE TABLE {table} (name VARCHAR(100) NOT NULL PRIMARY KEY)");
            connection.batch_execute(&create).await?;
        }
        let applied = source.applied(connection).await?;
        source.refuse_newer(&applied)?;
        for (name, up) in source.pending(&applied) {
            connection.batch_execute(up).await?;
            let note = Statement::new(format!("INSERT INTO {table} (name) VALUES ("));
            connection.run(note.bind(*name).text(")")).await?;
        }
    }
    Ok(())
}

impl<'m> Source<'m> {
    fn pending(&self, applied: &[String]) -> impl Iterator<Item = &(&'m str, &'m str)> {
        let is_wanted = |name: &str| !self.skipped.contains(&name);
        let is_applied = |name: &str| applied.iter().any(|done| done == name);
        let known = self.known.iter();
        known.filter(move |(name, _)| is_wanted(name) && !is_applied(name))
    }

    fn refuse_newer(&self, applied: &[String]) -> Result<(), MigrationFailure> {
        let is_unknown = |name: &&String| !self.known.iter().any(|(known, _)| known == name);
        match applied.iter().find(is_unknown) {
            Some(name) => Err(MigrationFailure::Newer(name.clone())),
            None => Ok(()),
        }
    }

    async fn applied<C: Engine>(&self, connection: &mut C) -> QueryResult<Vec<String>> {
        let all = Statement::new(format!("SELECT name FROM {} ORDER BY name", self.table));
        let rows = connection.fetch(all.returns(&[Kind::Text])).await?;
        let name = |row: Vec<SqlValue>| match row.into_iter().next() {
            Some(SqlValue::Text(name)) => name,
            _ => None,
        };
        Ok(rows.into_iter().filter_map(name).collect())
    }
}
