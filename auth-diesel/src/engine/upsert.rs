//! Expiring entries on engines with `ON CONFLICT … DO UPDATE … RETURNING`: one statement each.

use auth_core::store::Window;
use diesel::QueryResult;
use time::OffsetDateTime;

use super::{Engine, fetch_number};
use crate::sql::{Kind, Statement};
use crate::types::DbTime;

pub(super) async fn insert_entry<C: Engine>(
    connection: &mut C,
    key: &str,
    expires_at: OffsetDateTime,
    now: OffsetDateTime,
) -> QueryResult<bool> {
    let upsert = insert(key, expires_at)
        .text(
            " ON CONFLICT (key) DO UPDATE SET count = 1, expires_at = excluded.expires_at \
             WHERE auth_expiring.expires_at <= ",
        )
        .bind(DbTime::floor(now));
    Ok(connection.run(upsert).await? > 0)
}

pub(super) async fn increment_entry<C: Engine>(
    connection: &mut C,
    key: &str,
    window: Window,
    now: OffsetDateTime,
) -> QueryResult<i64> {
    let now_column = DbTime::floor(now);
    let upsert = insert(key, window.expires_at(now))
        .text(" ON CONFLICT (key) DO UPDATE SET count = CASE WHEN auth_expiring.expires_at <= ")
        .bind(now_column)
        .text(
            " THEN 1 WHEN auth_expiring.count = 9223372036854775807 THEN auth_expiring.count \
             ELSE auth_expiring.count + 1 END, expires_at = ",
        );
    let upsert = match window {
        Window::Sliding(_) => upsert.text("excluded.expires_at"),
        Window::Fixed(_) => upsert
            .text("CASE WHEN auth_expiring.expires_at <= ")
            .bind(now_column)
            .text(" THEN excluded.expires_at ELSE auth_expiring.expires_at END"),
    };
    let upsert = upsert.text(" RETURNING count").returns(&[Kind::BigInt]);
    fetch_number(connection, upsert).await
}

fn insert(key: &str, expires_at: OffsetDateTime) -> Statement {
    Statement::new("INSERT INTO auth_expiring (key, count, expires_at) VALUES (")
        .bind(key)
        .text(", 1, ")
        .bind(DbTime::ceil(expires_at))
        .text(")")
}
