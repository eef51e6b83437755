//! The application's own user in the application's own table.
//!
//! An application says which columns of its `table!` hold what the toolkit keeps, which columns are
//! its own, and how its struct is made of them. That is all: the same mapping serves every engine,
//! and the bundled [`User`](auth_core::User) is mapped by the same trait.

mod account;
mod bundled;
mod column;
mod declared;
mod key;
mod own;
mod plan;

pub(crate) use column::Codec;
pub use column::{ColumnType, TextColumn};
pub use declared::{DeclaredColumns, DeclaredTable};
pub(crate) use key::MAX_TEXT_KEY;
pub use key::SqlKey;
pub use own::OwnColumns;
#[cfg(test)]
pub(crate) use own::sealed::Tuple;
pub(crate) use plan::{Plan, key_of, key_of_value, key_value};

use std::marker::PhantomData;

use auth_core::user::{AccountNames, DeclaredUser};
use auth_core::{Account, AuthUser, BoxError, ColumnChange, NewColumns};
use diesel::Column;
use diesel::sql_types::{BigInt, Bool, Text};
use time::OffsetDateTime;

/// A user that [`DieselStore`](crate::DieselStore) keeps in a table of the application's.
///
/// # Examples
///
/// A table with a key of its own kind, two columns under other names, and two columns more:
///
/// ```
/// use auth_core::http::{Field, FieldSchema};
/// use auth_core::{Account, AccountFields, AuthUser, BoxError, Fields, UserColumns};
/// use auth_diesel::{AccountColumns, OwnChanges, OwnValues, SqlUser, UserTable};
///
/// diesel::table! {
///     customers (number) {
///         number -> BigInt,
///         email -> Text,
///         password_digest -> Nullable<Text>,
///         enabled -> Bool,
///         is_verified -> Bool,
///         epoch -> BigInt,
///         display_name -> Text,
///         locale -> Nullable<Text>,
///     }
/// }
///
/// #[derive(Clone)]
/// struct Customer {
///     number: i64,
///     account: Account,
///     display_name: String,
///     locale: Option<String>,
/// }
///
/// impl SqlUser for Customer {
///     type Own = (customers::display_name, customers::locale);
///
///     fn table() -> UserTable<Self> {
///         UserTable::new("customers", AccountColumns {
///             key: customers::number,
///             email: customers::email,
///             password_hash: customers::password_digest,
///             is_active: customers::enabled,
///             is_verified: customers::is_verified,
///             epoch: customers::epoch,
///         })
///     }
///     fn from_row(number: i64, account: Account, own: OwnValues<Self>) -> Result<Self, BoxError> {
///         let (display_name, locale) = own;
///         Ok(Self { number, account, display_name, locale })
///     }
///     fn new_columns(new: Profile) -> OwnValues<Self> {
///         (new.display_name, None)
///     }
///     fn changed_columns(change: ProfileChange) -> OwnChanges<Self> {
///         (change.display_name, change.locale.map(Some))
///     }
/// }
/// # impl AuthUser for Customer {
/// #     type Id = i64;
/// #     type Columns = CustomerColumns;
/// #     // The table has no columns for the other fields.
/// #     const FIELDS: AccountFields = AccountFields::all()
/// #         .without_usernames().without_pending_emails().without_superusers().without_roles()
/// #         .without_created_at();
/// #     fn id(&self) -> &i64 { &self.number }
/// #     fn account(&self) -> &Account { &self.account }
/// # }
/// # struct CustomerColumns;
/// # const NAME: Field<String> = Field::new("display_name").length(1..=80);
/// # const NEW_NAME: Field<Option<String>> = Field::new("display_name").length(1..=80);
/// # const LOCALE: Field<Option<String>> = Field::new("locale").length(2..=35);
/// # #[derive(Debug, Clone)]
/// # struct Profile { display_name: String }
/// # #[derive(Debug, Clone, Default)]
/// # struct ProfileChange { display_name: Option<String>, locale: Option<String> }
/// # impl UserColumns for CustomerColumns {
/// #     type New = Profile;
/// #     type Change = ProfileChange;
/// #     fn read_new(fields: &mut Fields) -> Option<Profile> {
/// #         Some(Profile { display_name: fields.read(&NAME)? })
/// #     }
/// #     fn read_change(fields: &mut Fields) -> ProfileChange {
/// #         ProfileChange {
/// #             display_name: fields.read(&NEW_NAME).flatten(),
/// #             locale: fields.read(&LOCALE).flatten(),
/// #         }
/// #     }
/// #     fn new_schema() -> Vec<FieldSchema> {
/// #         vec![*NAME.schema()]
/// #     }
/// #     fn change_schema() -> Vec<FieldSchema> {
/// #         vec![*NEW_NAME.schema(), *LOCALE.schema()]
/// #     }
/// #     fn is_unchanged(change: &ProfileChange) -> bool {
/// #         change.display_name.is_none() && change.locale.is_none()
/// #     }
/// # }
/// ```
pub trait SqlUser: AuthUser<Id: SqlKey> {
    /// The application's own columns, as a tuple of up to thirteen columns of its `table!`; `()` where
    /// it has none.
    type Own: OwnColumns;

    /// The table, and which of its columns hold what the toolkit keeps.
    fn table() -> UserTable<Self>;

    /// The user of a row. An error says that the row holds what the application never wrote; it
    /// goes to the log, and clients see 503.
    ///
    /// # Errors
    ///
    /// Whatever the application finds wrong with a stored row.
    fn from_row(key: Self::Id, account: Account, own: OwnValues<Self>) -> Result<Self, BoxError>;

    /// What a new row has in the own columns.
    fn new_columns(new: NewColumns<Self>) -> OwnValues<Self>;

    /// What a change writes to the own columns: `None` leaves a column as it is.
    fn changed_columns(change: ColumnChange<Self>) -> OwnChanges<Self>;
}

/// The values of the own columns of a user `U`: a tuple like `(String, Option<String>)`.
pub type OwnValues<U> = <<U as SqlUser>::Own as OwnColumns>::Values;

/// A change to the own columns of a user `U`: a tuple like
/// `(Option<String>, Option<Option<String>>)`, where `None` leaves a column as it is.
pub type OwnChanges<U> = <<U as SqlUser>::Own as OwnColumns>::Changes;

/// The columns that every table of users has, whatever they are called. The compiler checks that
/// they have the types that they must have.
#[derive(Debug, Clone, Copy)]
pub struct AccountColumns<Key, Email, PasswordHash, IsActive, IsVerified, Epoch> {
    /// The primary key.
    pub key: Key,
    /// The address: text with a unique index, compared byte for byte. In MySQL that takes a binary
    /// collation, or `É` and `e` would be one letter.
    pub email: Email,
    /// The password hash: text, `NULL` for an account without a password.
    pub password_hash: PasswordHash,
    /// Whether the account may be used.
    pub is_active: IsActive,
    /// Whether the address has been proven.
    pub is_verified: IsVerified,
    /// The counter that ends tokens; 0 for rows that were there before.
    pub epoch: Epoch,
}

/// A table of users and the names of its columns.
///
/// Users of this table cannot have a field without a column: [`AuthUser::FIELDS`] must leave the field out,
/// or `AuthBuilder::build` is an error. A request with a value for the field is then 422, and the store
/// returns an error instead of losing a value.
#[derive(Debug, Clone)]
#[must_use]
pub struct UserTable<U> {
    name: &'static str,
    key: &'static str,
    email: &'static str,
    password_hash: &'static str,
    is_active: &'static str,
    is_verified: &'static str,
    epoch: &'static str,
    username: Option<&'static str>,
    pending_email: Option<&'static str>,
    is_superuser: Option<&'static str>,
    roles: Option<&'static str>,
    created_at: Option<&'static str>,
    user: PhantomData<fn() -> U>,
}

impl<U: SqlUser> UserTable<U> {
    /// The table of this name, in another schema as `schema.name`.
    pub fn new<Key, Email, PasswordHash, IsActive, IsVerified, Epoch>(
        name: &'static str,
        _: AccountColumns<Key, Email, PasswordHash, IsActive, IsVerified, Epoch>,
    ) -> Self
    where
        Key: Column<SqlType = <U::Id as SqlKey>::SqlType>,
        Email: Column<Table = Key::Table, SqlType = Text>,
        PasswordHash: Column<Table = Key::Table, SqlType: TextColumn>,
        IsActive: Column<Table = Key::Table, SqlType = Bool>,
        IsVerified: Column<Table = Key::Table, SqlType = Bool>,
        Epoch: Column<Table = Key::Table, SqlType = BigInt>,
    {
        Self {
            name,
            key: Key::NAME,
            email: Email::NAME,
            password_hash: PasswordHash::NAME,
            is_active: IsActive::NAME,
            is_verified: IsVerified::NAME,
            epoch: Epoch::NAME,
            username: None,
            pending_email: None,
            is_superuser: None,
            roles: None,
            created_at: None,
            user: PhantomData,
        }
    }

    /// The table of a declared user.
    fn declared(name: &'static str, key: &'static str, account: AccountNames) -> Self
    where
        U: DeclaredUser,
    {
        let fields = U::FIELDS;
        Self {
            name,
            key,
            email: account.email,
            password_hash: account.password_hash,
            is_active: account.is_active,
            is_verified: account.is_verified,
            epoch: account.epoch,
            username: fields.usernames.then_some(account.username),
            pending_email: fields.pending_emails.then_some(account.pending_email),
            is_superuser: fields.superusers.then_some(account.is_superuser),
            roles: fields.roles.then_some(account.roles),
            created_at: fields.created_at.then_some(account.created_at),
            user: PhantomData,
        }
    }

    /// The user name: text with a unique index, compared byte for byte.
    pub fn username<C: Column<SqlType: TextColumn>>(mut self, _: C) -> Self {
        self.username = Some(C::NAME);
        self
    }

    /// The address that the user asked for and has not proven yet: text without a unique index, compared
    /// byte for byte; `NULL` for none. Without this column users cannot change their own addresses, and
    /// [`AuthUser::FIELDS`] says so ([`without_pending_emails`]).
    ///
    /// [`without_pending_emails`]: auth_core::AccountFields::without_pending_emails
    pub fn pending_email<C: Column<SqlType: TextColumn>>(mut self, _: C) -> Self {
        self.pending_email = Some(C::NAME);
        self
    }

    /// Whether the user may administer others.
    pub fn is_superuser<C: Column<SqlType = Bool>>(mut self, _: C) -> Self {
        self.is_superuser = Some(C::NAME);
        self
    }

    /// The roles: text, a JSON array of names.
    pub fn roles<C: Column<SqlType = Text>>(mut self, _: C) -> Self {
        self.roles = Some(C::NAME);
        self
    }

    /// When the account was made.
    pub fn created_at<C>(mut self, _: C) -> Self
    where
        C: Column<SqlType: ColumnType<Value = OffsetDateTime>>,
    {
        self.created_at = Some(C::NAME);
        self
    }
}
