//! Refuses values for which a type of user has no field.

use thiserror::Error;

use super::{AdminUpdate, AdminUpdateError, Privileges, RegisterError, Registration};
use crate::user::AuthUser;

/// A value was given for a field that users of this type do not have
/// ([`AuthUser::FIELDS`]): no storage can keep it. Or a user asked for another address, and no address can
/// be pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("users of this type have no field `{field}`")]
pub struct UnsupportedField {
    field: &'static str,
}

impl UnsupportedField {
    /// The address of a user that cannot be changed by its user.
    pub(super) const EMAIL: Self = Self { field: "email" };

    /// Returns the name of the field: `username`, `email`, `is_superuser` or `roles`.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }
}

const fn refuse_if(is_lost: bool, field: &'static str) -> Result<(), UnsupportedField> {
    if is_lost {
        Err(UnsupportedField { field })
    } else {
        Ok(())
    }
}

impl<U: AuthUser> Registration<U> {
    pub(super) fn check_fields(&self) -> Result<(), UnsupportedField> {
        let is_lost = self.username.is_some() && !U::FIELDS.usernames;
        refuse_if(is_lost, "username")
    }
}

impl Privileges {
    pub(super) fn check_fields<U: AuthUser>(&self) -> Result<(), UnsupportedField> {
        let (fields, gives_roles) = (U::FIELDS, !self.roles.is_empty());
        refuse_if(self.is_superuser && !fields.superusers, "is_superuser")?;
        refuse_if(gives_roles && !fields.roles, "roles")
    }
}

impl<U: AuthUser> AdminUpdate<U> {
    /// Empty roles and `false` are accepted: users without these fields have these values.
    pub(super) fn check_fields(&self) -> Result<(), UnsupportedField> {
        let roles = self.roles.as_ref();
        let gives_roles = roles.is_some_and(|roles| !roles.is_empty());
        let (fields, is_superuser) = (U::FIELDS, self.is_superuser == Some(true));
        refuse_if(is_superuser && !fields.superusers, "is_superuser")?;
        refuse_if(gives_roles && !fields.roles, "roles")
    }
}

impl From<UnsupportedField> for RegisterError {
    fn from(error: UnsupportedField) -> Self {
        Self::Unsupported(error)
    }
}

impl From<UnsupportedField> for AdminUpdateError {
    fn from(error: UnsupportedField) -> Self {
        Self::Unsupported(error)
    }
}
