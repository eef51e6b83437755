//! The statements about sessions, and the columns of their rows.

use std::fmt;

use auth_core::login::Methods;
use auth_core::store::{Owner, SessionPage, SessionPosition, SessionTokens, StoredSession};
use auth_core::{BoxError, Epoch, SessionId, StoreError};
use diesel::Table;
use time::OffsetDateTime;

use crate::engine::Engine;
use crate::schema::auth_sessions;
use crate::sql::{Kind, Row, SqlValue, Statement};
use crate::table::OwnColumns;
use crate::types::{DbTime, DbUuid};

/// The name of the table.
pub(crate) const TABLE: &str = "auth_sessions";

/// The columns in the order in which rows are written and read. It is a literal because a session
/// is read for each request; a test compares it with the `table!`.
pub(crate) const COLUMNS: &str = "id, owner, backend, epoch, created_at, last_used_at, expires_at, ends_at, \
                       client, version, tokens, auth_time, methods";

/// Their types.
pub(crate) const KINDS: [Kind; 13] = [
    Kind::Uuid,
    Kind::Text,
    Kind::Text,
    Kind::BigInt,
    Kind::Time,
    Kind::Time,
    Kind::Time,
    Kind::Time,
    Kind::Text,
    Kind::BigInt,
    Kind::Text,
    Kind::Time,
    Kind::Text,
];

type Columns = <auth_sessions::table as Table>::AllColumns;

pub(crate) fn insert(session: &StoredSession) -> Statement {
    let StoredSession {
        id,
        owner,
        backend,
        epoch,
        created_at,
        last_used_at,
        expires_at,
        ends_at,
        client,
        version,
        tokens,
        auth_time,
        methods,
    } = session;
    let values: [SqlValue; 13] = [
        key(id),
        owner.as_str().into(),
        backend.as_str().into(),
        epoch.as_i64().into(),
        DbTime::floor(*created_at).into(),
        DbTime::floor(*last_used_at).into(),
        // Both ends are rounded up: a session never ends early, nor before it expires.
        DbTime::ceil(*expires_at).into(),
        DbTime::ceil(*ends_at).into(),
        SqlValue::Text(client.clone()),
        (*version).into(),
        tokens.as_stored_str().into(),
        DbTime::floor(*auth_time).into(),
        methods.as_stored_str().into(),
    ];
    let mut insert = Statement::new(format!("INSERT INTO {TABLE} ({COLUMNS}) VALUES ("));
    for (position, value) in values.into_iter().enumerate() {
        let separator = if position == 0 { "" } else { ", " };
        insert = insert.text(separator).bind(value);
    }
    insert.text(")")
}

pub(crate) fn by_id(id: &SessionId) -> Statement {
    select(" WHERE id = ").bind(key(id))
}

/// Writes every column that may change if the stored version is the previous one; `None` if there is
/// no previous version.
pub(crate) fn swap(next: &StoredSession) -> Option<Statement> {
    let StoredSession {
        id,
        owner: _,
        backend: _,
        epoch,
        created_at: _,
        last_used_at,
        expires_at,
        ends_at,
        client,
        version,
        tokens,
        auth_time,
        methods,
    } = next;
    let before = version.checked_sub(1)?;
    let update = Statement::new(format!("UPDATE {TABLE} SET epoch = "))
        .bind(epoch.as_i64())
        .text(", last_used_at = ")
        .bind(DbTime::floor(*last_used_at))
        .text(", expires_at = ")
        .bind(DbTime::ceil(*expires_at))
        .text(", ends_at = ")
        .bind(DbTime::ceil(*ends_at))
        .text(", client = ")
        .bind(SqlValue::Text(client.clone()))
        .text(", version = ")
        .bind(*version)
        .text(", tokens = ")
        .bind(tokens.as_stored_str())
        .text(", auth_time = ")
        .bind(DbTime::floor(*auth_time))
        .text(", methods = ")
        .bind(methods.as_stored_str())
        .text(" WHERE id = ")
        .bind(key(id));
    Some(update.text(" AND version = ").bind(before))
}

/// Returns the statement that moves the session to keep to the new epoch of the user with this key.
///
/// An ended session stays ended: the session must have the previous epoch. The realm in
/// front of the key is unknown here, so only the rest of the owner is compared, which
/// `substr` and `length` do alike on every engine (in bytes where the column is bytes, and an owner that is
/// shorter than the key equals nothing). The caller, who was authenticated by the session, ensures that it
/// belongs to this user and not to one of another realm with the same key.
pub(crate) fn keep(id: &SessionId, user: &impl fmt::Display, epoch: Epoch) -> Statement {
    let ending = format!(":{user}");
    Statement::new(format!("UPDATE {TABLE} SET epoch = "))
        .bind(epoch.as_i64())
        .text(", version = version + 1 WHERE id = ")
        .bind(key(id))
        .text(" AND epoch = ")
        .bind(epoch.previous().as_i64())
        .text(" AND substr(owner, length(owner) - length(")
        .bind(ending.as_str())
        .text(") + 1) = ")
        .bind(ending.as_str())
}

pub(crate) fn delete(id: &SessionId) -> Statement {
    Statement::new(format!("DELETE FROM {TABLE} WHERE id = ")).bind(key(id))
}

pub(crate) fn of_owner(
    owner: &Owner,
    epoch: Epoch,
    now: OffsetDateTime,
    page: SessionPage,
) -> Statement {
    let mut select = select(" WHERE owner = ")
        .bind(owner.as_str())
        .text(" AND epoch = ")
        .bind(epoch.as_i64())
        .text(" AND expires_at > ")
        .bind(DbTime::floor(now));
    if let Some(SessionPosition { last_used_at, id }) = page.after {
        let last_used_at = DbTime::floor(last_used_at);
        select = select
            .text(" AND (last_used_at < ")
            .bind(last_used_at)
            .text(" OR (last_used_at = ")
            .bind(last_used_at)
            .text(" AND id > ")
            .bind(key(&id))
            .text("))");
    }
    select
        .text(" ORDER BY last_used_at DESC, id LIMIT ")
        .bind(i64::from(page.limit))
}

pub(crate) fn delete_before<C: Engine>(owner: &Owner, epoch: Epoch, limit: u32) -> Statement {
    let which = |statement: Statement| {
        statement
            .text(" WHERE owner = ")
            .bind(owner.as_str())
            .text(" AND epoch < ")
            .bind(epoch.as_i64())
            .text(" ORDER BY epoch LIMIT ")
            .bind(i64::from(limit))
    };
    // MySQL limits a deletion, and not a subquery; the others are the other way round.
    if C::DIALECT.limited_deletes {
        which(Statement::new(format!("DELETE FROM {TABLE}")))
    } else {
        let delete = format!("DELETE FROM {TABLE} WHERE id IN (SELECT id FROM {TABLE}");
        which(Statement::new(delete)).text(")")
    }
}

pub(crate) fn delete_of_owner(owner: &Owner) -> Statement {
    Statement::new(format!("DELETE FROM {TABLE} WHERE owner = ")).bind(owner.as_str())
}

/// Returns no row, and fails if the table or a column does not exist.
pub(crate) fn nothing() -> Statement {
    select(" WHERE 1 = 0")
}

/// Reads the session of a row.
///
/// # Errors
///
/// If a column has a value that the toolkit never wrote. The error does not contain the value.
pub(crate) fn read(row: Row) -> Result<StoredSession, StoreError> {
    read_from(&mut row.into_iter())
}

/// Reads the session of the next values of a row.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn read_from(
    values: &mut dyn Iterator<Item = SqlValue>,
) -> Result<StoredSession, StoreError> {
    session(values).map_err(StoreError::new)
}

fn session(values: &mut dyn Iterator<Item = SqlValue>) -> Result<StoredSession, BoxError> {
    let values = <Columns as OwnColumns>::read(values);
    let values = values.map_err(|error| format!("a session cannot be read: {error}"))?;
    let (
        id,
        owner,
        backend,
        epoch,
        created_at,
        last_used_at,
        expires_at,
        ends_at,
        client,
        version,
        tokens,
        auth_time,
        methods,
    ) = values;
    let owner = Owner::from_stored(owner)
        .ok_or("a session cannot be read: column `owner` has an invalid value")?;
    let methods = Methods::from_stored(&methods)
        .ok_or("a session cannot be read: column `methods` has an invalid value")?;
    Ok(StoredSession {
        id: SessionId::from_uuid(id),
        owner,
        backend,
        epoch: Epoch::from_i64(epoch),
        created_at,
        last_used_at,
        expires_at,
        ends_at,
        client,
        version,
        tokens: SessionTokens::from_stored(tokens),
        auth_time,
        methods,
    })
}

fn select(what_for: &str) -> Statement {
    Statement::new(format!("SELECT {COLUMNS} FROM {TABLE}{what_for}")).returns(&KINDS)
}

pub(crate) fn key(id: &SessionId) -> SqlValue {
    SqlValue::Uuid(Some(DbUuid(*id.as_uuid())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Tuple;

    #[test]
    fn columns_match_the_schema() {
        let (names, kinds): (Vec<_>, Vec<_>) = <Columns as Tuple>::columns().into_iter().unzip();
        assert_eq!(names.join(", "), COLUMNS);
        assert_eq!(kinds, KINDS);
    }

    /// Checks frequent statements, and statements on tables with millions of rows.
    #[cfg(feature = "sqlite")]
    #[tokio::test]
    async fn statements_use_indexes() {
        use diesel_async::{AsyncConnection, SimpleAsyncConnection};

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plans.db");
        let mut connection = crate::SqliteConnection::establish(file.to_str().unwrap())
            .await
            .unwrap();
        let migrations = crate::SqliteConnection::MIGRATIONS.iter();
        for migration in migrations.filter(|migration| migration.name.contains("_session")) {
            connection.batch_execute(migration.up).await.unwrap();
        }
        let (id, now) = (SessionId::generate().unwrap(), OffsetDateTime::UNIX_EPOCH);
        let owner = Owner::new("users", "7").unwrap();
        let later = SessionPage {
            after: Some(SessionPosition {
                last_used_at: now,
                id,
            }),
            limit: 9,
        };
        for (statement, index) in [
            (by_id(&id), "sqlite_autoindex_auth_sessions_1"),
            (
                keep(&id, &7, Epoch::FIRST),
                "sqlite_autoindex_auth_sessions_1",
            ),
            (
                of_owner(&owner, Epoch::FIRST, now, SessionPage::first(9)),
                "auth_sessions_owner_epoch (owner=? AND epoch=?",
            ),
            (
                of_owner(&owner, Epoch::FIRST, now, later),
                "auth_sessions_owner_epoch (owner=? AND epoch=?",
            ),
            (
                delete_before::<crate::SqliteConnection>(&owner, Epoch::FIRST, 9),
                "auth_sessions_owner_epoch (owner=? AND epoch<?",
            ),
            (delete_of_owner(&owner), "auth_sessions_owner_epoch"),
            (
                crate::SqliteConnection::purge(TABLE, "id", now, 9),
                "auth_sessions_expires_at",
            ),
        ] {
            let explain = Statement::new(format!("EXPLAIN QUERY PLAN {statement:?}"));
            let kinds = [Kind::BigInt, Kind::BigInt, Kind::BigInt, Kind::Text];
            let plan = connection.fetch(explain.returns(&kinds)).await.unwrap();
            let steps = plan.into_iter().filter_map(|mut row| match row.pop() {
                Some(SqlValue::Text(step)) => step,
                _ => None,
            });
            let steps: Vec<_> = steps.collect();
            let uses = |step: &String| step.contains(&format!("INDEX {index}"));
            assert!(steps.iter().any(uses), "{statement:?}: {steps:?}");
            assert!(
                !steps.iter().any(|step| step.starts_with("SCAN")),
                "{steps:?}"
            );
        }
    }
}
