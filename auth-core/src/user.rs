//! What the toolkit needs to know of a user, and the bundled user.

mod bundled;
mod columns;
mod email;
mod roles;
pub(crate) mod text;
mod username;

pub use bundled::{User, time_ordered_id};
pub use columns::{ColumnChange, NewColumns, NoColumns, ShownColumns, UserColumns};
pub use email::{EmailAddress, InvalidEmail};
pub use roles::{InvalidRole, Role, Roles};
pub use username::{InvalidUsername, Username};

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use crate::password::PasswordHash;

/// What identifies a user: anything that prints, parses back and compares.
///
/// Implemented for every type with these traits: `uuid::Uuid`, `i64`, a newtype of yours.
/// `Display` and `FromStr` must agree (`id.to_string().parse() == Ok(id)`), because the id travels
/// as text in tokens and paths.
pub trait UserId:
    Clone + Debug + Display + Eq + FromStr + Hash + Ord + Send + Sync + 'static
{
}

impl<T> UserId for T where
    T: Clone + Debug + Display + Eq + FromStr + Hash + Ord + Send + Sync + 'static
{
}

/// A counter on the user that every token carries.
///
/// It grows when the password or the e-mail address changes and when the user is deactivated;
/// whatever carries an older value is dead from that moment, all of it at once. A re-hash at login does not touch it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Epoch(i64);

impl Epoch {
    /// The epoch of a new user.
    pub const FIRST: Self = Self(0);

    /// From a stored number.
    #[must_use]
    pub const fn from_i64(value: i64) -> Self {
        Self(value)
    }

    /// The number to store.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// The epoch after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    /// The epoch before this one.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.wrapping_sub(1))
    }
}

/// The application's user, as far as accounts are concerned: a handful of accessors.
///
/// The bundled [`User`] implements it. An application with a struct of its own implements it in a
/// few lines; what it does not have (user name, roles, superusers) keeps its default.
///
/// # Examples
///
/// ```
/// use auth_core::{AuthUser, EmailAddress, Epoch, NoColumns, PasswordHash};
///
/// #[derive(Clone)]
/// struct Customer {
///     number: i64,
///     email: EmailAddress,
///     hash: Option<PasswordHash>,
///     active: bool,
///     verified: bool,
///     epoch: i64,
/// }
///
/// impl AuthUser for Customer {
///     type Id = i64;
///     type Columns = NoColumns;
///
///     fn id(&self) -> &i64 { &self.number }
///     fn email(&self) -> &EmailAddress { &self.email }
///     fn password_hash(&self) -> Option<&PasswordHash> { self.hash.as_ref() }
///     fn is_active(&self) -> bool { self.active }
///     fn is_verified(&self) -> bool { self.verified }
///     fn epoch(&self) -> Epoch { Epoch::from_i64(self.epoch) }
/// }
/// ```
pub trait AuthUser: Clone + Send + Sync + 'static {
    /// The type of the key.
    type Id: UserId;
    /// The application's own columns; [`NoColumns`] where it has none.
    type Columns: UserColumns;

    /// The key: never reused for another person.
    fn id(&self) -> &Self::Id;
    /// The address, in its stored form.
    fn email(&self) -> &EmailAddress;
    /// The stored password hash; `None` for an account that has no password (yet).
    fn password_hash(&self) -> Option<&PasswordHash>;
    /// Whether the account may be used at all. An inactive user is anonymous to every guard.
    fn is_active(&self) -> bool;
    /// Whether the address has been proven.
    fn is_verified(&self) -> bool;
    /// The counter that ends tokens.
    fn epoch(&self) -> Epoch;

    /// Whether the user may administer other users.
    fn is_superuser(&self) -> bool {
        false
    }
    /// The user name, where the application has one.
    fn username(&self) -> Option<&Username> {
        None
    }
    /// The roles, where the application has some.
    fn roles(&self) -> &Roles {
        const NONE: &Roles = &Roles::none();
        NONE
    }
    /// Adds the application's public columns to the JSON that clients see of this user.
    fn show_columns(&self, shown: &mut ShownColumns) {
        let _ = shown;
    }
}
