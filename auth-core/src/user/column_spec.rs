//! The declaration of an own column: its names, its bounds, and its permissions.

use std::ops::RangeInclusive;

use super::{ColumnData, ColumnKind, ColumnValue, ShownColumns};
use crate::http::{Field, FieldKind, FieldSchema, Fields};

/// The reserved member names of the toolkit's own bodies and users.
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
    column: &'static str,
    kind: ColumnKind,
    schema: FieldSchema,
    max: Option<usize>,
    registration: bool,
    owner: bool,
    admin: bool,
    hidden: bool,
    unique: bool,
}

impl ColumnSpec {
    /// The longest text of a column without its own limit, in Unicode code points.
    pub const DEFAULT_MAX: usize = 255;

    /// The longest text of a unique column, in Unicode code points: every SQL engine can index it.
    pub const UNIQUE_MAX: usize = 768;

    /// Declares a column with the bounds of its type. No request may write it, and clients see it.
    ///
    /// # Panics
    ///
    /// If the toolkit has a member called `json`. In a declaration that is a compile error.
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
            column: name,
            kind: T::COLUMN,
            schema: if T::OPTIONAL {
                schema.optional().nullable()
            } else {
                schema
            },
            max,
            registration: false,
            owner: false,
            admin: false,
            hidden: false,
            unique: false,
        }
    }

    /// Allows the column in a registration.
    #[must_use]
    pub const fn register(mut self) -> Self {
        self.registration = true;
        self
    }

    /// Allows a user to change its own column.
    #[must_use]
    pub const fn owner(mut self) -> Self {
        self.owner = true;
        self
    }

    /// Allows an administrator to change the column of every user.
    #[must_use]
    pub const fn admin(mut self) -> Self {
        self.admin = true;
        self
    }

    /// Sets the name in the storage.
    #[must_use]
    pub const fn column(mut self, column: &'static str) -> Self {
        self.column = column;
        self
    }

    /// Hides the column from clients.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Requires different values for all users.
    ///
    /// # Panics
    ///
    /// If the column is a text that may be longer than [`UNIQUE_MAX`](Self::UNIQUE_MAX).
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self.schema = self.schema.unique();
        self.checked()
    }

    /// Limits the length of a text, in Unicode code points.
    ///
    /// # Panics
    ///
    /// If the column is not a text, or is unique and may be longer than
    /// [`UNIQUE_MAX`](Self::UNIQUE_MAX).
    #[must_use]
    pub const fn length(mut self, length: RangeInclusive<usize>) -> Self {
        assert!(
            matches!(self.schema.kind(), FieldKind::Text { .. }),
            "`length` bounds a text: a whole number has a `range`"
        );
        self.max = Some(*length.end());
        self.schema = self.schema.length(length);
        self.checked()
    }

    /// Limits a whole number.
    ///
    /// # Panics
    ///
    /// If the column is not a whole number.
    #[must_use]
    pub const fn range(mut self, range: RangeInclusive<i64>) -> Self {
        assert!(
            matches!(self.schema.kind(), FieldKind::Integer { .. }),
            "`range` bounds a whole number: a text has a `length`"
        );
        self.schema = self.schema.range(range);
        self
    }

    const fn checked(self) -> Self {
        let is_indexable = match self.max {
            Some(max) => max <= Self::UNIQUE_MAX,
            None => true,
        };
        assert!(
            is_indexable || !self.unique,
            "a unique text has at most 768 code points, so that every engine can index it"
        );
        self
    }

    /// Sets the sentence that documents the column.
    #[must_use]
    pub const fn describe(mut self, description: &'static str) -> Self {
        self.schema = self.schema.describe(description.trim_ascii());
        self
    }

    /// Returns the name in the struct.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the name in the storage.
    #[must_use]
    pub const fn column_name(&self) -> &'static str {
        self.column
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

    /// Returns whether an administrator may change the column.
    #[must_use]
    pub const fn is_administered(&self) -> bool {
        self.admin
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

    /// Returns the name for clients if the column must be unique and two users have the same value.
    #[must_use]
    pub fn duplicate<T: ColumnValue>(&self, one: &T, other: &T) -> Option<&'static str> {
        let (one, other) = (one.clone().into_data(), other.clone().into_data());
        let is_duplicate = self.unique && one != ColumnData::Null && one == other;
        is_duplicate.then_some(self.schema.name())
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

    /// Reads a change of the column by the user; an error is recorded in `fields`.
    ///
    /// `null` clears a column that may be without a value, and leaves any other column unchanged.
    pub fn read_change<T: ColumnValue>(&self, fields: &mut Fields) -> Option<T> {
        self.owner.then(|| self.read_if_present(fields)).flatten()
    }

    /// Reads a change of the column by an administrator; an error is recorded in `fields`.
    ///
    /// `null` clears a column that may be without a value, and leaves any other column unchanged.
    pub fn read_admin_change<T: ColumnValue>(&self, fields: &mut Fields) -> Option<T> {
        self.admin.then(|| self.read_if_present(fields)).flatten()
    }

    fn read_if_present<T: ColumnValue>(&self, fields: &mut Fields) -> Option<T> {
        if T::OPTIONAL {
            let is_present = fields.has(self.schema.name());
            return is_present
                .then(|| fields.read(&Field::<T>::of_schema(self.schema)))
                .flatten();
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
