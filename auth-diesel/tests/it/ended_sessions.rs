//! The work of a list of sessions with many ended rows, in rows that the server reads for it.

use auth_core::store::{SessionPage, SessionStore};
use auth_core::{Epoch, User};
use auth_diesel::diesel::query_builder::SqlQuery;
use auth_diesel::diesel_async::SimpleAsyncConnection;
use auth_diesel::diesel_async::methods::LoadQuery;
use auth_diesel::{DieselStore, StoreOptions};

use crate::homes::{Home, Mysql, Postgres};
use crate::support::{Number, begun, now, numbers, session};

/// Each doubling copies every ended session: 16,384 at the end.
const DOUBLINGS: u32 = 14;

/// How an engine copies sessions, and counts the rows that a connection has read.
struct Raw {
    new_id: &'static str,
    /// Makes the numbers visible.
    flush: &'static str,
    rows_read: &'static str,
}

const POSTGRES: Raw = Raw {
    new_id: "gen_random_uuid()",
    flush: "SELECT pg_stat_force_next_flush()",
    rows_read: "SELECT (seq_tup_read + idx_tup_fetch + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes \
                WHERE relname = 'auth_sessions'))::int8 AS number \
                FROM pg_stat_user_tables WHERE relname = 'auth_sessions'",
};

const MYSQL: Raw = Raw {
    new_id: "UNHEX(REPLACE(UUID(), '-', ''))",
    flush: "SELECT 1",
    rows_read: "SELECT CAST(sum(variable_value) AS SIGNED) AS number FROM information_schema.session_status \
                WHERE variable_name LIKE 'HANDLER_READ%' AND variable_name NOT LIKE '%RND%'",
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn list_on_postgres_reads_no_ended_session() {
    if let Some(home) = Postgres::new().await {
        list_reads_no_ended_session(home, POSTGRES).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn list_on_mysql_reads_no_ended_session() {
    if let Some(home) = Mysql::new().await {
        list_reads_no_ended_session(home, MYSQL).await;
    }
}

async fn list_reads_no_ended_session<H: Home>(home: H, raw: Raw)
where
    SqlQuery: for<'q> LoadQuery<'q, H::Connection, Number>,
{
    // One connection: the servers count the rows of each separately, or report them when it is idle.
    let options = StoreOptions::default().pool_size(1);
    let opened = DieselStore::<H::Connection, User>::open_with(home.url(), options).await;
    let store = opened.unwrap();
    let mut current = session("users:7");
    current.epoch = Epoch::from_i64(1);
    begun(&store, current.clone()).await;
    begun(&store, session("users:7")).await;

    let rows_read = async || {
        let mut connection = store.pool().get().await.unwrap();
        connection.batch_execute(raw.flush).await.unwrap();
        numbers(&mut *connection, raw.rows_read).await[0]
    };
    let list_cost = async || {
        let before = rows_read().await;
        let page = SessionPage::first(50);
        let listed = store.sessions_of(&current.owner, current.epoch, now(), page);
        assert_eq!(listed.await.unwrap(), [current.clone()]);
        rows_read().await - before
    };
    let with_one = list_cost().await;
    assert!(with_one > 0);
    for _ in 0..DOUBLINGS {
        home.sql(&format!(
            "INSERT INTO auth_sessions (id, owner, backend, epoch, created_at, last_used_at, expires_at, \
             ends_at, version, tokens, auth_time, methods) \
             SELECT {}, owner, backend, epoch, created_at, last_used_at, expires_at, ends_at, version, \
             tokens, auth_time, methods FROM auth_sessions WHERE epoch = 0",
            raw.new_id
        ))
        .await;
    }
    assert_eq!(list_cost().await, with_one);

    let removed = store.delete_sessions_before(&current.owner, current.epoch, 20_000);
    assert_eq!(removed.await.unwrap(), 1 << DOUBLINGS);
}
