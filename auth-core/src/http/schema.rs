//! The schema of a JSON object: its members, their types and their bounds.

use std::ops::RangeInclusive;

/// The schema of one member of a JSON object.
///
/// [`Field`](super::Field) reads a member by its schema, so the documented bounds are also enforced.
/// Every method is `const`.
///
/// # Examples
///
/// ```
/// use auth_core::http::{FieldKind, FieldSchema};
///
/// const AGE: FieldSchema = FieldSchema::new("age", FieldKind::integer(0..=150))
///     .optional()
///     .describe("In whole years.");
/// assert_eq!(AGE.name(), "age");
/// assert!(!AGE.is_required());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of a member, set by a method of its name"
)]
pub struct FieldSchema {
    name: &'static str,
    kind: FieldKind,
    description: &'static str,
    example: Option<&'static str>,
    required: bool,
    nullable: bool,
    write_only: bool,
    unique: bool,
}

/// The type of a member, with its bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FieldKind {
    /// A string.
    Text {
        /// The smallest length, in Unicode code points.
        min: usize,
        /// The largest length, in Unicode code points.
        max: usize,
        /// The format of the text.
        format: TextFormat,
    },
    /// One of a few fixed strings.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// The smallest value.
        min: i64,
        /// The largest value.
        max: i64,
    },
    /// Any number.
    Number,
    /// A list.
    Array {
        /// The type of each item.
        items: &'static Self,
        /// The largest number of items.
        max: usize,
    },
    /// An object with these members and no others.
    Object(&'static [FieldSchema]),
    /// An object that the document describes under this name.
    Named(&'static str),
    /// Any JSON value.
    Any,
}

/// The format of a text, beyond its length. The names are those of JSON Schema and OpenAPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TextFormat {
    /// Any text.
    #[default]
    Plain,
    /// An e-mail address.
    Email,
    /// A password: shown as dots in a form.
    Password,
    /// A UUID with hyphens (RFC 9562 §4).
    Uuid,
    /// A date with a time and an offset (RFC 3339 §5.6).
    DateTime,
    /// A URI (RFC 3986).
    Uri,
}

impl FieldSchema {
    /// Declares a required member.
    #[must_use]
    pub const fn new(name: &'static str, kind: FieldKind) -> Self {
        Self {
            name,
            kind,
            description: "",
            example: None,
            required: true,
            nullable: false,
            write_only: false,
            unique: false,
        }
    }

    /// Makes the member optional: it may be absent.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Makes the member required again.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self.nullable = false;
        self
    }

    /// Accepts `null` as a value.
    #[must_use]
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Declares that no two users have the same value of the member.
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Declares that the member is accepted in requests and never in a reply: a password, a token.
    #[must_use]
    pub const fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Sets the sentence that documents the member.
    #[must_use]
    pub const fn describe(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Sets an example: the text itself for a text, and JSON for every other type.
    #[must_use]
    pub const fn example(mut self, example: &'static str) -> Self {
        self.example = Some(example);
        self
    }

    /// Replaces the bounds of a text (its length in code points).
    #[must_use]
    pub const fn length(mut self, length: RangeInclusive<usize>) -> Self {
        if let FieldKind::Text { format, .. } = self.kind {
            self.kind = FieldKind::Text {
                min: *length.start(),
                max: *length.end(),
                format,
            };
        }
        self
    }

    /// Replaces the bounds of a whole number.
    #[must_use]
    pub const fn range(mut self, range: RangeInclusive<i64>) -> Self {
        if let FieldKind::Integer { .. } = self.kind {
            self.kind = FieldKind::integer(range);
        }
        self
    }

    /// Sets the format of a text.
    #[must_use]
    pub const fn format(mut self, format: TextFormat) -> Self {
        if let FieldKind::Text { min, max, .. } = self.kind {
            self.kind = FieldKind::Text { min, max, format };
        }
        self
    }

    /// Returns the name of the member.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the type of the member.
    #[must_use]
    pub const fn kind(&self) -> &FieldKind {
        &self.kind
    }

    /// Returns the sentence that documents the member; empty if there is none.
    #[must_use]
    pub const fn description(&self) -> &'static str {
        self.description
    }

    /// Returns the example.
    #[must_use]
    pub const fn example_text(&self) -> Option<&'static str> {
        self.example
    }

    /// Returns whether the member has to be present.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        self.required
    }

    /// Returns whether `null` is accepted.
    #[must_use]
    pub const fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// Returns whether no two users have the same value of the member.
    #[must_use]
    pub const fn is_unique(&self) -> bool {
        self.unique
    }

    /// Returns whether the member never appears in a reply.
    #[must_use]
    pub const fn is_write_only(&self) -> bool {
        self.write_only
    }
}

impl FieldKind {
    /// Returns a text with a length in code points within `length`.
    #[must_use]
    pub const fn text(length: RangeInclusive<usize>) -> Self {
        Self::formatted(length, TextFormat::Plain)
    }

    /// Returns a text of this format, with a length in code points within `length`.
    #[must_use]
    pub const fn formatted(length: RangeInclusive<usize>, format: TextFormat) -> Self {
        Self::Text {
            min: *length.start(),
            max: *length.end(),
            format,
        }
    }

    /// Returns a whole number within `range`.
    #[must_use]
    pub const fn integer(range: RangeInclusive<i64>) -> Self {
        Self::Integer {
            min: *range.start(),
            max: *range.end(),
        }
    }
}

impl TextFormat {
    /// Returns the name in JSON Schema and OpenAPI; `None` for a plain text.
    #[must_use]
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Email => Some("email"),
            Self::Password => Some("password"),
            Self::Uuid => Some("uuid"),
            Self::DateTime => Some("date-time"),
            Self::Uri => Some("uri"),
        }
    }
}
