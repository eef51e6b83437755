//! The bundled user, for applications without their own.

use std::fmt;

use time::OffsetDateTime;
use uuid::Uuid;

use super::account::accessors;
use super::{Account, AuthUser, EmailAddress, Epoch, NoColumns, Roles, Username};
use crate::password::PasswordHash;

/// The toolkit's own user, with a UUID of version 7 as its key.
///
/// It deliberately has no `Serialize`: the JSON for clients is defined in one place, without the
/// password hash.
///
/// # Examples
///
/// ```
/// use auth_core::User;
///
/// fn greeting(user: &User) -> String {
///     format!("Welcome, {}!", user.email())
/// }
/// ```
#[derive(Clone)]
pub struct User {
    /// The key.
    pub id: Uuid,
    /// The account of the user; the methods below return its fields.
    pub account: Account,
}

impl User {
    accessors!();

    /// Returns the user for a new row, with a key made from its time of creation.
    #[must_use]
    pub fn from_new(new: crate::store::NewUser<Self>) -> Self {
        let id = time_ordered_id(new.created_at);
        let (account, NoColumns) = new.into_parts();
        Self { id, account }
    }

    /// Applies a change to this copy, as a store does to its row.
    pub fn apply(&mut self, change: crate::store::UserChange<Self>) {
        let NoColumns = change.apply_to(&mut self.account);
    }
}

/// Returns a new key for a user created at this time: a UUID of version 7 (RFC 9562 §5.7), so that
/// keys sort by creation.
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
    fn account(&self) -> &Account {
        &self.account
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("account", &self.account)
            .finish()
    }
}
