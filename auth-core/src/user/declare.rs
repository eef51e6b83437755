//! The macro that declares an application's own user and implements its traits.

mod options;

use super::{
    Account, AccountNames, AuthUser, ColumnChange, ColumnData, ColumnSpec, InvalidStoredUser,
    NewColumns,
};

/// A user that [`user!`](crate::user!) declared; a storage reads its own columns from the declarations.
pub trait DeclaredUser: AuthUser {
    /// The name of the key's column in a storage.
    const KEY: &'static str;

    /// The names of the account's columns in a storage.
    const ACCOUNT: AccountNames;

    /// Returns the own columns, in the order of the declaration.
    #[must_use]
    fn columns() -> &'static [ColumnSpec];

    /// Returns the stored values of the own columns of a new user.
    #[must_use]
    fn new_data(new: NewColumns<Self>) -> Vec<ColumnData>;

    /// Returns the stored values of a change; `None` leaves a column as it is.
    #[must_use]
    fn change_data(change: ColumnChange<Self>) -> Vec<Option<ColumnData>>;

    /// Returns the user of stored values.
    ///
    /// # Errors
    ///
    /// [`InvalidStoredUser`] if an own column has an invalid value.
    fn from_data(
        id: Self::Id,
        account: Account,
        data: Vec<ColumnData>,
    ) -> Result<Self, InvalidStoredUser>;
}

/// Declares a user of the application: its key, its account and its own columns.
///
/// The declaration generates the struct, the columns of a registration (`new`), a change of columns
/// (`change`), parsing with field errors, the schema, the JSON for clients, and the mapping to a
/// storage. `auth_diesel::user!` declares the table as well.
///
/// | option of a column | meaning |
/// | --- | --- |
/// | `register` | a registration may have it; required, unless it is an `Option` or has a default |
/// | `owner` | a user may change its own, by `PATCH U/me` |
/// | `admin` | an administrator may change that of every user, by `PATCH U/{id}` |
/// | `hidden` | clients do not see it |
/// | `unique` | no two users have the same value |
/// | `length = 1..=80` | bounds of a text, in Unicode code points; 0 to 255 without it |
/// | `range = 0..=150` | bounds of a whole number; those of its type without it |
/// | `json = "lang"` | its name in requests and replies |
/// | `column = "language"` | its name in a storage |
/// | `default = 7` | its value where a registration does not have it; `Default` without it |
///
/// Only the application writes a column without options, and clients see it. A request that names a
/// column it may not write is refused: 422, `unknown`. A value outside the bounds is 422 with the name
/// of the member, and so is the value of another user in a `unique` column (`taken`). In a change,
/// `null` clears an `Option`.
///
/// The account has options, too: `without_usernames`, `without_pending_emails`, `without_superusers`,
/// `without_roles` and `without_created_at` ([`AccountFields`](crate::AccountFields)), and the names of its columns in a
/// storage ([`AccountNames`]): `account: Account [without_roles, password_hash = "digest"]`. The key has
/// `column = "…"`.
///
/// # Examples
///
/// ```
/// use auth_core::{Account, AuthUser, Fields, UserColumns};
///
/// auth_core::user! {
///     /// A customer of the shop.
///     pub struct Customer (new: NewCustomer, change: CustomerChange) {
///         pub number: i64,
///         pub account: Account,
///         /// What others see.
///         pub display_name: String [register, owner, length = 1..=80],
///         pub locale: Option<String> [register, owner, json = "lang"],
///         /// Years since the first order.
///         pub loyalty: Option<i32> [admin, range = 0..=150],
///         pub company_id: i64 [hidden, default = 1],
///     }
/// }
///
/// let mut body = Fields::parse(br#"{"display_name": "Ada", "company_id": 7}"#)?;
/// let new = NewCustomer::read_new(&mut body).unwrap();
/// assert_eq!((new.display_name.as_str(), new.company_id), ("Ada", 1));
/// assert_eq!(body.finish().unwrap_err()[0].to_string(), "company_id: unknown");
/// # Ok::<(), auth_core::BoxError>(())
/// ```
///
/// # Errors of the compiler
///
/// A declaration without a key or without an account, and an unknown option, are compile errors that say
/// what is expected:
///
/// ```compile_fail
/// use auth_core::Account;
///
/// auth_core::user! {
///     // error: a user begins with its key and its account
///     struct Customer (new: NewCustomer, change: CustomerChange) {
///         account: Account,
///         display_name: String [register],
///     }
/// }
/// ```
///
/// ```compile_fail
/// use auth_core::Account;
///
/// auth_core::user! {
///     struct Customer (new: NewCustomer, change: CustomerChange) {
///         number: i64,
///         account: Account,
///         display_name: String [registration], // error: unknown option `registration` of a column
///     }
/// }
/// ```
#[macro_export]
macro_rules! user {
    (
        $(#[$meta:meta])*
        $vis:vis struct $User:ident (new: $New:ident, change: $Change:ident) {
            $id_vis:vis $id:ident : $Id:ty $([ $($id_option:tt)* ])?,
            $account_vis:vis account : $Account:ty $([ $($account_option:tt)* ])?
            $(,
                $(#[doc = $doc:expr])*
                $col_vis:vis $col:ident : $ty:ty $([ $($option:tt)* ])?
            )*
            $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $vis struct $User {
            /// The key.
            $id_vis $id: $Id,
            /// The account of the user.
            $account_vis account: $Account,
            $($(#[doc = $doc])* $col_vis $col: $ty,)*
        }

        #[doc = concat!("The own columns of a new [`", stringify!($User), "`].")]
        #[derive(Debug, Clone)]
        $vis struct $New {
            $($(#[doc = $doc])* $col_vis $col: $ty,)*
        }

        #[doc = concat!(
            "A change of the own columns of a [`", stringify!($User),
            "`]: `None` leaves a column as it is."
        )]
        #[derive(Debug, Clone, Default)]
        $vis struct $Change {
            $($(#[doc = $doc])* $col_vis $col: Option<$ty>,)*
        }

        impl $New {
            const COLUMNS: &'static [$crate::user::ColumnSpec] = &[$(
                $crate::__column!(@spec
                    $crate::user::ColumnSpec::new::<$ty>(
                        stringify!($col),
                        $crate::__column!(@json $col; $($($option)*)?),
                    ).describe(concat!("" $(, $doc)*));
                    $($($option)*)?
                ),
            )*];
        }

        impl $crate::UserColumns for $New {
            type New = Self;
            type Change = $Change;

            fn read_new(fields: &mut $crate::Fields) -> Option<Self> {
                let mut columns = Self::COLUMNS.iter();
                $(let $col = columns.next()?.read_new::<$ty>(
                    fields,
                    $crate::__column!(@default no $ty; $($($option)*)?),
                );)*
                Some(Self { $($col: $col?,)* })
            }
            fn read_change(fields: &mut $crate::Fields) -> $Change {
                let mut columns = Self::COLUMNS.iter();
                $Change {
                    $($col: columns.next().and_then(|column| column.read_change::<$ty>(fields)),)*
                }
            }
            fn read_admin_change(fields: &mut $crate::Fields) -> $Change {
                let mut columns = Self::COLUMNS.iter();
                $Change {
                    $($col: columns.next().and_then(|column| {
                        column.read_admin_change::<$ty>(fields)
                    }),)*
                }
            }
            fn is_unchanged(change: &$Change) -> bool {
                true $(&& change.$col.is_none())*
            }
            fn new_schema() -> Vec<$crate::http::FieldSchema> {
                let columns = Self::COLUMNS.iter().filter(|column| column.is_registered());
                columns.map(|column| *column.schema()).collect()
            }
            fn change_schema() -> Vec<$crate::http::FieldSchema> {
                let columns = Self::COLUMNS.iter().filter(|column| column.is_owned());
                columns.map(|column| column.schema().optional().nullable()).collect()
            }
            fn admin_schema() -> Vec<$crate::http::FieldSchema> {
                let columns = Self::COLUMNS.iter().filter(|column| column.is_administered());
                columns.map(|column| column.schema().optional().nullable()).collect()
            }
            fn shown_schema() -> Vec<$crate::http::FieldSchema> {
                let columns = Self::COLUMNS.iter().filter(|column| column.is_shown());
                columns.map(|column| *column.schema()).collect()
            }
        }

        impl $crate::AuthUser for $User {
            type Id = $Id;
            type Columns = $New;

            const FIELDS: $crate::AccountFields = $crate::__account!(
                @fields $crate::AccountFields::all(); $($($account_option)*)?
            );

            fn id(&self) -> &$Id {
                &self.$id
            }
            fn account(&self) -> &$crate::Account {
                &self.account
            }
            fn show_columns(&self, shown: &mut $crate::ShownColumns) {
                let mut columns = $New::COLUMNS.iter();
                $(if let Some(column) = columns.next() {
                    column.show(shown, &self.$col);
                })*
            }
        }

        impl $crate::store::UserRecord for $User {
            fn from_parts($id: $Id, account: $crate::Account, columns: $New) -> Self {
                Self { $id, account, $($col: columns.$col,)* }
            }
            fn account_mut(&mut self) -> &mut $crate::Account {
                &mut self.account
            }
            fn shared_unique_column(&self, other: &Self) -> Option<&'static str> {
                let mut columns = $New::COLUMNS.iter();
                $(if let Some(name) = columns.next()?.duplicate(&self.$col, &other.$col) {
                    return Some(name);
                })*
                None
            }
            fn apply_columns(&mut self, change: $Change) {
                $(if let Some(value) = change.$col {
                    self.$col = value;
                })*
            }
        }

        impl $crate::user::DeclaredUser for $User {
            const KEY: &'static str = $crate::__key!($id; $($($id_option)*)?);
            const ACCOUNT: $crate::user::AccountNames =
                $crate::__account!(@names []; $($($account_option)*)?);

            fn columns() -> &'static [$crate::user::ColumnSpec] {
                $New::COLUMNS
            }
            fn new_data(new: $New) -> Vec<$crate::user::ColumnData> {
                vec![$($crate::user::ColumnValue::into_data(new.$col),)*]
            }
            fn change_data(change: $Change) -> Vec<Option<$crate::user::ColumnData>> {
                vec![$(change.$col.map($crate::user::ColumnValue::into_data),)*]
            }
            fn from_data(
                $id: $Id,
                account: $crate::Account,
                data: Vec<$crate::user::ColumnData>,
            ) -> Result<Self, $crate::user::InvalidStoredUser> {
                let mut data = data.into_iter();
                $(let $col = data
                    .next()
                    .and_then(<$ty as $crate::user::ColumnValue>::from_data)
                    .ok_or($crate::user::InvalidStoredUser::new(stringify!($col)))?;)*
                Ok(Self { $id, account, $($col,)* })
            }
        }
    };
    (
        $(#[$meta:meta])* $vis:vis struct $User:ident (new: $New:ident, change: $Change:ident)
        { $($other:tt)* }
    ) => {
        compile_error!(
            "a user begins with its key and its account, as `id: Uuid, account: Account`, and its own \
             columns follow, each as `name: Type [options]`"
        );
    };
    ($($other:tt)*) => {
        compile_error!(
            "expected `struct Customer (new: NewCustomer, change: CustomerChange) { … }`: the name of \
             the user, and in parentheses the names of two more structs, for the own columns of a new \
             user and for a change of them"
        );
    };
}
