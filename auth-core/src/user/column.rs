//! The types and the values of an application's own columns.

use std::fmt::Debug;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::http::{FieldErrorCode, FieldKind, FieldType};

/// The value of an own column between a user struct and a storage.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ColumnData {
    /// No value.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number of 32 bits.
    Integer(i32),
    /// A whole number of 64 bits.
    BigInt(i64),
    /// A number with double precision.
    Double(f64),
    /// A text.
    Text(String),
    /// A UUID.
    Uuid(Uuid),
    /// A point in time.
    Time(OffsetDateTime),
}

/// The type of an own column in a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnKind {
    /// `true` or `false`.
    Bool,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    BigInt,
    /// A number with double precision.
    Double,
    /// A text.
    Text,
    /// A UUID.
    Uuid,
    /// A point in time.
    Time,
}

/// A type that an own column can have: `bool`, `i32`, `i64`, `f64`, `String`, [`Uuid`],
/// [`OffsetDateTime`], an `Option` of these, and every [`TextColumn`].
pub trait ColumnValue: FieldType + Clone + Debug + Send + Sync + 'static {
    /// The type in a storage.
    const COLUMN: ColumnKind;

    /// Returns the value to store.
    fn into_data(self) -> ColumnData;

    /// Returns the value of stored data; `None` if it is not such a value.
    fn from_data(data: ColumnData) -> Option<Self>;
}

/// A type of the application that is stored and shown as a text.
///
/// # Examples
///
/// ```
/// use auth_core::user::TextColumn;
///
/// /// A language of two letters.
/// #[derive(Debug, Clone)]
/// struct Language(String);
///
/// impl TextColumn for Language {
///     const MAX_CODE_POINTS: usize = 2;
///
///     fn parse(text: &str) -> Option<Self> {
///         let is_language = text.len() == 2 && text.bytes().all(|b| b.is_ascii_lowercase());
///         is_language.then(|| Self(text.to_owned()))
///     }
///     fn as_str(&self) -> &str {
///         &self.0
///     }
/// }
/// ```
pub trait TextColumn: Clone + Debug + Send + Sync + 'static {
    /// The longest text, in Unicode code points.
    const MAX_CODE_POINTS: usize;

    /// Returns the value of a text from a request or a storage; `None` if it is invalid.
    fn parse(text: &str) -> Option<Self>;

    /// Returns the text to store and to show.
    fn as_str(&self) -> &str;
}

impl<T: TextColumn> FieldType for T {
    const KIND: FieldKind = FieldKind::text(0..=T::MAX_CODE_POINTS);

    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        let text = String::read(kind, value)?;
        Self::parse(&text).ok_or(FieldErrorCode::Invalid)
    }
}

impl<T: TextColumn> ColumnValue for T {
    const COLUMN: ColumnKind = ColumnKind::Text;

    fn into_data(self) -> ColumnData {
        ColumnData::Text(self.as_str().to_owned())
    }
    fn from_data(data: ColumnData) -> Option<Self> {
        match data {
            ColumnData::Text(text) => Self::parse(&text),
            _ => None,
        }
    }
}

macro_rules! values {
    ($($value:ty => $variant:ident),+ $(,)?) => {$(
        impl ColumnValue for $value {
            const COLUMN: ColumnKind = ColumnKind::$variant;

            fn into_data(self) -> ColumnData {
                ColumnData::$variant(self)
            }
            fn from_data(data: ColumnData) -> Option<Self> {
                match data {
                    ColumnData::$variant(value) => Some(value),
                    _ => None,
                }
            }
        }
    )+};
}

values!(
    bool => Bool,
    i32 => Integer,
    i64 => BigInt,
    f64 => Double,
    String => Text,
    Uuid => Uuid,
    OffsetDateTime => Time,
);

impl<T: ColumnValue> ColumnValue for Option<T> {
    const COLUMN: ColumnKind = T::COLUMN;

    fn into_data(self) -> ColumnData {
        self.map_or(ColumnData::Null, T::into_data)
    }
    fn from_data(data: ColumnData) -> Option<Self> {
        match data {
            ColumnData::Null => Some(None),
            data => T::from_data(data).map(Some),
        }
    }
}

impl ColumnData {
    pub(super) fn into_json(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => value.into(),
            Self::Integer(value) => value.into(),
            Self::BigInt(value) => value.into(),
            Self::Double(value) => value.into(),
            Self::Text(value) => value.into(),
            Self::Uuid(value) => value.to_string().into(),
            Self::Time(value) => value.format(&Rfc3339).ok().into(),
        }
    }
}
