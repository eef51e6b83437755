//! The user traits of the toolkit, and the bundled user.

mod account;
mod account_fields;
mod account_names;
mod bundled;
mod column;
mod column_spec;
mod columns;
mod declare;
mod email;
mod roles;
mod username;

pub use account::{Account, InvalidStoredUser, StoredAccount};
pub use account_fields::AccountFields;
pub use account_names::AccountNames;
pub use bundled::{User, time_ordered_id};
pub use column::{ColumnData, ColumnKind, ColumnValue, TextColumn};
pub use column_spec::ColumnSpec;
pub(crate) use columns::undeclared_members;
pub use columns::{ColumnChange, NewColumns, NoColumns, ShownColumns, UserColumns};
pub use declare::DeclaredUser;
pub use email::{
    EmailAddress, EmailAudit, EmailCollision, EmailPrefix, EmailRewrite, InvalidEmail,
    InvalidEmailPrefix,
};
pub use roles::{InvalidRole, Role, Roles};
pub use username::{InvalidUsername, Username};

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::{FieldKind, FieldType};
use crate::password::PasswordHash;

/// The type of a user's key.
///
/// Implemented for `Uuid`, `String` and whole numbers. `Display` and `FromStr` of a type must agree
/// (`id.to_string().parse() == Ok(id)`), because the key travels as text in tokens and paths.
///
/// # Examples
///
/// A type of the application needs no method:
///
/// ```
/// use auth_core::UserId;
/// use std::{fmt, num::ParseIntError, str::FromStr};
///
/// #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
/// struct CustomerId(i64);
///
/// impl UserId for CustomerId {}
///
/// impl fmt::Display for CustomerId {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         self.0.fmt(f)
///     }
/// }
/// impl FromStr for CustomerId {
///     type Err = ParseIntError;
///     fn from_str(text: &str) -> Result<Self, ParseIntError> {
///         text.parse().map(Self)
///     }
/// }
/// ```
pub trait UserId:
    Clone + Debug + Display + Eq + FromStr + Hash + Ord + Send + Sync + 'static
{
    /// The type of [`to_json`](Self::to_json), for the document of the HTTP API. A type that overrides
    /// one overrides the other.
    const JSON_KIND: FieldKind = FieldKind::text(1..=1024);

    /// Returns the JSON form, which clients see: the text of the key by default.
    ///
    /// Whole numbers of the standard library are JSON numbers. A client in JavaScript reads numbers
    /// up to 2^53 exactly; a type with larger keys keeps the text.
    fn to_json(&self) -> serde_json::Value {
        serde_json::Value::String(self.to_string())
    }

    /// Returns the key of a new user, for stores in memory. `last` is the greatest existing key. `None` if the type
    /// cannot make keys.
    #[must_use]
    fn generate(created_at: OffsetDateTime, last: Option<&Self>) -> Option<Self> {
        let _ = (created_at, last);
        None
    }
}

/// Returns a key of [`time_ordered_id`].
impl UserId for Uuid {
    const JSON_KIND: FieldKind = <Self as FieldType>::KIND;

    fn generate(created_at: OffsetDateTime, _: Option<&Self>) -> Option<Self> {
        Some(time_ordered_id(created_at))
    }
}

/// Returns the text of [`time_ordered_id`].
impl UserId for String {
    fn generate(created_at: OffsetDateTime, _: Option<&Self>) -> Option<Self> {
        Some(time_ordered_id(created_at).to_string())
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        /// Returns the next number; the first is 1.
        impl UserId for $number {
            const JSON_KIND: FieldKind = FieldKind::integer(i64::MIN..=i64::MAX);

            fn to_json(&self) -> serde_json::Value {
                (*self).into()
            }
            fn generate(_: OffsetDateTime, last: Option<&Self>) -> Option<Self> {
                last.map_or(Some(1), |last| last.checked_add(1))
            }
        }
    )+};
}

numbers!(i32, i64, u32, u64);

/// A counter on the user that every token carries.
///
/// It grows when the password or the e-mail address changes and when the user is deactivated; all tokens and sessions
/// with an older value are invalid from then on. A re-hash at login does not change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Epoch(i64);

impl Epoch {
    /// The epoch of a new user.
    pub const FIRST: Self = Self(0);

    /// Returns the epoch of a stored number.
    #[must_use]
    pub const fn from_i64(value: i64) -> Self {
        Self(value)
    }

    /// Returns the number to store.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// Returns the next epoch.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    /// Returns the previous epoch.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.wrapping_sub(1))
    }
}

/// The application's user: a key, an [`Account`], and columns of the application.
///
/// The bundled [`User`] implements it. An application with its own struct puts an [`Account`] into it and returns key
/// and account; every other method has a default.
///
/// # Examples
///
/// ```
/// use auth_core::{Account, AuthUser, NoColumns};
///
/// #[derive(Clone)]
/// struct Customer {
///     number: i64,
///     account: Account,
/// }
///
/// impl AuthUser for Customer {
///     type Id = i64;
///     type Columns = NoColumns;
///
///     fn id(&self) -> &i64 {
///         &self.number
///     }
///     fn account(&self) -> &Account {
///         &self.account
///     }
/// }
/// ```
///
/// # Overriding
///
/// The toolkit reads an account only through the methods below. An application may therefore override one, to derive
/// it from one of its columns:
///
/// ```
/// # use auth_core::{Account, AuthUser, NoColumns};
/// # #[derive(Clone)]
/// # struct Customer { number: i64, account: Account, is_blocked: bool }
/// # impl AuthUser for Customer {
/// #     type Id = i64;
/// #     type Columns = NoColumns;
/// #     fn id(&self) -> &i64 { &self.number }
/// #     fn account(&self) -> &Account { &self.account }
/// fn is_active(&self) -> bool {
///     self.account.is_active && !self.is_blocked
/// }
/// # }
/// ```
pub trait AuthUser: Clone + Send + Sync + 'static {
    /// The type of the key.
    type Id: UserId;
    /// The application's own columns; [`NoColumns`] if it has none.
    type Columns: UserColumns;

    /// The optional fields of [`Account`] that these users have.
    const FIELDS: AccountFields = AccountFields::all();

    /// Returns the key, which is never given to another user.
    fn id(&self) -> &Self::Id;

    /// Returns the account of the user.
    fn account(&self) -> &Account;

    /// Adds the application's public columns to the JSON that clients see of this user.
    fn show_columns(&self, shown: &mut ShownColumns) {
        let _ = shown;
    }

    /// Returns the e-mail address.
    fn email(&self) -> &EmailAddress {
        &self.account().email
    }
    /// Returns the address that the user asked for and has not proven yet.
    fn pending_email(&self) -> Option<&EmailAddress> {
        self.account().pending_email.as_ref()
    }
    /// Returns the user name, if the user has one.
    fn username(&self) -> Option<&Username> {
        self.account().username.as_ref()
    }
    /// Returns the stored password hash; `None` for an account without a password.
    fn password_hash(&self) -> Option<&PasswordHash> {
        self.account().password_hash.as_ref()
    }
    /// Returns whether the account may be used. An inactive user is anonymous to every guard.
    fn is_active(&self) -> bool {
        self.account().is_active
    }
    /// Returns whether the e-mail address was verified.
    fn is_verified(&self) -> bool {
        self.account().is_verified
    }
    /// Returns whether the user may administer other users.
    fn is_superuser(&self) -> bool {
        self.account().is_superuser
    }
    /// Returns the roles.
    fn roles(&self) -> &Roles {
        &self.account().roles
    }
    /// Returns the credential version, which ends older tokens and sessions when it grows.
    fn epoch(&self) -> Epoch {
        self.account().epoch
    }
}
