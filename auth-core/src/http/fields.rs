//! Typed reading of a JSON object that collects every error.

use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Field, FieldType};

/// The unread members of a request body.
///
/// Each reader takes its member out of the object. An error is recorded and the reader returns
/// `None`; a member that is left at the end is refused as unknown. A reply therefore names all
/// errors of a body.
///
/// # Examples
///
/// ```
/// use auth_core::Fields;
///
/// let mut fields = Fields::parse(br#"{"name":"","admin":true}"#)?;
/// assert_eq!(fields.required_text("name", 1..=80), None);
/// let errors: Vec<_> = fields.finish().unwrap_err().into_iter().map(|f| f.to_string()).collect();
/// assert_eq!(errors, ["name: too_short", "admin: unknown"]);
/// # Ok::<(), auth_core::http::json::JsonError>(())
/// ```
#[derive(Debug)]
pub struct Fields {
    members: Map<String, Value>,
    errors: Vec<FieldError>,
    /// The names of the members that were asked for; `None` except in a [`probe`](Fields::probe).
    asked: Option<Vec<String>>,
}

/// An error of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    field: String,
    code: FieldErrorCode,
}

/// The kinds of error of a member; their names are part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldErrorCode {
    /// The member is required and absent.
    Missing,
    /// The route does not accept this member.
    Unknown,
    /// The member has another JSON type.
    WrongType,
    /// Fewer code points, or a smaller number, than allowed.
    TooShort,
    /// More code points, or a larger number, than allowed.
    TooLong,
    /// The type is correct, but the value is not valid.
    Invalid,
    /// Another user has this value, which must be unique.
    Taken,
    /// A common password, or a common word with padding.
    TooCommon,
    /// A password of few different characters, repetitions or runs of neighbouring keys.
    Repetitive,
    /// A password made of the user's own name or address, or of a word of the service.
    ContainsPersonalData,
    /// A password that is known from a data breach.
    Breached,
}

impl FieldErrorCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::Missing,
        Self::Unknown,
        Self::WrongType,
        Self::TooShort,
        Self::TooLong,
        Self::Invalid,
        Self::Taken,
        Self::TooCommon,
        Self::Repetitive,
        Self::ContainsPersonalData,
        Self::Breached,
    ];

    /// Returns the name that clients see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::WrongType => "wrong_type",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Invalid => "invalid",
            Self::Taken => "taken",
            Self::TooCommon => "too_common",
            Self::Repetitive => "repetitive",
            Self::ContainsPersonalData => "contains_personal_data",
            Self::Breached => "breached",
        }
    }

    /// Returns a fixed sentence for users.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Missing => "This member is required.",
            Self::Unknown => "This member is not accepted here.",
            Self::WrongType => "This member has another type than expected.",
            Self::TooShort => "This value is below the smallest that is accepted.",
            Self::TooLong => "This value is over the largest that is accepted.",
            Self::Invalid => "This value is not of the expected form.",
            Self::Taken => "Another user has this value.",
            Self::TooCommon => "This password is a common one or a common word with padding.",
            Self::Repetitive => "This password repeats itself or follows the keyboard.",
            Self::ContainsPersonalData => {
                "This password is made of a name that belongs to you or this service."
            }
            Self::Breached => "This password is known from a data breach.",
        }
    }
}

impl FieldError {
    /// The longest member name that is repeated in a reply, in code points.
    const MAX_NAME: usize = 64;

    /// Creates an error of the member `field`. Long names are cut, because they come from the
    /// request.
    #[must_use]
    pub fn new(field: &str, code: FieldErrorCode) -> Self {
        Self {
            field: field.chars().take(Self::MAX_NAME).collect(),
            code,
        }
    }

    /// Returns the name of the member.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn code(&self) -> FieldErrorCode {
        self.code
    }
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field, self.code.as_str())
    }
}

impl Fields {
    /// The most errors in one reply.
    const MAX_ERRORS: usize = 16;

    /// Reads a strict JSON object (see [`crate::http::json::parse_object`]).
    ///
    /// # Errors
    ///
    /// [`crate::http::json::JsonError`] if the bytes are not such an object.
    pub fn parse(body: &[u8]) -> Result<Self, crate::http::json::JsonError> {
        crate::http::json::parse_object(body).map(Self::from)
    }

    /// Records an error that the caller has found.
    pub fn error(&mut self, field: &str, code: FieldErrorCode) {
        self.errors.push(FieldError::new(field, code));
    }

    /// Reads a member by its declaration. Records an error and returns `None` if it is invalid.
    ///
    /// See [`Field`] for an example.
    pub fn read<T: FieldType>(&mut self, field: &Field<T>) -> Option<T> {
        if !field.is_accepted() {
            return T::absent();
        }
        let schema = field.schema();
        let name = schema.name();
        let value = self.take(name);
        let read = match value {
            None if schema.is_required() => Err(FieldErrorCode::Missing),
            None => return T::absent(),
            Some(value) if value.is_null() && schema.is_nullable() => return T::absent(),
            Some(value) => T::read(schema.kind(), value),
        };
        read.map_err(|code| self.error(name, code)).ok()
    }

    /// Returns whether the body has a member that was not read yet.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Reads a required string with a length in code points within `length`, and without a NUL,
    /// which some engines cannot store.
    pub fn required_text(&mut self, name: &str, length: RangeInclusive<usize>) -> Option<String> {
        let text = self.required_any(name, length)?;
        self.storable(name, text)
    }

    /// Reads a string like [`required_text`](Self::required_text) that may be absent or `null`.
    pub fn optional_text(&mut self, name: &str, length: RangeInclusive<usize>) -> Option<String> {
        let text = self.optional_any(name, length)?;
        self.storable(name, text)
    }

    /// Reads a required string that `parse` must accept.
    pub fn required_parsed<T, E>(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.required_any(name, length)?;
        self.parsed(name, &text, parse)
    }

    /// Reads a string that may be absent or `null`, and that `parse` must accept.
    pub fn optional_parsed<T, E>(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.optional_any(name, length)?;
        self.parsed(name, &text, parse)
    }

    /// Reads a boolean that may be absent or `null`.
    pub fn optional_bool(&mut self, name: &str) -> Option<bool> {
        self.optional_value(name)
    }

    /// Reads a value of any deserialisable type that may be absent or `null`; another shape is
    /// [`FieldErrorCode::WrongType`].
    pub fn optional_value<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.optional(name)?;
        let typed = serde_json::from_value(value).ok();
        if typed.is_none() {
            self.error(name, FieldErrorCode::WrongType);
        }
        typed
    }

    /// Reads a required boolean.
    pub fn required_bool(&mut self, name: &str) -> Option<bool> {
        self.required_value(name)
    }

    /// Reads a required value of any deserialisable type: a number, a list, a struct. `null` is a
    /// value like any other, and so of the wrong type for most.
    ///
    /// ```
    /// use auth_core::Fields;
    ///
    /// let mut fields = Fields::parse(br#"{"height": 1.8, "tags": "none"}"#)?;
    /// assert_eq!(fields.required_value::<f64>("height"), Some(1.8));
    /// assert_eq!(fields.required_value::<Vec<String>>("tags"), None);
    /// assert_eq!(fields.required_value::<u8>("age"), None);
    /// let errors: Vec<_> = fields.finish().unwrap_err().iter().map(ToString::to_string).collect();
    /// assert_eq!(errors, ["tags: wrong_type", "age: missing"]);
    /// # Ok::<(), auth_core::http::json::JsonError>(())
    /// ```
    pub fn required_value<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.required(name)?;
        let typed = serde_json::from_value(value).ok();
        if typed.is_none() {
            self.error(name, FieldErrorCode::WrongType);
        }
        typed
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// Every error recorded so far, and one [`FieldErrorCode::Unknown`] for each unread member;
    /// at most sixteen in all.
    pub fn finish(mut self) -> Result<(), Vec<FieldError>> {
        let unknown = self
            .members
            .keys()
            .map(|name| FieldError::new(name, FieldErrorCode::Unknown));
        self.errors.extend(unknown.take(Self::MAX_ERRORS));
        self.errors.truncate(Self::MAX_ERRORS);
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(self.errors)
        }
    }

    fn required(&mut self, name: &str) -> Option<Value> {
        let value = self.take(name);
        if value.is_none() {
            self.error(name, FieldErrorCode::Missing);
        }
        value
    }

    fn optional(&mut self, name: &str) -> Option<Value> {
        self.take(name).filter(|value| !value.is_null())
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        if let Some(asked) = &mut self.asked {
            asked.push(name.to_owned());
        }
        self.members.remove(name)
    }

    /// Returns the names of the members that a function reads from an empty object, as far as it comes.
    pub(crate) fn probe<T>(read: impl FnOnce(&mut Self) -> T) -> Vec<String> {
        let mut fields = Self::from(Map::new());
        fields.asked = Some(Vec::new());
        drop(read(&mut fields));
        fields.asked.unwrap_or_default()
    }

    /// Reads a required string of any characters that is not stored: a password, a token.
    pub(crate) fn required_any(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
    ) -> Option<String> {
        let value = self.required(name)?;
        self.text(name, value, length)
    }

    /// Reads such a string that may be absent or `null`.
    pub(crate) fn optional_any(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
    ) -> Option<String> {
        let value = self.optional(name)?;
        self.text(name, value, length)
    }

    fn storable(&mut self, name: &str, text: String) -> Option<String> {
        if text.contains('\0') {
            self.error(name, FieldErrorCode::Invalid);
            return None;
        }
        Some(text)
    }

    fn text(&mut self, name: &str, value: Value, length: RangeInclusive<usize>) -> Option<String> {
        let Value::String(text) = value else {
            self.error(name, FieldErrorCode::WrongType);
            return None;
        };
        let code_points = text.chars().count();
        if code_points < *length.start() {
            self.error(name, FieldErrorCode::TooShort);
        } else if code_points > *length.end() {
            self.error(name, FieldErrorCode::TooLong);
        } else {
            return Some(text);
        }
        None
    }

    fn parsed<T, E>(
        &mut self,
        name: &str,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let parsed = parse(text).ok();
        if parsed.is_none() {
            self.error(name, FieldErrorCode::Invalid);
        }
        parsed
    }
}

impl From<Map<String, Value>> for Fields {
    fn from(members: Map<String, Value>) -> Self {
        Self {
            members,
            errors: Vec::new(),
            asked: None,
        }
    }
}

#[cfg(test)]
mod tests;
