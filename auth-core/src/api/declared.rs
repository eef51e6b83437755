//! Bodies that are declared once: parsing, field errors and the schema follow.

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::auth::LoginBy;
use crate::backend::Backend;
use crate::http::{FieldErrorCode, FieldKind, FieldSchema, FieldType, Fields, TextFormat};
use crate::password::Password;
use crate::transport::CredentialSource;
use crate::user::{AccountFields, AuthUser};

/// The settings that bounds of members follow from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyRules {
    pub(crate) login_by: LoginBy,
    /// The smallest length of a new password, in code points.
    pub(crate) shortest_password: usize,
    /// The optional fields that users have.
    pub(crate) fields: AccountFields,
    /// Whether users may change their own addresses.
    pub(crate) changes_email: bool,
    /// Whether the login is one of a browser, which the user may close.
    pub(crate) is_browser: bool,
}

impl BodyRules {
    /// Returns the rules for bodies of this backend.
    pub(crate) fn of_backend<U: AuthUser>(self, backend: &Backend<U>) -> Self {
        Self {
            is_browser: backend.transport().source() == CredentialSource::Cookie,
            ..self
        }
    }

    /// The length of a new password, in code points.
    pub(crate) fn new_password(&self) -> RangeInclusive<usize> {
        self.shortest_password..=Password::MAX
    }
}

/// A body that [`body!`] declares.
pub(crate) trait Body: Sized {
    /// The members.
    fn schema(rules: &BodyRules) -> Vec<FieldSchema>;

    /// Reads every member; `None` if one of them is wrong, which `fields` records.
    fn read(fields: &mut Fields, rules: &BodyRules) -> Option<Self>;
}

/// Declares a body as a struct. Each member has a type that implements
/// [`FieldType`](crate::http::FieldType), a comment that documents it, and, behind `=>`, what narrows it.
macro_rules! body {
    (
        $(#[doc = $about:literal])+
        $vis:vis struct $name:ident($rules:ident) {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty $(=> $narrow:expr)?,)+
        }
    ) => {
        $(#[doc = $about])+
        $vis struct $name {
            $($(#[doc = $doc])+ $vis $field: $type,)+
        }

        impl $crate::api::declared::Body for $name {
            fn schema(
                $rules: &$crate::api::declared::BodyRules,
            ) -> Vec<$crate::http::FieldSchema> {
                let _ = $rules;
                let mut schema = Vec::new();
                $(
                    let field = $crate::http::Field::<$type>::new(stringify!($field))
                        .describe(concat!($($doc),+));
                    $(let field = $crate::api::declared::narrowed(field, $narrow);)?
                    if field.is_accepted() {
                        schema.push(*field.schema());
                    }
                )+
                schema
            }

            fn read(
                fields: &mut $crate::http::Fields,
                $rules: &$crate::api::declared::BodyRules,
            ) -> Option<Self> {
                let _ = $rules;
                $(
                    let field = $crate::http::Field::<$type>::new(stringify!($field));
                    $(let field = $crate::api::declared::narrowed(field, $narrow);)?
                    let $field = fields.read(&field);
                )+
                Some(Self { $($field: $field?,)+ })
            }
        }
    };
}
pub(crate) use body;

/// Applies what narrows a member; it gives the closure its type.
pub(crate) fn narrowed<T>(
    field: crate::http::Field<T>,
    narrow: impl FnOnce(crate::http::Field<T>) -> crate::http::Field<T>,
) -> crate::http::Field<T> {
    narrow(field)
}

/// A token in a body: any text, which is never stored as it is. White space is left out: people paste tokens
/// from mails, which wrap lines.
pub(crate) struct BodyToken(pub(crate) String);

impl FieldType for BodyToken {
    const KIND: FieldKind = FieldKind::formatted(1..=2048, TextFormat::Plain);

    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        let value = match value {
            Value::String(text) => {
                Value::String(text.chars().filter(|c| !c.is_ascii_whitespace()).collect())
            }
            other => other,
        };
        kind.read_text(value).map(Self)
    }
}
