//! The statements about credentials, and the columns of their rows.

use auth_core::store::{CredentialData, CredentialId, CredentialKind, Owner, StoredCredential};
use auth_core::{BoxError, StoreError};
use diesel::Table;

use crate::schema::auth_credentials;
use crate::sql::{Kind, Row, SqlValue, Statement};
use crate::table::OwnColumns;
use crate::types::DbTime;

/// The name of the table.
pub(crate) const TABLE: &str = "auth_credentials";

/// The columns in the order in which rows are written and read; a test compares them with the
/// `table!`.
const COLUMNS: &str = "kind, id, owner, data, label, created_at, last_used_at, version";

/// Their types.
const KINDS: [Kind; 8] = [
    Kind::Text,
    Kind::Text,
    Kind::Text,
    Kind::Binary,
    Kind::Text,
    Kind::Time,
    Kind::Time,
    Kind::BigInt,
];

type Columns = <auth_credentials::table as Table>::AllColumns;

pub(crate) fn insert(credential: &StoredCredential) -> Statement {
    let StoredCredential {
        kind,
        id,
        owner,
        data,
        label,
        created_at,
        last_used_at,
        version,
    } = credential;
    let values: [SqlValue; 8] = [
        kind.as_str().into(),
        id.as_str().into(),
        owner.as_str().into(),
        SqlValue::Binary(Some(data.as_bytes().to_vec())),
        SqlValue::Text(label.clone()),
        DbTime::floor(*created_at).into(),
        SqlValue::Time(last_used_at.map(DbTime::floor)),
        (*version).into(),
    ];
    let mut insert = Statement::new(format!("INSERT INTO {TABLE} ({COLUMNS}) VALUES ("));
    for (position, value) in values.into_iter().enumerate() {
        let separator = if position == 0 { "" } else { ", " };
        insert = insert.text(separator).bind(value);
    }
    insert.text(")")
}

pub(crate) fn by_id(kind: &CredentialKind, id: &CredentialId) -> Statement {
    with_id(select(""), kind, id)
}

/// Writes every column that may change if owner and version are the previous ones; `None` if there is no
/// previous version.
pub(crate) fn swap(next: &StoredCredential) -> Option<Statement> {
    let StoredCredential {
        kind,
        id,
        owner,
        data,
        label,
        created_at: _,
        last_used_at,
        version,
    } = next;
    let before = version.checked_sub(1)?;
    let update = Statement::new(format!("UPDATE {TABLE} SET data = "))
        .bind(SqlValue::Binary(Some(data.as_bytes().to_vec())))
        .text(", label = ")
        .bind(SqlValue::Text(label.clone()))
        .text(", last_used_at = ")
        .bind(SqlValue::Time(last_used_at.map(DbTime::floor)))
        .text(", version = ")
        .bind(*version);
    let update = with_id(update, kind, id)
        .text(" AND owner = ")
        .bind(owner.as_str());
    Some(update.text(" AND version = ").bind(before))
}

pub(crate) fn delete(owner: &Owner, kind: &CredentialKind, id: &CredentialId) -> Statement {
    with_id(Statement::new(format!("DELETE FROM {TABLE}")), kind, id)
        .text(" AND owner = ")
        .bind(owner.as_str())
}

pub(crate) fn of_owner(owner: &Owner, kind: Option<&CredentialKind>, limit: u32) -> Statement {
    with_owner(select(""), owner, kind)
        .text(" ORDER BY created_at, kind, id LIMIT ")
        .bind(i64::from(limit))
}

pub(crate) fn delete_of_owner(owner: &Owner, kind: Option<&CredentialKind>) -> Statement {
    with_owner(Statement::new(format!("DELETE FROM {TABLE}")), owner, kind)
}

pub(crate) fn after(kind: &CredentialKind, after: Option<&CredentialId>, limit: u32) -> Statement {
    let page = select(" WHERE kind = ").bind(kind.as_str());
    let page = match after {
        Some(id) => page.text(" AND id > ").bind(id.as_str()),
        None => page,
    };
    page.text(" ORDER BY id LIMIT ").bind(i64::from(limit))
}

/// Returns no row, and fails if the table or a column does not exist.
pub(crate) fn nothing() -> Statement {
    select(" WHERE 1 = 0")
}

/// Reads the credential of a row.
///
/// # Errors
///
/// If a column holds a value that the toolkit never wrote; the error does not show the value.
pub(crate) fn read(row: Row) -> Result<StoredCredential, StoreError> {
    credential(row).map_err(StoreError::new)
}

fn credential(row: Row) -> Result<StoredCredential, BoxError> {
    let values = <Columns as OwnColumns>::read(&mut row.into_iter());
    let values = values.map_err(|error| format!("a credential cannot be read: {error}"))?;
    let (kind, id, owner, data, label, created_at, last_used_at, version) = values;
    let invalid = |column| format!("a credential cannot be read: column `{column}` is not valid");
    Ok(StoredCredential {
        kind: CredentialKind::from_stored(kind).ok_or_else(|| invalid("kind"))?,
        id: CredentialId::new(id).ok_or_else(|| invalid("id"))?,
        owner: Owner::from_stored(owner).ok_or_else(|| invalid("owner"))?,
        data: CredentialData::new(data).ok_or_else(|| invalid("data"))?,
        label,
        created_at,
        last_used_at,
        version,
    })
}

fn select(which: &str) -> Statement {
    Statement::new(format!("SELECT {COLUMNS} FROM {TABLE}{which}")).returns(&KINDS)
}

fn with_id(statement: Statement, kind: &CredentialKind, id: &CredentialId) -> Statement {
    statement
        .text(" WHERE kind = ")
        .bind(kind.as_str())
        .text(" AND id = ")
        .bind(id.as_str())
}

fn with_owner(statement: Statement, owner: &Owner, kind: Option<&CredentialKind>) -> Statement {
    let statement = statement.text(" WHERE owner = ").bind(owner.as_str());
    match kind {
        Some(kind) => statement.text(" AND kind = ").bind(kind.as_str()),
        None => statement,
    }
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

    /// Every statement finds its rows by an index: the table may have millions.
    #[cfg(feature = "sqlite")]
    #[tokio::test]
    async fn statements_use_indexes() {
        use crate::engine::Engine;
        use diesel_async::{AsyncConnection, SimpleAsyncConnection};

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plans.db");
        let mut connection = crate::SqliteConnection::establish(file.to_str().unwrap())
            .await
            .unwrap();
        let migrations = crate::SqliteConnection::MIGRATIONS.iter();
        for migration in migrations.filter(|migration| migration.name == "0004_credentials") {
            connection.batch_execute(migration.up).await.unwrap();
        }
        let owner = Owner::new("users", "7").unwrap();
        let (kind, id) = (
            CredentialKind::from_static("badge"),
            CredentialId::of_owner(&owner),
        );
        let primary_key = "sqlite_autoindex_auth_credentials_1";
        let of_owner_index = "auth_credentials_owner";
        for (statement, index) in [
            (by_id(&kind, &id), primary_key),
            (delete(&owner, &kind, &id), primary_key),
            (after(&kind, None, 9), primary_key),
            (after(&kind, Some(&id), 9), primary_key),
            (of_owner(&owner, None, 9), of_owner_index),
            (of_owner(&owner, Some(&kind), 9), of_owner_index),
            (delete_of_owner(&owner, None), of_owner_index),
            (delete_of_owner(&owner, Some(&kind)), of_owner_index),
        ] {
            let explain = Statement::new(format!("EXPLAIN QUERY PLAN {statement:?}"));
            let kinds = [Kind::BigInt, Kind::BigInt, Kind::BigInt, Kind::Text];
            let plan = connection.fetch(explain.returns(&kinds)).await.unwrap();
            let steps = plan.into_iter().filter_map(|mut row| match row.pop() {
                Some(SqlValue::Text(step)) => step,
                _ => None,
            });
            let steps: Vec<_> = steps.collect();
            let uses = |step: &String| step.contains(&format!("INDEX {index} "));
            assert!(steps.iter().any(uses), "{statement:?}: {steps:?}");
            assert!(
                !steps.iter().any(|step| step.starts_with("SCAN")),
                "{steps:?}"
            );
        }
    }
}
