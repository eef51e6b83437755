//! The declaration of a member of a body: its schema, and its typed reading.

mod types;

use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

use serde_json::Value;

use super::{FieldErrorCode, FieldKind, FieldSchema, TextFormat};

/// A member of a request body: the name, the type, and its documentation.
///
/// [`Fields::read`](super::Fields::read) reads the member by this declaration and records its errors;
/// [`schema`](Self::schema) is for a document. `Field<Option<T>>` is a member that may be absent or
/// `null`.
///
/// # Examples
///
/// ```
/// use auth_core::Fields;
/// use auth_core::http::Field;
///
/// const DISPLAY_NAME: Field<String> = Field::new("display_name").length(1..=80);
/// const AGE: Field<Option<u8>> = Field::new("age").describe("In whole years.");
///
/// let mut fields = Fields::parse(br#"{"display_name": "Ada", "age": 300}"#)?;
/// assert_eq!(fields.read(&DISPLAY_NAME).as_deref(), Some("Ada"));
/// assert_eq!(fields.read(&AGE), None);
/// let errors: Vec<_> = fields.finish().unwrap_err().iter().map(ToString::to_string).collect();
/// assert_eq!(errors, ["age: too_long"]);
///
/// assert!(DISPLAY_NAME.schema().is_required() && AGE.schema().is_nullable());
/// # Ok::<(), auth_core::http::json::JsonError>(())
/// ```
pub struct Field<T> {
    schema: FieldSchema,
    accepted: bool,
    value: PhantomData<fn() -> T>,
}

/// A type that a member of a body can have.
///
/// # Examples
///
/// ```
/// use auth_core::http::{FieldErrorCode, FieldKind, FieldType};
/// use serde_json::Value;
///
/// /// A language of two letters.
/// struct Language(String);
///
/// impl FieldType for Language {
///     const KIND: FieldKind = FieldKind::text(2..=2);
///
///     fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
///         let text = kind.read_text(value)?;
///         let is_language = text.bytes().all(|byte| byte.is_ascii_lowercase());
///         is_language.then_some(Self(text)).ok_or(FieldErrorCode::Invalid)
///     }
/// }
/// ```
pub trait FieldType: Sized {
    /// The type in JSON, with its widest bounds.
    const KIND: FieldKind;
    /// Whether the member may be absent or `null`. Only true for `Option`.
    const OPTIONAL: bool = false;

    /// Reads a value. `kind` is [`KIND`](Self::KIND) with the bounds of the one member.
    ///
    /// # Errors
    ///
    /// The error of the value.
    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode>;

    /// Returns the value of an absent member, if it may be absent.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: FieldType> Field<T> {
    /// Declares a member with the bounds of its type.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        let schema = FieldSchema::new(name, T::KIND);
        Self {
            schema: if T::OPTIONAL {
                schema.optional().nullable()
            } else {
                schema
            },
            accepted: true,
            value: PhantomData,
        }
    }
}

impl<T> Field<T> {
    /// Creates a member from a schema that was declared elsewhere.
    pub(crate) const fn of_schema(schema: FieldSchema) -> Self {
        Self {
            schema,
            accepted: true,
            value: PhantomData,
        }
    }

    /// Replaces the bounds of a text (its length in code points).
    #[must_use]
    pub const fn length(mut self, length: RangeInclusive<usize>) -> Self {
        self.schema = self.schema.length(length);
        self
    }

    /// Replaces the bounds of a whole number.
    #[must_use]
    pub const fn range(mut self, range: RangeInclusive<i64>) -> Self {
        self.schema = self.schema.range(range);
        self
    }

    /// Sets the format of a text.
    #[must_use]
    pub const fn format(mut self, format: TextFormat) -> Self {
        self.schema = self.schema.format(format);
        self
    }

    /// Declares that the member never appears in a reply.
    #[must_use]
    pub const fn write_only(mut self) -> Self {
        self.schema = self.schema.write_only();
        self
    }

    /// Sets the sentence that documents the member.
    #[must_use]
    pub const fn describe(mut self, description: &'static str) -> Self {
        self.schema = self.schema.describe(description);
        self
    }

    /// Sets an example: the text itself for a text, and JSON for every other type.
    #[must_use]
    pub const fn example(mut self, example: &'static str) -> Self {
        self.schema = self.schema.example(example);
        self
    }

    /// Returns the schema.
    #[must_use]
    pub const fn schema(&self) -> &FieldSchema {
        &self.schema
    }

    /// Returns whether the member is accepted at all; see [`accepted_if`](Self::accepted_if) and
    /// [`required_if`](Self::required_if).
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.accepted
    }
}

impl<T> Field<Option<T>> {
    /// Refuses the member as unknown if a setting is off.
    #[must_use]
    pub const fn accepted_if(mut self, on: bool) -> Self {
        self.accepted = on;
        self
    }

    /// Requires the member if a setting is on, and refuses it as unknown if the setting is off.
    #[must_use]
    pub const fn required_if(mut self, on: bool) -> Self {
        self.schema = self.schema.required();
        self.accepted = on;
        self
    }
}

impl<T> Clone for Field<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<T> {}

impl<T> fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Field").field(&self.schema).finish()
    }
}
