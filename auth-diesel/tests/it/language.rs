//! Servers that write their messages in another language.

use std::process::Command;
use std::time::{Duration, Instant};

use auth_core::store::{
    InsertOutcome, Precondition, UniqueField, UpdateOutcome, UserChange, UserDatabase,
};
use auth_diesel::diesel::query_builder::SqlQuery;
use auth_diesel::diesel_async::methods::LoadQuery;
use auth_diesel::diesel_async::{AsyncConnection, SimpleAsyncConnection};
use auth_diesel::{DieselStore, MysqlConnection, PostgresConnection, SqlBackend, StoreOptions};
use scratch_servers::{Engine, own_server};

use crate::support::{Number, begun, inserted, new_user, numbers, session};

/// For a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The statements of the other connection of a deadlock.
struct Raw {
    /// Locks every session.
    begin: &'static str,
    /// Counts the waits for locks.
    waiting: &'static str,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn german_messages_of_postgres_change_no_outcome() {
    let Some(server) = own_server(Engine::Postgres) else {
        return;
    };
    // `localedef` of Debian's package `libc-bin`, with the sources of its package `locales`.
    std::fs::create_dir(server.locales()).unwrap();
    let locale = server.locales().join("de_DE.UTF-8");
    let mut localedef = Command::new("localedef");
    localedef
        .args(["--no-archive", "-f", "UTF-8", "-i", "de_DE"])
        .arg(locale);
    if !localedef.status().is_ok_and(|status| status.success()) {
        let notice =
            "left out: German messages of PostgreSQL, because localedef cannot make the locale";
        // A test that is left out says so, as without a server.
        std::io::Write::write_all(&mut std::io::stderr(), format!("{notice}\n").as_bytes())
            .unwrap();
        return;
    }
    let (before, _) = server.url().rsplit_once('/').unwrap();
    let mut connection = PostgresConnection::establish(server.url()).await.unwrap();
    connection
        .batch_execute("CREATE DATABASE deutsch")
        .await
        .unwrap();
    let german = "ALTER DATABASE deutsch SET lc_messages = 'de_DE.UTF-8'";
    connection.batch_execute(german).await.unwrap();
    let url = format!("{before}/deutsch");
    let mut connection = PostgresConnection::establish(&url).await.unwrap();
    let message = connection
        .batch_execute("SELECT 1 / 0")
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(message, "Division durch Null");
    let raw = Raw {
        // The check for deadlocks of this connection never runs: the other one is ended.
        begin: "SET deadlock_timeout = '1min'; BEGIN; UPDATE auth_sessions SET version = version",
        waiting: "SELECT count(*) AS number FROM pg_locks WHERE NOT granted",
    };
    outcomes_are_the_same::<PostgresConnection>(&url, raw).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn german_messages_of_mysql_change_no_outcome() {
    let Some(server) = own_server(Engine::Mysql) else {
        return;
    };
    let (before, _) = server.url().rsplit_once('/').unwrap();
    let mut connection = MysqlConnection::establish(server.url()).await.unwrap();
    let german = "CREATE DATABASE deutsch; SET GLOBAL lc_messages = 'de_DE'";
    connection.batch_execute(german).await.unwrap();
    let url = format!("{before}/deutsch");
    let mut connection = MysqlConnection::establish(&url).await.unwrap();
    let message = connection
        .batch_execute("SELECT a FROM b.c")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("verweigert") || message.contains("existiert nicht"),
        "{message}"
    );
    let raw = Raw {
        // The transaction with fewer changes is ended.
        begin: "CREATE TABLE weight (n INT) AS SELECT seq AS n FROM seq_1_to_100; BEGIN; \
                UPDATE weight SET n = n + 1; UPDATE auth_sessions SET client = 'other'",
        waiting: "SELECT count(*) AS number FROM information_schema.innodb_trx \
                  WHERE trx_state = 'LOCK WAIT'",
    };
    outcomes_are_the_same::<MysqlConnection>(&url, raw).await;
}

/// B-30: a taken address or name is an outcome, and a change that meets a deadlock is tried again.
async fn outcomes_are_the_same<C>(url: &str, raw: Raw)
where
    C: SqlBackend,
    SqlQuery: for<'q> LoadQuery<'q, C, Number>,
{
    let options = StoreOptions::default().statement_timeout(PATIENCE);
    let store = DieselStore::<C>::open_with(url, options).await.unwrap();
    let ada = inserted(&store, new_user("ada's@example.com")).await;
    let taken = store.insert(new_user("ada's@example.com")).await.unwrap();
    let field = |outcome| match outcome {
        InsertOutcome::Taken(field) => field,
        InsertOutcome::Inserted(_) => panic!("inserted twice"),
    };
    assert_eq!(field(taken), UniqueField::Email);

    // The change locks the user, and then the session, which the other connection has locked.
    let kept = begun(&store, session(&format!("users:{}", ada.id))).await;
    let mut other = C::establish(url).await.unwrap();
    other.batch_execute(raw.begin).await.unwrap();
    let change = UserChange {
        bump_epoch: true,
        keep_session: Some(kept.id),
        ..UserChange::default()
    };
    let changed = {
        let (store, id) = (store.clone(), ada.id);
        tokio::spawn(async move { store.update(&id, change, Precondition::default()).await })
    };
    let mut observer = C::establish(url).await.unwrap();
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if numbers(&mut observer, raw.waiting).await[0] > 0 {
            break;
        }
    }
    other
        .batch_execute("UPDATE auth_users SET epoch = epoch + 10")
        .await
        .unwrap();
    other.batch_execute("COMMIT").await.unwrap();
    let changed = changed.await.unwrap().unwrap();
    let UpdateOutcome::Updated(user) = changed else {
        panic!("{changed:?}");
    };
    // The change ran after that of the other connection.
    assert_eq!(user.account.epoch.as_i64(), ada.account.epoch.as_i64() + 11);
}
