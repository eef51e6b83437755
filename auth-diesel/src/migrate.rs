//! Migrations: SQL files, applied once each, in their order.
//!
//! They have a table of their own, `auth_migrations`. The one of Diesel's command line belongs to the
//! application: a migration of ours in it could hide one of the application's with the same number,
//! and `diesel migration revert` would stumble over it.

use diesel::QueryResult;
use thiserror::Error;

use crate::engine::Engine;
use crate::sql::{Kind, SqlValue, Statement};

/// One step, applied as a whole.
#[derive(Debug)]
pub struct Migration {
    /// The folder of its files.
    pub name: &'static str,
    /// Whether it makes the table of the bundled user, which an application with a table of its own
    /// has no use for.
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

/// Applies what is pending, once, also when several processes do the same at the same time.
pub(crate) async fn run<C: Engine>(
    connection: &mut C,
    with_bundled_user: bool,
) -> Result<(), MigrationFailure> {
    // Most starts have nothing to migrate and do not wait.
    if !is_pending(connection, with_bundled_user).await? {
        return Ok(());
    }
    if !connection.begin_migration().await? {
        return Err(MigrationFailure::Busy);
    }
    let outcome = apply(connection, with_bundled_user).await;
    let ended = connection.end_migration(outcome.is_ok()).await;
    outcome?;
    Ok(ended?)
}

/// Whether a database was migrated by a newer version of this crate.
pub(crate) async fn refuse_newer<C: Engine>(connection: &mut C) -> Result<(), MigrationFailure> {
    if connection.has_table("auth_migrations").await? {
        check_known::<C>(&applied(connection).await?)?;
    }
    Ok(())
}

async fn is_pending<C: Engine>(
    connection: &mut C,
    with_bundled_user: bool,
) -> Result<bool, MigrationFailure> {
    if !connection.has_table("auth_migrations").await? {
        return Ok(true);
    }
    let applied = applied(connection).await?;
    check_known::<C>(&applied)?;
    Ok(wanted::<C>(with_bundled_user).any(|migration| !is_applied(&applied, migration)))
}

/// The migrations of a store, with or without the table of the bundled user.
fn wanted<C: Engine>(with_bundled_user: bool) -> impl Iterator<Item = &'static Migration> {
    let all = C::MIGRATIONS.iter();
    all.filter(move |migration| with_bundled_user || !migration.bundled_user)
}

fn is_applied(applied: &[String], migration: &Migration) -> bool {
    applied.iter().any(|name| name == migration.name)
}

async fn apply<C: Engine>(
    connection: &mut C,
    with_bundled_user: bool,
) -> Result<(), MigrationFailure> {
    if !connection.has_table("auth_migrations").await? {
        let table = "CREATE TABLE auth_migrations (name VARCHAR(100) NOT NULL PRIMARY KEY)";
        connection.batch_execute(table).await?;
    }
    let applied = applied(connection).await?;
    check_known::<C>(&applied)?;
    for migration in wanted::<C>(with_bundled_user) {
        if !is_applied(&applied, migration) {
            connection.batch_execute(migration.up).await?;
            let note = Statement::new("INSERT INTO auth_migrations (name) VALUES (");
            connection.run(note.bind(migration.name).text(")")).await?;
        }
    }
    Ok(())
}

fn check_known<C: Engine>(applied: &[String]) -> Result<(), MigrationFailure> {
    let unknown = |name: &&String| !C::MIGRATIONS.iter().any(|known| known.name == **name);
    match applied.iter().find(unknown) {
        Some(name) => Err(MigrationFailure::Newer(name.clone())),
        None => Ok(()),
    }
}

async fn applied<C: Engine>(connection: &mut C) -> QueryResult<Vec<String>> {
    let all = Statement::new("SELECT name FROM auth_migrations ORDER BY name");
    let rows = connection.fetch(all.returns(&[Kind::Text])).await?;
    let name = |row: Vec<SqlValue>| match row.into_iter().next() {
        Some(SqlValue::Text(name)) => name,
        _ => None,
    };
    Ok(rows.into_iter().filter_map(name).collect())
}
