//! What a primary key may be.

use auth_core::UserId;
use diesel::sql_types::{BigInt, Integer, Text};
use time::OffsetDateTime;
use uuid::Uuid;

use super::column::Codec;
use crate::types::AuthUuid;

/// The longest key that is a text, in code points.
pub(crate) const MAX_TEXT_KEY: usize = 255;

/// A key of users in SQL.
///
/// | type | made by | column |
/// | --- | --- | --- |
/// | [`uuid::Uuid`] | the store: version 7, in the order of creation | [`AuthUuid`] |
/// | `String` | the store: such a UUID as a text. Other texts have 1 to 255 code points, no control character, and no white space at an end | text that is compared byte for byte |
/// | `i64`, `i32` | the database, and never twice | `BIGINT GENERATED ALWAYS AS IDENTITY`, `AUTO_INCREMENT`, `INTEGER PRIMARY KEY AUTOINCREMENT` |
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

    /// Returns whether a row can have this key. A key comes from a request, too; the store does not ask
    /// the database for one that it cannot have.
    fn is_storable(&self) -> bool {
        true
    }
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

impl SqlKey for String {
    type SqlType = Text;

    fn generate(created_at: OffsetDateTime) -> Option<Self> {
        Some(auth_core::time_ordered_id(created_at).to_string())
    }
    fn to_column(&self) -> Self {
        self.clone()
    }
    fn from_column(value: Self) -> Option<Self> {
        value.is_storable().then_some(value)
    }
    /// PostgreSQL stores no NUL, and MySQL ignores spaces at the end of a text when it compares.
    fn is_storable(&self) -> bool {
        (1..=MAX_TEXT_KEY).contains(&self.chars().count())
            && !self.chars().any(char::is_control)
            && self.trim() == self
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
