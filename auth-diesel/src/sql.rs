//! Statements as text with typed values, and rows as typed values.
//!
//! The tables of users are unknown when this crate is compiled: an application maps its own. So a
//! statement is composed when a store is created, from quoted names of a `table!`
//! and from values that Diesel binds. The text never contains input of a request.

use std::fmt;
use std::sync::Arc;

use diesel::query_builder::{Query, QueryId};
use diesel::sql_types::Untyped;
use thiserror::Error;

use crate::types::{DbTime, DbUuid};

/// A value of a column, `None` for `NULL`.
///
/// Its `Debug` shows the type alone: a value may be a password hash.
#[derive(Clone)]
pub enum SqlValue {
    Bool(Option<bool>),
    Integer(Option<i32>),
    BigInt(Option<i64>),
    Double(Option<f64>),
    Text(Option<String>),
    Binary(Option<Vec<u8>>),
    Uuid(Option<DbUuid>),
    Time(Option<DbTime>),
}

/// The type of a column for reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Integer,
    BigInt,
    Double,
    Text,
    Binary,
    Uuid,
    Time,
}

/// A column whose value does not have the type in the statement. The error does not contain the value.
#[derive(Debug, Clone, Error)]
#[error("column `{name}` is not of type {kind:?}")]
pub(crate) struct UnreadableColumn {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// The values of one row, in the order of the requested columns.
pub(crate) type Row = Vec<SqlValue>;

/// One statement: pieces of text with values between them.
#[derive(Clone)]
pub struct Statement {
    pieces: Vec<Piece>,
    columns: Arc<[Kind]>,
}

#[derive(Clone)]
pub(crate) enum Piece {
    Text(String),
    /// Text of a [`Template`].
    Shared(Arc<str>),
    Value(SqlValue),
}

/// A statement that is composed once and run with different values.
#[derive(Debug)]
pub(crate) struct Template {
    texts: Vec<Arc<str>>,
    columns: Arc<[Kind]>,
}

impl Template {
    /// Returns the template of a statement, whose values are left out. Between two values is text.
    pub(crate) fn of(statement: &Statement) -> Self {
        let texts = statement.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(Arc::from(text.as_str())),
            Piece::Shared(text) => Some(Arc::clone(text)),
            Piece::Value(_) => None,
        });
        Self {
            texts: texts.collect(),
            columns: Arc::clone(&statement.columns),
        }
    }

    /// Returns the statement with these values, in the order of the template.
    pub(crate) fn with(&self, values: impl IntoIterator<Item = SqlValue>) -> Statement {
        let mut pieces = Vec::with_capacity(self.texts.len() * 2);
        let mut values = values.into_iter();
        for text in &self.texts {
            pieces.push(Piece::Shared(Arc::clone(text)));
            pieces.extend(values.next().map(Piece::Value));
        }
        Statement {
            pieces,
            columns: Arc::clone(&self.columns),
        }
    }
}

impl Statement {
    /// Returns a statement that begins with this text.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            pieces: vec![Piece::Text(text.into())],
            columns: Arc::default(),
        }
    }

    /// Adds text, which must be text of this crate or names of a `table!`.
    pub(crate) fn text(mut self, text: &str) -> Self {
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            last.push_str(text);
        } else {
            self.pieces.push(Piece::Text(text.to_owned()));
        }
        self
    }

    /// Adds a value, which is sent separately from the text.
    pub(crate) fn bind(mut self, value: impl Into<SqlValue>) -> Self {
        self.pieces.push(Piece::Value(value.into()));
        self
    }

    /// Sets the columns of the rows that it returns.
    pub(crate) fn returns(mut self, columns: &[Kind]) -> Self {
        self.columns = Arc::from(columns);
        self
    }

    /// Returns the statement with this text in front, as `EXPLAIN`.
    #[cfg(test)]
    pub(crate) fn after(mut self, text: &str) -> Self {
        self.pieces.insert(0, Piece::Text(text.to_owned()));
        self
    }

    pub(crate) fn columns(&self) -> &Arc<[Kind]> {
        &self.columns
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl QueryId for Statement {
    type QueryId = ();

    // Prepared statements are cached by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

macro_rules! from {
    ($($value:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$value> for SqlValue {
            fn from(value: $value) -> Self {
                Self::$variant(Some(value))
            }
        }
    )+};
}

from!(
    bool => Bool,
    i64 => BigInt,
    String => Text,
    DbTime => Time,
);

impl From<&str> for SqlValue {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl fmt::Debug for SqlValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool(_) => "Bool",
            Self::Integer(_) => "Integer",
            Self::BigInt(_) => "BigInt",
            Self::Double(_) => "Double",
            Self::Text(_) => "Text",
            Self::Binary(_) => "Binary",
            Self::Uuid(_) => "Uuid",
            Self::Time(_) => "Time",
        })
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => f.write_str(text)?,
                Piece::Shared(text) => f.write_str(text)?,
                Piece::Value(_) => f.write_str("?")?,
            }
        }
        Ok(())
    }
}

/// Implements running a [`Statement`] and reading its rows for one of Diesel's databases.
macro_rules! impl_statement {
    ($backend:ty) => {
        impl diesel::query_builder::QueryFragment<$backend> for crate::sql::Statement {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, $backend>,
            ) -> diesel::QueryResult<()> {
                use crate::sql::{Piece, SqlValue};
                use diesel::sql_types::{BigInt, Binary, Bool, Double, Integer, Nullable, Text};

                for piece in self.pieces() {
                    match piece {
                        Piece::Text(text) => out.push_sql(text),
                        Piece::Shared(text) => out.push_sql(text),
                        Piece::Value(value) => match value {
                            SqlValue::Bool(v) => out.push_bind_param::<Nullable<Bool>, _>(v)?,
                            SqlValue::Integer(v) => {
                                out.push_bind_param::<Nullable<Integer>, _>(v)?
                            }
                            SqlValue::BigInt(v) => out.push_bind_param::<Nullable<BigInt>, _>(v)?,
                            SqlValue::Double(v) => out.push_bind_param::<Nullable<Double>, _>(v)?,
                            SqlValue::Text(v) => out.push_bind_param::<Nullable<Text>, _>(v)?,
                            SqlValue::Binary(v) => out.push_bind_param::<Nullable<Binary>, _>(v)?,
                            SqlValue::Uuid(v) => {
                                out.push_bind_param::<Nullable<crate::types::AuthUuid>, _>(v)?;
                            }
                            SqlValue::Time(v) => {
                                out.push_bind_param::<Nullable<crate::types::AuthTime>, _>(v)?;
                            }
                        },
                    }
                }
                Ok(())
            }
        }

        /// Reads a row with the columns of the statement.
        fn read_row<'r>(
            row: &impl diesel::row::Row<'r, $backend>,
            columns: &[crate::sql::Kind],
        ) -> diesel::QueryResult<crate::sql::Row> {
            use crate::sql::{Kind, SqlValue};
            use crate::types::{AuthTime, AuthUuid};
            use diesel::deserialize::FromSql;
            use diesel::row::Field as _;
            use diesel::sql_types::{BigInt, Binary, Bool, Double, Integer, Nullable, Text};

            fn read<ST, T>(
                value: Option<<$backend as diesel::backend::Backend>::RawValue<'_>>,
                column: impl FnOnce() -> crate::sql::UnreadableColumn,
            ) -> diesel::QueryResult<Option<T>>
            where
                Option<T>: FromSql<Nullable<ST>, $backend>,
                ST: diesel::sql_types::SqlType<IsNull = diesel::sql_types::is_nullable::NotNull>,
            {
                Option::<T>::from_nullable_sql(value)
                    .map_err(|_| diesel::result::Error::DeserializationError(Box::new(column())))
            }

            let mut values = Vec::with_capacity(columns.len());
            for (index, kind) in columns.iter().enumerate() {
                let field = row.get(index).ok_or(diesel::result::Error::NotFound)?;
                let value = field.value();
                let column = || crate::sql::UnreadableColumn {
                    name: field.field_name().unwrap_or_default().to_owned(),
                    kind: *kind,
                };
                values.push(match kind {
                    Kind::Bool => SqlValue::Bool(read::<Bool, _>(value, column)?),
                    Kind::Integer => SqlValue::Integer(read::<Integer, _>(value, column)?),
                    Kind::BigInt => SqlValue::BigInt(read::<BigInt, _>(value, column)?),
                    Kind::Double => SqlValue::Double(read::<Double, _>(value, column)?),
                    Kind::Text => SqlValue::Text(read::<Text, _>(value, column)?),
                    Kind::Binary => SqlValue::Binary(read::<Binary, _>(value, column)?),
                    Kind::Uuid => SqlValue::Uuid(read::<AuthUuid, _>(value, column)?),
                    Kind::Time => SqlValue::Time(read::<AuthTime, _>(value, column)?),
                });
            }
            Ok(values)
        }
    };
}
pub(crate) use impl_statement;
