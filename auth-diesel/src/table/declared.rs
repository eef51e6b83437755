//! A user that `user!` declared, in a table: the mapping follows from the declaration.

use std::marker::PhantomData;

use auth_core::user::{ColumnData, ColumnKind, ColumnSpec, DeclaredUser};
use auth_core::{Account, BoxError, ColumnChange, NewColumns};

use super::own::{OwnColumns, OwnName, sealed};
use super::{SqlKey, SqlUser, UserTable};
use crate::sql::{Kind, SqlValue};
use crate::types::{DbTime, DbUuid};
use crate::{SqlEngine, create_table};

/// A declared user with a table. [`user!`](crate::user!) implements it, and [`SqlUser`] follows.
///
/// # Examples
///
/// A user that is declared without a table gets one:
///
/// ```
/// use auth_core::Account;
/// use auth_diesel::{DeclaredTable, SqlUser};
///
/// auth_core::user! {
///     struct Customer (new: NewCustomer, change: CustomerChange) {
///         number: i64,
///         account: Account,
///     }
/// }
///
/// impl DeclaredTable for Customer {
///     const TABLE: &'static str = "customers";
/// }
///
/// fn is_stored<U: SqlUser>() {}
/// is_stored::<Customer>();
/// ```
pub trait DeclaredTable: DeclaredUser<Id: SqlKey> {
    /// The name of the table, in another schema as `schema.name`.
    const TABLE: &'static str;

    /// Returns the statements that create the table on an engine.
    ///
    /// Print them, keep them among the migrations of the application, and open the store with those
    /// ([`StoreOptions::migration`](crate::StoreOptions::migration)). A later change of the declaration
    /// needs a migration of its own (`ALTER TABLE …`): opening a store reports a column that is missing.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::Account;
    /// use auth_diesel::{DeclaredTable, SqlEngine};
    ///
    /// auth_diesel::user! {
    ///     struct Customer (table: "customers", new: NewCustomer, change: CustomerChange) {
    ///         number: i64,
    ///         account: Account [without_usernames, without_superusers, without_roles],
    ///         display_name: String [register, owner, length = 1..=80],
    ///     }
    /// }
    ///
    /// let expected = r#"CREATE TABLE "customers" (
    ///     "number" BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ///     "email" TEXT COLLATE "C" NOT NULL UNIQUE,
    ///     "password_hash" TEXT,
    ///     "is_active" BOOLEAN NOT NULL,
    ///     "is_verified" BOOLEAN NOT NULL,
    ///     "pending_email" TEXT COLLATE "C",
    ///     "epoch" BIGINT NOT NULL DEFAULT 0,
    ///     "created_at" TIMESTAMPTZ NOT NULL,
    ///     "display_name" TEXT NOT NULL
    /// );
    /// "#;
    /// assert_eq!(Customer::create_table_sql(SqlEngine::Postgres), expected);
    /// ```
    #[must_use]
    fn create_table_sql(engine: SqlEngine) -> String {
        create_table::statements::<Self>(engine)
    }
}

impl<U: DeclaredTable> SqlUser for U {
    type Own = DeclaredColumns<U>;

    fn table() -> UserTable<Self> {
        UserTable::declared(U::TABLE, U::KEY, U::ACCOUNT)
    }
    fn from_row(key: Self::Id, account: Account, own: Vec<ColumnData>) -> Result<Self, BoxError> {
        Ok(U::from_data(key, account, own)?)
    }
    fn new_columns(new: NewColumns<Self>) -> Vec<ColumnData> {
        U::new_data(new)
    }
    fn changed_columns(change: ColumnChange<Self>) -> Vec<Option<ColumnData>> {
        U::change_data(change)
    }
}

/// The own columns of a declared user.
#[derive(Debug)]
pub struct DeclaredColumns<U>(PhantomData<fn() -> U>);

impl<U: DeclaredUser> sealed::Tuple for DeclaredColumns<U> {
    fn columns() -> Vec<(&'static str, Kind)> {
        let column = |spec: &ColumnSpec| (spec.column_name(), kind_of(spec.kind()));
        U::columns().iter().map(column).collect()
    }

    fn unique() -> Vec<OwnName> {
        let unique = U::columns().iter().filter(|spec| spec.is_unique());
        let name = |spec: &ColumnSpec| OwnName {
            column: spec.column_name(),
            shown: spec.schema().name(),
        };
        unique.map(name).collect()
    }
}

impl<U: DeclaredUser> OwnColumns for DeclaredColumns<U> {
    type Values = Vec<ColumnData>;
    type Changes = Vec<Option<ColumnData>>;

    fn write(values: Vec<ColumnData>) -> Vec<SqlValue> {
        let columns = U::columns().iter().zip(values);
        columns
            .map(|(spec, data)| to_sql(data, kind_of(spec.kind())))
            .collect()
    }
    fn write_changes(changes: Vec<Option<ColumnData>>) -> Vec<Option<SqlValue>> {
        let columns = U::columns().iter().zip(changes);
        columns
            .map(|(spec, data)| data.map(|data| to_sql(data, kind_of(spec.kind()))))
            .collect()
    }
    fn read(values: &mut dyn Iterator<Item = SqlValue>) -> Result<Vec<ColumnData>, BoxError> {
        let read = |spec: &ColumnSpec| {
            let data = values.next().and_then(to_data);
            data.ok_or_else(|| format!("column `{}` is unreadable", spec.column_name()).into())
        };
        U::columns().iter().map(read).collect()
    }
}

fn kind_of(kind: ColumnKind) -> Kind {
    match kind {
        ColumnKind::Bool => Kind::Bool,
        ColumnKind::Integer => Kind::Integer,
        ColumnKind::BigInt => Kind::BigInt,
        ColumnKind::Double => Kind::Double,
        ColumnKind::Uuid => Kind::Uuid,
        ColumnKind::Time => Kind::Time,
        // A kind of a newer `auth-core` would be a text here; the versions of the crates go together.
        _ => Kind::Text,
    }
}

fn to_sql(data: ColumnData, kind: Kind) -> SqlValue {
    match data {
        ColumnData::Bool(value) => SqlValue::Bool(Some(value)),
        ColumnData::Integer(value) => SqlValue::Integer(Some(value)),
        ColumnData::BigInt(value) => SqlValue::BigInt(Some(value)),
        ColumnData::Double(value) => SqlValue::Double(Some(value)),
        ColumnData::Text(value) => SqlValue::Text(Some(value)),
        ColumnData::Uuid(value) => SqlValue::Uuid(Some(DbUuid(value))),
        ColumnData::Time(value) => SqlValue::Time(Some(DbTime::floor(value))),
        _ => SqlValue::null(kind),
    }
}

/// Returns the data of a stored value; `None` for a time that is out of range.
fn to_data(value: SqlValue) -> Option<ColumnData> {
    Some(match value {
        SqlValue::Bool(value) => value.map_or(ColumnData::Null, ColumnData::Bool),
        SqlValue::Integer(value) => value.map_or(ColumnData::Null, ColumnData::Integer),
        SqlValue::BigInt(value) => value.map_or(ColumnData::Null, ColumnData::BigInt),
        SqlValue::Double(value) => value.map_or(ColumnData::Null, ColumnData::Double),
        SqlValue::Text(value) => value.map_or(ColumnData::Null, ColumnData::Text),
        SqlValue::Uuid(value) => value.map_or(ColumnData::Null, |uuid| ColumnData::Uuid(uuid.0)),
        SqlValue::Time(None) => ColumnData::Null,
        SqlValue::Time(Some(value)) => ColumnData::Time(value.to_time()?),
        SqlValue::Binary(_) => return None,
    })
}
