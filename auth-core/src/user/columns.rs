//! The application's own columns: how requests write them and how replies show them.

use std::fmt::Debug;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::http::{FieldSchema, Fields};

/// The columns that an application adds to its users: what registration and self-service accept.
///
/// The values are typed; nothing is passed as an untyped map. A member that neither the toolkit nor
/// these methods read is refused as unknown, so [`UserColumns::read_change`] protects a column by not
/// reading it.
///
/// # Examples
///
/// ```
/// use auth_core::http::{Field, FieldSchema};
/// use auth_core::{Fields, UserColumns};
///
/// const DISPLAY_NAME: Field<String> = Field::new("display_name").length(1..=80);
/// const NEW_NAME: Field<Option<String>> = Field::new("display_name").length(1..=80);
///
/// #[derive(Debug)]
/// struct ProfileColumns;
///
/// #[derive(Debug, Clone)]
/// struct NewProfile {
///     display_name: String,
/// }
///
/// #[derive(Debug, Clone, Default)]
/// struct ProfileChange {
///     display_name: Option<String>,
/// }
///
/// impl UserColumns for ProfileColumns {
///     type New = NewProfile;
///     type Change = ProfileChange;
///
///     fn read_new(fields: &mut Fields) -> Option<NewProfile> {
///         Some(NewProfile { display_name: fields.read(&DISPLAY_NAME)? })
///     }
///     fn read_change(fields: &mut Fields) -> ProfileChange {
///         ProfileChange { display_name: fields.read(&NEW_NAME).flatten() }
///     }
///     fn new_schema() -> Vec<FieldSchema> {
///         vec![*DISPLAY_NAME.schema()]
///     }
///     fn change_schema() -> Vec<FieldSchema> {
///         vec![*NEW_NAME.schema()]
///     }
///     fn shown_schema() -> Vec<FieldSchema> {
///         vec![*DISPLAY_NAME.schema()]
///     }
///     fn is_unchanged(change: &ProfileChange) -> bool {
///         change.display_name.is_none()
///     }
/// }
/// ```
pub trait UserColumns: Send + Sync + 'static {
    /// The columns of a new user.
    type New: Clone + Debug + Send + Sync + 'static;
    /// The changes of a user to its columns; the default changes nothing.
    type Change: Clone + Debug + Default + Send + Sync + 'static;

    /// Reads the columns from the body of a registration. Errors are recorded in `fields`; `None`
    /// means that a column is missing. `None` without an error is a mistake of the application, and is
    /// answered with 500.
    fn read_new(fields: &mut Fields) -> Option<Self::New>;

    /// Reads the changes of a user to its own columns. Errors are recorded in `fields`.
    fn read_change(fields: &mut Fields) -> Self::Change;

    /// Reads the changes of an administrator to a user's own columns. Errors are recorded in `fields`.
    ///
    /// The default reads nothing, so an administrator changes no own column.
    fn read_admin_change(fields: &mut Fields) -> Self::Change {
        let _ = fields;
        Self::Change::default()
    }

    /// Returns whether a change is empty.
    fn is_unchanged(change: &Self::Change) -> bool;

    /// Returns the schema of the members that [`read_new`](Self::read_new) reads, for the document of
    /// the HTTP API, and for rules that depend on unique members. `AuthBuilder::build` calls the reading
    /// methods with an empty body, and refuses columns that read a member without a schema.
    #[must_use]
    fn new_schema() -> Vec<FieldSchema> {
        Vec::new()
    }

    /// Returns the schema of the members that [`read_change`](Self::read_change) reads.
    #[must_use]
    fn change_schema() -> Vec<FieldSchema> {
        Vec::new()
    }

    /// Returns the schema of the members that [`read_admin_change`](Self::read_admin_change) reads.
    #[must_use]
    fn admin_schema() -> Vec<FieldSchema> {
        Vec::new()
    }

    /// Returns the schema of the columns that clients see
    /// ([`AuthUser::show_columns`](super::AuthUser::show_columns)).
    #[must_use]
    fn shown_schema() -> Vec<FieldSchema> {
        Vec::new()
    }
}

/// Returns the members that columns read and do not declare, each with the method that lacks its schema.
pub(crate) fn undeclared_members<C: UserColumns>() -> Vec<(&'static str, String)> {
    let undeclared = |method: &'static str, read: Vec<String>, declared: Vec<FieldSchema>| {
        let is_declared = move |name: &String| declared.iter().any(|it| it.name() == name);
        let read = read.into_iter().filter(move |name| !is_declared(name));
        read.map(move |name| (method, name))
    };
    let new = Fields::probe(C::read_new);
    let change = Fields::probe(C::read_change);
    let admin = Fields::probe(C::read_admin_change);
    undeclared("new_schema", new, C::new_schema())
        .chain(undeclared("change_schema", change, C::change_schema()))
        .chain(undeclared("admin_schema", admin, C::admin_schema()))
        .collect()
}

/// The own columns of a new user `U`.
pub type NewColumns<U> = <<U as super::AuthUser>::Columns as UserColumns>::New;

/// A change to the own columns of a user `U`.
pub type ColumnChange<U> = <<U as super::AuthUser>::Columns as UserColumns>::Change;

/// No columns in addition to the toolkit's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoColumns;

impl UserColumns for NoColumns {
    type New = Self;
    type Change = Self;

    fn read_new(_: &mut Fields) -> Option<Self> {
        Some(Self)
    }
    fn read_change(_: &mut Fields) -> Self {
        Self
    }
    fn is_unchanged(_: &Self) -> bool {
        true
    }
}

/// The application's public columns for the JSON of a user.
#[derive(Debug, Default)]
pub struct ShownColumns(Map<String, Value>);

impl ShownColumns {
    /// Shows one column. A value that has no JSON form (for example, a map whose keys are not strings)
    /// is left out.
    ///
    /// ```
    /// let mut shown = auth_core::ShownColumns::default();
    /// shown.show("display_name", &"Ada");
    /// ```
    pub fn show<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.insert(name.to_owned(), value);
        }
    }

    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.0
    }
}
