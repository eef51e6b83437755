//! The bundled user, for applications that bring none of their own.

use std::fmt;

use time::OffsetDateTime;
use uuid::Uuid;

use super::{AuthUser, Epoch, NoColumns};
use crate::password::PasswordHash;
use crate::user::EmailAddress;
use crate::user::Roles;
use crate::user::Username;

/// The toolkit's own user, keyed by a UUID of version 7.
///
/// It deliberately has no `Serialize`: what clients see of a user is decided in one place, and the
/// password hash is not among it.
#[derive(Clone)]
pub struct User {
    /// The key.
    pub id: Uuid,
    /// The address, unique.
    pub email: EmailAddress,
    /// The user name, unique where there is one.
    pub username: Option<Username>,
    /// The stored password hash.
    pub password_hash: Option<PasswordHash>,
    /// Whether the account may be used.
    pub is_active: bool,
    /// Whether the address has been proven.
    pub is_verified: bool,
    /// Whether the user may administer others.
    pub is_superuser: bool,
    /// The roles.
    pub roles: Roles,
    /// The counter that ends tokens.
    pub epoch: Epoch,
    /// When the account was made.
    pub created_at: OffsetDateTime,
}

impl User {
    /// The user that a new row becomes, with a key made from its time of creation.
    #[must_use]
    pub fn from_new(new: crate::store::NewUser<Self>) -> Self {
        let crate::store::NewUser {
            email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            created_at,
            columns: NoColumns,
        } = new;
        Self {
            id: time_ordered_id(created_at),
            email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            epoch: Epoch::FIRST,
            created_at,
        }
    }

    /// Applies a change to this copy, as a store does to its row.
    pub fn apply(&mut self, change: crate::store::UserChange<Self>) {
        let crate::store::UserChange {
            email,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            bump_epoch,
            keep_session: _,
            columns: NoColumns,
        } = change;
        set(&mut self.email, email);
        set(&mut self.is_active, is_active);
        set(&mut self.is_verified, is_verified);
        set(&mut self.is_superuser, is_superuser);
        set(&mut self.roles, roles);
        if password_hash.is_some() {
            self.password_hash = password_hash;
        }
        if bump_epoch {
            self.epoch = self.epoch.next();
        }
    }
}

fn set<T>(column: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *column = value;
    }
}

/// A new key for a user who is made at this time: a UUID of version 7 (RFC 9562 §5.7), so that keys
/// sort by creation.
///
/// # Examples
///
/// ```
/// use time::macros::datetime;
///
/// let earlier = auth_core::time_ordered_id(datetime!(2026-01-01 00:00 UTC));
/// let later = auth_core::time_ordered_id(datetime!(2026-01-02 00:00 UTC));
/// assert!(earlier < later);
/// ```
#[must_use]
pub fn time_ordered_id(at: OffsetDateTime) -> Uuid {
    let seconds = u64::try_from(at.unix_timestamp()).unwrap_or(0);
    let context = uuid::timestamp::context::NoContext;
    Uuid::new_v7(uuid::Timestamp::from_unix(
        context,
        seconds,
        at.nanosecond(),
    ))
}

impl AuthUser for User {
    type Id = Uuid;
    type Columns = NoColumns;

    fn id(&self) -> &Uuid {
        &self.id
    }
    fn email(&self) -> &EmailAddress {
        &self.email
    }
    fn password_hash(&self) -> Option<&PasswordHash> {
        self.password_hash.as_ref()
    }
    fn is_active(&self) -> bool {
        self.is_active
    }
    fn is_verified(&self) -> bool {
        self.is_verified
    }
    fn epoch(&self) -> Epoch {
        self.epoch
    }
    fn is_superuser(&self) -> bool {
        self.is_superuser
    }
    fn username(&self) -> Option<&Username> {
        self.username.as_ref()
    }
    fn roles(&self) -> &Roles {
        &self.roles
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("email", &self.email)
            .field("is_active", &self.is_active)
            .field("is_verified", &self.is_verified)
            .field("is_superuser", &self.is_superuser)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}
