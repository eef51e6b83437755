//! What a primary key may be.

use auth_core::UserId;
use diesel::sql_types::{BigInt, Integer};
use time::OffsetDateTime;
use uuid::Uuid;

use super::column::Codec;
use crate::types::AuthUuid;

/// A key of users in SQL.
///
/// Implemented for [`uuid::Uuid`], which the store makes (version 7, in the order of creation), and
/// for `i64` and `i32`, which the database makes (`BIGINT GENERATED ALWAYS AS IDENTITY`,
/// `AUTO_INCREMENT`, `INTEGER PRIMARY KEY AUTOINCREMENT`: a key must never be given twice).
///
/// # Examples
///
/// A newtype of the application's:
///
/// ```
/// use std::fmt;
/// use std::num::ParseIntError;
/// use std::str::FromStr;
/// use auth_diesel::SqlKey;
/// use time::OffsetDateTime;
///
/// #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
/// struct CustomerId(i64);
///
/// impl auth_core::UserId for CustomerId {}
///
/// impl SqlKey for CustomerId {
///     type SqlType = diesel::sql_types::BigInt;
///
///     fn generate(_: OffsetDateTime) -> Option<Self> {
///         None
///     }
///     fn to_column(&self) -> i64 {
///         self.0
///     }
///     fn from_column(value: i64) -> Option<Self> {
///         Some(Self(value))
///     }
/// }
/// # impl fmt::Display for CustomerId {
/// #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
/// # }
/// # impl FromStr for CustomerId {
/// #     type Err = ParseIntError;
/// #     fn from_str(text: &str) -> Result<Self, ParseIntError> { text.parse().map(Self) }
/// # }
/// ```
pub trait SqlKey: UserId {
    /// The type of the column.
    type SqlType: super::ColumnType;

    /// The key of a user who is made at this time; `None` where the database makes it.
    fn generate(created_at: OffsetDateTime) -> Option<Self>;

    /// The value to store.
    fn to_column(&self) -> <Self::SqlType as Codec>::Value;

    /// Returns the key of a stored value; `None` if it is not a valid key.
    fn from_column(value: <Self::SqlType as Codec>::Value) -> Option<Self>;
}

impl SqlKey for Uuid {
    type SqlType = AuthUuid;

    fn generate(created_at: OffsetDateTime) -> Option<Self> {
        Some(auth_core::time_ordered_id(created_at))
    }
    fn to_column(&self) -> Self {
        *self
    }
    fn from_column(value: Self) -> Option<Self> {
        Some(value)
    }
}

macro_rules! made_by_the_database {
    ($($key:ty => $sql_type:ty),+) => {$(
        impl SqlKey for $key {
            type SqlType = $sql_type;

            fn generate(_: OffsetDateTime) -> Option<Self> {
                None
            }
            fn to_column(&self) -> Self {
                *self
            }
            fn from_column(value: Self) -> Option<Self> {
                Some(value)
            }
        }
    )+};
}

made_by_the_database!(i64 => BigInt, i32 => Integer);
