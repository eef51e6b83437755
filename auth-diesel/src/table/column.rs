//! The SQL types that a mapped column may have, and what they are in Rust.

use auth_core::BoxError;
use diesel::sql_types::is_nullable::NotNull;
use diesel::sql_types::{BigInt, Binary, Bool, Double, Integer, Nullable, SqlType, Text};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::sql::{Kind, SqlValue};
use crate::types::{AuthTime, AuthUuid, DbTime, DbUuid};

/// A SQL type of a mapped column.
///
/// | in the `table!` | in Rust |
/// | --- | --- |
/// | `Bool` | `bool` |
/// | `Integer`, `BigInt` | `i32`, `i64` |
/// | `Double` | `f64` |
/// | `Text` (`Varchar`) | `String` |
/// | `Binary` | `Vec<u8>` |
/// | [`AuthUuid`] (in PostgreSQL also `Uuid`) | [`uuid::Uuid`] |
/// | [`AuthTime`] (in PostgreSQL also `Timestamptz`, in MySQL also `Datetime`) | [`time::OffsetDateTime`] |
/// | `Nullable<T>` | `Option` |
///
/// Sealed: other types are made of these in [`SqlUser::from_row`](crate::SqlUser::from_row).
pub trait ColumnType: sealed::Codec {}

/// Text that may be `NULL` or not.
pub trait TextColumn: ColumnType {}

impl<T: sealed::Codec> ColumnType for T {}
impl TextColumn for Text {}
impl TextColumn for Nullable<Text> {}

pub(crate) mod sealed {
    use super::{Kind, SqlValue};

    /// How values of a type travel.
    #[diagnostic::on_unimplemented(
        message = "a column of the type `{Self}` cannot be mapped",
        note = "the types that can are listed at `auth_diesel::ColumnType`"
    )]
    pub trait Codec: 'static {
        /// What it is in Rust.
        type Value: Clone + Send + Sync + 'static;
        const KIND: Kind;
        const NULL: SqlValue;
        fn encode(value: Self::Value) -> SqlValue;
        /// `None` where the value is of another type, or `NULL` where it may not be.
        fn decode(value: SqlValue) -> Option<Self::Value>;
    }
}
pub(crate) use sealed::Codec;

macro_rules! plain {
    ($($sql_type:ty, $value:ty, $variant:ident);+ $(;)?) => {$(
        impl Codec for $sql_type {
            type Value = $value;
            const KIND: Kind = Kind::$variant;
            const NULL: SqlValue = SqlValue::$variant(None);

            fn encode(value: $value) -> SqlValue {
                SqlValue::$variant(Some(value))
            }
            fn decode(value: SqlValue) -> Option<$value> {
                match value {
                    SqlValue::$variant(value) => value,
                    _ => None,
                }
            }
        }
    )+};
}

plain!(
    Bool, bool, Bool;
    Integer, i32, Integer;
    BigInt, i64, BigInt;
    Double, f64, Double;
    Text, String, Text;
    Binary, Vec<u8>, Binary;
);

macro_rules! uuid_and_time {
    (uuid: $($uuid:ty),+; time: $($time:ty),+) => {
        $(impl Codec for $uuid {
            type Value = Uuid;
            const KIND: Kind = Kind::Uuid;
            const NULL: SqlValue = SqlValue::Uuid(None);

            fn encode(value: Uuid) -> SqlValue {
                SqlValue::Uuid(Some(DbUuid(value)))
            }
            fn decode(value: SqlValue) -> Option<Uuid> {
                match value {
                    SqlValue::Uuid(value) => value.map(|uuid| uuid.0),
                    _ => None,
                }
            }
        })+
        $(impl Codec for $time {
            type Value = OffsetDateTime;
            const KIND: Kind = Kind::Time;
            const NULL: SqlValue = SqlValue::Time(None);

            fn encode(value: OffsetDateTime) -> SqlValue {
                SqlValue::Time(Some(DbTime::floor(value)))
            }
            fn decode(value: SqlValue) -> Option<OffsetDateTime> {
                match value {
                    SqlValue::Time(value) => value.and_then(DbTime::to_time),
                    _ => None,
                }
            }
        })+
    };
}

uuid_and_time!(uuid: AuthUuid; time: AuthTime);
#[cfg(feature = "postgres")]
uuid_and_time!(uuid: diesel::sql_types::Uuid; time: diesel::sql_types::Timestamptz);
#[cfg(feature = "mysql")]
mod datetime {
    use super::{AuthTime, Codec, Kind, OffsetDateTime, SqlValue};

    impl Codec for diesel::sql_types::Datetime {
        type Value = OffsetDateTime;
        const KIND: Kind = Kind::Time;
        const NULL: SqlValue = SqlValue::Time(None);

        fn encode(value: OffsetDateTime) -> SqlValue {
            AuthTime::encode(value)
        }
        fn decode(value: SqlValue) -> Option<OffsetDateTime> {
            AuthTime::decode(value)
        }
    }
}

impl<T: Codec + SqlType<IsNull = NotNull>> Codec for Nullable<T> {
    type Value = Option<T::Value>;
    const KIND: Kind = T::KIND;
    const NULL: SqlValue = T::NULL;

    fn encode(value: Option<T::Value>) -> SqlValue {
        value.map_or(T::NULL, T::encode)
    }
    fn decode(value: SqlValue) -> Option<Option<T::Value>> {
        if value.is_null() {
            return Some(None);
        }
        T::decode(value).map(Some)
    }
}

impl SqlValue {
    /// Returns `NULL` of this kind.
    pub(crate) const fn null(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool(None),
            Kind::Integer => Self::Integer(None),
            Kind::BigInt => Self::BigInt(None),
            Kind::Double => Self::Double(None),
            Kind::Text => Self::Text(None),
            Kind::Binary => Self::Binary(None),
            Kind::Uuid => Self::Uuid(None),
            Kind::Time => Self::Time(None),
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        match self {
            Self::Bool(value) => value.is_none(),
            Self::Integer(value) => value.is_none(),
            Self::BigInt(value) => value.is_none(),
            Self::Double(value) => value.is_none(),
            Self::Text(value) => value.is_none(),
            Self::Binary(value) => value.is_none(),
            Self::Uuid(value) => value.is_none(),
            Self::Time(value) => value.is_none(),
        }
    }
}

/// The next value of a row, as what it must be.
pub(crate) fn next<T: Codec>(
    values: &mut impl Iterator<Item = SqlValue>,
    column: &str,
) -> Result<T::Value, BoxError> {
    values
        .next()
        .and_then(T::decode)
        .ok_or_else(|| format!("column `{column}` holds what it must not hold").into())
}
