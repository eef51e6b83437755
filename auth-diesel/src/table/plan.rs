//! A mapped table, made ready for the statements of one engine.

use auth_core::store::{NewUser, UniqueField, UserChange};
use auth_core::{BoxError, StoreError};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use std::marker::PhantomData;
use time::OffsetDateTime;

use super::account;
use super::column::Codec;
use super::own::{OwnColumns, OwnName, sealed::Tuple};
use super::{SqlKey, SqlUser, UserTable};
use crate::engine::Dialect;
use crate::sql::{Kind, Row, SqlValue};
use crate::types::AuthTime;

/// Quoted names, and the order in which columns are read.
#[derive(Debug)]
pub(crate) struct Plan<U> {
    /// The table as the application wrote it, for messages and catalogues.
    pub(crate) name: &'static str,
    /// The key, as it is called, if the engine makes it.
    pub(crate) made_key: Option<&'static str>,
    /// The columns with any texts, as they are called; a password hash is ASCII.
    pub(crate) texts: Vec<&'static str>,
    /// The columns that need a unique index of their own, as they are called.
    pub(crate) unique: Vec<&'static str>,
    /// The table, quoted.
    pub(crate) table: String,
    /// All columns, quoted, in the order in which [`Plan::user`] reads them.
    pub(crate) columns: Vec<String>,
    /// Their types, in the same order.
    pub(crate) kinds: Vec<Kind>,
    /// The beginning of a statement that reads a user; made once, for it is run for each request.
    pub(crate) select: String,
    pub(crate) key: String,
    pub(crate) email: String,
    pub(crate) password_hash: String,
    pub(crate) is_active: String,
    pub(crate) is_verified: String,
    pub(crate) epoch: String,
    pub(crate) username: Option<String>,
    pub(crate) pending_email: Option<String>,
    pub(crate) is_superuser: Option<String>,
    roles: Option<String>,
    created_at: Option<String>,
    own: Vec<String>,
    unique_fields: Vec<(&'static str, UniqueField)>,
    has: Optional,
    user: PhantomData<fn() -> U>,
}

/// Which of the columns that a table may do without it has.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are columns, each there or not"
)]
pub(super) struct Optional {
    pub(super) username: bool,
    pub(super) pending_email: bool,
    pub(super) is_superuser: bool,
    pub(super) roles: bool,
    pub(super) created_at: bool,
}

/// A column and what is written to it.
pub(crate) type Assignment<'p> = (&'p str, SqlValue);

impl<U: SqlUser> Plan<U> {
    /// The user's table in the spelling of an engine.
    pub(crate) fn new(dialect: &Dialect) -> Self {
        let table: UserTable<U> = U::table();
        let quote = |name: &str| dialect.quoted(name);
        let own = <U::Own as Tuple>::columns();
        let unique_own = <U::Own as Tuple>::unique();
        let mut columns = vec![
            (table.key, <U::Id as SqlKey>::SqlType::KIND),
            (table.email, Kind::Text),
            (table.password_hash, Kind::Text),
            (table.is_active, Kind::Bool),
            (table.is_verified, Kind::Bool),
            (table.epoch, Kind::BigInt),
        ];
        let optional = [
            (table.username, Kind::Text),
            (table.pending_email, Kind::Text),
            (table.is_superuser, Kind::Bool),
            (table.roles, Kind::Text),
            (table.created_at, Kind::Time),
        ];
        columns.extend(
            optional
                .into_iter()
                .filter_map(|(name, kind)| Some((name?, kind))),
        );
        columns.extend(own.iter().copied());
        let name: Vec<_> = table.name.split('.').map(quote).collect();
        let name = name.join(".");
        let quoted: Vec<_> = columns.iter().map(|(name, _)| quote(name)).collect();
        Self {
            name: table.name,
            made_key: is_made_by_the_engine::<U>().then_some(table.key),
            texts: text_columns(&columns, table.password_hash),
            unique: unique_columns(&table, &unique_own),
            unique_fields: unique_fields(&table, &own, &unique_own),
            select: format!("SELECT {} FROM {name} WHERE ", quoted.join(", ")),
            table: name,
            columns: quoted,
            kinds: columns.iter().map(|(_, kind)| *kind).collect(),
            key: quote(table.key),
            email: quote(table.email),
            password_hash: quote(table.password_hash),
            is_active: quote(table.is_active),
            is_verified: quote(table.is_verified),
            epoch: quote(table.epoch),
            username: table.username.map(quote),
            pending_email: table.pending_email.map(quote),
            is_superuser: table.is_superuser.map(quote),
            roles: table.roles.map(quote),
            created_at: table.created_at.map(quote),
            own: own.iter().map(|(name, _)| quote(name)).collect(),
            has: Optional {
                username: table.username.is_some(),
                pending_email: table.pending_email.is_some(),
                is_superuser: table.is_superuser.is_some(),
                roles: table.roles.is_some(),
                created_at: table.created_at.is_some(),
            },
            user: PhantomData,
        }
    }

    /// Returns the fields that users have by their type, and for which the table has no column.
    pub(crate) fn missing_fields(&self) -> Vec<&'static str> {
        let (fields, has) = (U::FIELDS, &self.has);
        let all = [
            ("username", fields.usernames && !has.username),
            ("pending_email", fields.pending_emails && !has.pending_email),
            ("is_superuser", fields.superusers && !has.is_superuser),
            ("roles", fields.roles && !has.roles),
            ("created_at", fields.created_at && !has.created_at),
        ];
        let missing = all.into_iter().filter(|(_, is_missing)| *is_missing);
        missing.map(|(field, _)| field).collect()
    }

    /// The columns as a list in a statement.
    pub(crate) fn column_list(&self) -> String {
        self.columns.join(", ")
    }

    /// The user of a row.
    pub(crate) fn user(&self, row: Row) -> Result<U, StoreError> {
        self.user_from(&mut row.into_iter())
    }

    /// The user of the next values of a row.
    pub(crate) fn user_from(
        &self,
        values: &mut impl Iterator<Item = SqlValue>,
    ) -> Result<U, StoreError> {
        self.read(values).map_err(StoreError::new)
    }

    /// Returns the unique column that an index is about, by its name or by that of its column; `None` for
    /// the key, which is not given twice.
    pub(crate) fn unique_field(&self, index: &str) -> Option<UniqueField> {
        let key = self.key.trim_matches(['"', '`']);
        if index == key || index == "PRIMARY" || index.ends_with("_pkey") {
            return None;
        }
        let fields = || self.unique_fields.iter();
        // The exact name first, and then the longest that is a part: an index on `email` may be called
        // anything, and `name` is a part of `username`.
        let exact = fields().find(|(column, _)| *column == index);
        let part = || {
            let parts = fields().filter(|(column, _)| index.contains(column));
            parts.max_by_key(|(column, _)| column.len())
        };
        let field = exact.or_else(part).map(|(_, field)| *field);
        Some(field.unwrap_or(UniqueField::Other))
    }

    fn read(&self, values: &mut impl Iterator<Item = SqlValue>) -> Result<U, BoxError> {
        let key = super::column::next::<<U::Id as SqlKey>::SqlType>(values, &self.key)?;
        let key = U::Id::from_column(key).ok_or("the key of a row is invalid")?;
        let name = key.clone();
        let account = account::read(values, &self.has);
        let user = account.and_then(|account| {
            let own = <U::Own as OwnColumns>::read(values)?;
            U::from_row(key, account, own)
        });
        user.map_err(|error| format!("user {name} cannot be read: {error}").into())
    }

    /// What a new row holds.
    pub(crate) fn new_row(&self, new: NewUser<U>) -> Result<Vec<Assignment<'_>>, StoreError> {
        let NewUser {
            email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            created_at,
            columns,
        } = new;
        let mut row: Vec<Assignment<'_>> = Vec::with_capacity(self.columns.len());
        if let Some(key) = U::Id::generate(created_at) {
            row.push((&self.key, key_value::<U>(&key)));
        }
        let hash = password_hash.map(|hash| hash.as_stored_str().to_owned());
        row.push((&self.email, email.as_str().into()));
        row.push((&self.password_hash, Nullable::<Text>::encode(hash)));
        row.push((&self.is_active, Bool::encode(is_active)));
        row.push((&self.is_verified, Bool::encode(is_verified)));
        row.push((
            &self.epoch,
            BigInt::encode(auth_core::Epoch::FIRST.as_i64()),
        ));
        let name = username.as_ref().map(|name| name.as_str().to_owned());
        let name = (username.is_some(), Nullable::<Text>::encode(name));
        let superuser = (is_superuser, Bool::encode(is_superuser));
        let has_roles = roles.iter().next().is_some();
        let roles = (has_roles, Text::encode(account::roles_to_column(&roles)));
        self.optional(&mut row, "a user name", self.username.as_deref(), name)?;
        self.optional(
            &mut row,
            "superusers",
            self.is_superuser.as_deref(),
            superuser,
        )?;
        self.optional(&mut row, "roles", self.roles.as_deref(), roles)?;
        if let Some(column) = &self.created_at {
            row.push((column, AuthTime::encode(created_at)));
        }
        let own = <U::Own as OwnColumns>::write(U::new_columns(columns));
        row.extend(self.own.iter().map(String::as_str).zip(own));
        Ok(row)
    }

    /// What a change writes, without the epoch.
    pub(crate) fn changes(&self, change: UserChange<U>) -> Result<Vec<Assignment<'_>>, StoreError> {
        let UserChange {
            email,
            pending_email,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            bump_epoch,
            keep_session: _,
            columns,
        } = change;
        let mut row: Vec<Assignment<'_>> = Vec::new();
        let mut set = |column, value: Option<SqlValue>| row.extend(value.map(|v| (column, v)));
        set(
            self.email.as_str(),
            email.map(|email| email.as_str().into()),
        );
        let hash = password_hash.map(|hash| hash.as_stored_str().into());
        set(&self.password_hash, hash);
        set(&self.is_active, is_active.map(SqlValue::from));
        set(&self.is_verified, is_verified.map(SqlValue::from));
        // A bump of the epoch clears it.
        if let Some(pending) = pending_email.or(bump_epoch.then_some(None)) {
            let text = pending.as_ref().map(|email| email.as_str().to_owned());
            let value = (pending.is_some(), Nullable::<Text>::encode(text));
            let column = self.pending_email.as_deref();
            self.optional(&mut row, "a pending address", column, value)?;
        }
        if let Some(is_superuser) = is_superuser {
            let value = (is_superuser, is_superuser.into());
            self.optional(&mut row, "superusers", self.is_superuser.as_deref(), value)?;
        }
        if let Some(roles) = roles {
            let has_roles = roles.iter().next().is_some();
            let value = (has_roles, account::roles_to_column(&roles).into());
            self.optional(&mut row, "roles", self.roles.as_deref(), value)?;
        }
        let own = <U::Own as OwnColumns>::write_changes(U::changed_columns(columns));
        let own = self.own.iter().map(String::as_str).zip(own);
        row.extend(own.filter_map(|(column, value)| Some((column, value?))));
        Ok(row)
    }

    /// A value for a column that the table may not have: what would be lost is an error.
    fn optional<'p>(
        &self,
        row: &mut Vec<Assignment<'p>>,
        what: &str,
        column: Option<&'p str>,
        (matters, value): (bool, SqlValue),
    ) -> Result<(), StoreError> {
        match column {
            Some(column) => row.push((column, value)),
            None if matters => {
                let table = &self.table;
                return Err(StoreError::new(format!(
                    "table {table} has no column for {what}"
                )));
            }
            None => {}
        }
        Ok(())
    }
}

fn is_made_by_the_engine<U: SqlUser>() -> bool {
    <U::Id as SqlKey>::generate(OffsetDateTime::UNIX_EPOCH).is_none()
}

fn text_columns(columns: &[(&'static str, Kind)], hash: &str) -> Vec<&'static str> {
    let is_text = |(name, kind): &&(&'static str, Kind)| *kind == Kind::Text && *name != hash;
    columns
        .iter()
        .filter(is_text)
        .map(|(name, _)| *name)
        .collect()
}

/// Returns the columns that need a unique index of their own.
fn unique_columns<U>(table: &UserTable<U>, unique_own: &[OwnName]) -> Vec<&'static str> {
    let account = [Some(table.email), table.username];
    let own = unique_own.iter().map(|name| name.column);
    account.into_iter().flatten().chain(own).collect()
}

/// Returns the columns that a unique index may be about, with what each is for clients.
fn unique_fields<U>(
    table: &UserTable<U>,
    own: &[(&'static str, Kind)],
    unique_own: &[OwnName],
) -> Vec<(&'static str, UniqueField)> {
    let username = table.username.map(|name| (name, UniqueField::Username));
    let account = [Some((table.email, UniqueField::Email)), username];
    let own = own.iter().map(|(column, _)| {
        let declared = unique_own.iter().find(|name| name.column == *column);
        let shown = declared.map_or(*column, |name| name.shown);
        (*column, UniqueField::Column(shown))
    });
    account.into_iter().flatten().chain(own).collect()
}

/// The value of a key.
pub(crate) fn key_value<U: SqlUser>(key: &U::Id) -> SqlValue {
    <U::Id as SqlKey>::SqlType::encode(key.to_column())
}

/// The key of a row that has the key alone.
pub(crate) fn key_of<U: SqlUser>(row: Row) -> Option<U::Id> {
    key_of_value::<U>(row.into_iter().next()?)
}

/// The key in a value.
pub(crate) fn key_of_value<U: SqlUser>(value: SqlValue) -> Option<U::Id> {
    <U::Id as SqlKey>::SqlType::decode(value).and_then(U::Id::from_column)
}
