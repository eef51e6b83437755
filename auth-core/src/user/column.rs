//! A column of the application's own, declared once: its name, its type, and who may write it.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::ShownColumns;
use crate::http::{Field, FieldErrorCode, FieldKind, FieldSchema, FieldType, Fields};

/// The value of an own column on its way between a user struct and a storage.
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

/// A type of the application's own that is stored as a text and shown as one.
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
    fn into_json(self) -> Value {
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

/// The members that the toolkit's own bodies and users have.
const RESERVED: [&str; 10] = [
    "id",
    "email",
    "username",
    "password",
    "current_password",
    "is_active",
    "is_verified",
    "is_superuser",
    "roles",
    "pending_email",
];

const fn is_reserved(name: &str) -> bool {
    let mut rest = RESERVED.as_slice();
    while let [first, others @ ..] = rest {
        if is_same(first.as_bytes(), name.as_bytes()) {
            return true;
        }
        rest = others;
    }
    false
}

const fn is_same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([a, rest_one @ ..], [b, rest_other @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (rest_one, rest_other);
    }
    one.is_empty() && other.is_empty()
}

/// The declaration of an own column. [`user!`](crate::user!) writes it; a storage reads it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent part of the declaration"
)]
pub struct ColumnSpec {
    name: &'static str,
    kind: ColumnKind,
    schema: FieldSchema,
    max: Option<usize>,
    registration: bool,
    owner: bool,
    hidden: bool,
    unique: bool,
}

impl ColumnSpec {
    /// The longest text of a column without a length of its own, in Unicode code points.
    pub const DEFAULT_MAX: usize = 255;

    /// Declares a column with the bounds of its type. No request may write it, and clients see it.
    ///
    /// # Panics
    ///
    /// If the toolkit has a member called `json`. In a declaration that is an error of the compiler.
    #[must_use]
    pub const fn new<T: ColumnValue>(name: &'static str, json: &'static str) -> Self {
        assert!(
            !is_reserved(json),
            "the toolkit has a member of this name in requests or in replies: choose another name by `json`"
        );
        let schema = FieldSchema::new(json, T::KIND);
        let (schema, max) = match T::KIND {
            FieldKind::Text { max, .. } if max > Self::DEFAULT_MAX => (
                schema.length(0..=Self::DEFAULT_MAX),
                Some(Self::DEFAULT_MAX),
            ),
            FieldKind::Text { max, .. } => (schema, Some(max)),
            _ => (schema, None),
        };
        Self {
            name,
            kind: T::COLUMN,
            schema: if T::OPTIONAL {
                schema.optional().nullable()
            } else {
                schema
            },
            max,
            registration: false,
            owner: false,
            hidden: false,
            unique: false,
        }
    }

    /// A registration may have the column.
    #[must_use]
    pub const fn register(mut self) -> Self {
        self.registration = true;
        self
    }

    /// A user may change its own column.
    #[must_use]
    pub const fn owner(mut self) -> Self {
        self.owner = true;
        self
    }

    /// Clients do not see the column.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// No two users have the same value.
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Bounds the length of a text, in Unicode code points.
    #[must_use]
    pub const fn length(mut self, length: RangeInclusive<usize>) -> Self {
        self.max = Some(*length.end());
        self.schema = self.schema.length(length);
        self
    }

    /// Sets the sentence that documents the column.
    #[must_use]
    pub const fn describe(mut self, description: &'static str) -> Self {
        self.schema = self.schema.describe(description.trim_ascii());
        self
    }

    /// Returns the name in the struct and in the storage.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the type in the storage.
    #[must_use]
    pub const fn kind(&self) -> ColumnKind {
        self.kind
    }

    /// Returns the schema in JSON.
    #[must_use]
    pub const fn schema(&self) -> &FieldSchema {
        &self.schema
    }

    /// Returns the longest text, in Unicode code points; `None` if the column is not a text.
    #[must_use]
    pub const fn max_code_points(&self) -> Option<usize> {
        self.max
    }

    /// Returns whether the column may be without a value.
    #[must_use]
    pub const fn is_nullable(&self) -> bool {
        self.schema.is_nullable()
    }

    /// Returns whether a registration may have the column.
    #[must_use]
    pub const fn is_registered(&self) -> bool {
        self.registration
    }

    /// Returns whether a user may change its own column.
    #[must_use]
    pub const fn is_owned(&self) -> bool {
        self.owner
    }

    /// Returns whether clients see the column.
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        !self.hidden
    }

    /// Returns whether no two users have the same value.
    #[must_use]
    pub const fn is_unique(&self) -> bool {
        self.unique
    }

    /// Returns whether the column must be unique and two users have the same value in it.
    #[must_use]
    pub fn has_duplicate<T: ColumnValue>(&self, one: &T, other: &T) -> bool {
        let (one, other) = (one.clone().into_data(), other.clone().into_data());
        self.unique && one != ColumnData::Null && one == other
    }

    /// Reads the column of a registration; an error is recorded in `fields`.
    pub fn read_new<T: ColumnValue>(&self, fields: &mut Fields, default: Option<T>) -> Option<T> {
        if !self.registration {
            return default;
        }
        let Some(default) = default else {
            return fields.read(&Field::<T>::of_schema(self.schema));
        };
        let schema = self.schema.optional().nullable();
        let given = fields.read(&Field::<Option<T>>::of_schema(schema))?;
        Some(given.unwrap_or(default))
    }

    /// Reads the change of the column by its owner; an error is recorded in `fields`.
    pub fn read_change<T: ColumnValue>(&self, fields: &mut Fields) -> Option<T> {
        if !self.owner {
            return None;
        }
        let schema = self.schema.optional().nullable();
        fields.read(&Field::<Option<T>>::of_schema(schema))?
    }

    /// Adds the column to the JSON of a user.
    pub fn show<T: ColumnValue>(&self, shown: &mut ShownColumns, value: &T) {
        if !self.hidden {
            shown.show(self.schema.name(), &value.clone().into_data().into_json());
        }
    }
}
