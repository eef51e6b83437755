//! The declaration of an application's own user: one macro, from which the traits follow.

use super::{
    Account, AuthUser, ColumnChange, ColumnData, ColumnSpec, InvalidStoredUser, NewColumns,
};

/// A user that [`user!`](crate::user!) declared: a storage keeps its own columns by their
/// declarations.
pub trait DeclaredUser: AuthUser {
    /// The name of the key's column.
    const KEY: &'static str;

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

/// Declares a user of the application's own: its key, its account and its own columns.
///
/// The struct, the columns of a registration (`new`), a change of columns (`change`), parsing with
/// field errors, the schema, what clients see, and the mapping to a storage follow from the one
/// declaration. `auth_diesel::user!` declares the table as well.
///
/// | option of a column | meaning |
/// | --- | --- |
/// | `register` | a registration may have it; required, unless it is an `Option` or has a default |
/// | `owner` | a user may change its own, by `PATCH U/me` |
/// | `hidden` | clients do not see it |
/// | `unique` | no two users have the same value |
/// | `length = 1..=80` | bounds of a text, in Unicode code points; 0 to 255 without it |
/// | `json = "lang"` | its name in requests and replies |
/// | `default = 7` | its value where a registration does not have it; `Default` without it |
///
/// A column without options is written by the application alone, and clients see it. A request that
/// names a column it may not write is refused: 422, `unknown`.
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
#[macro_export]
macro_rules! user {
    (
        $(#[$meta:meta])*
        $vis:vis struct $User:ident (new: $New:ident, change: $Change:ident) {
            $id_vis:vis $id:ident : $Id:ty,
            $account_vis:vis account : $Account:ty
            $(, $(#[doc = $doc:expr])* $col_vis:vis $col:ident : $ty:ty [ $($option:tt)* ])+
            $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $vis struct $User {
            /// The key.
            $id_vis $id: $Id,
            /// What the toolkit keeps of the user.
            $account_vis account: $Account,
            $($(#[doc = $doc])* $col_vis $col: $ty,)+
        }

        #[doc = concat!("The own columns of a new [`", stringify!($User), "`].")]
        #[derive(Debug, Clone)]
        $vis struct $New {
            $($(#[doc = $doc])* $col_vis $col: $ty,)+
        }

        #[doc = concat!(
            "A change of the own columns of a [`", stringify!($User),
            "`]: `None` leaves a column as it is."
        )]
        #[derive(Debug, Clone, Default)]
        $vis struct $Change {
            $($(#[doc = $doc])* $col_vis $col: Option<$ty>,)+
        }

        impl $New {
            const COLUMNS: &'static [$crate::user::ColumnSpec] = &[$(
                $crate::__column!(@spec
                    $crate::user::ColumnSpec::new::<$ty>(
                        stringify!($col),
                        $crate::__column!(@json $col; $($option)*),
                    ).describe(concat!("" $(, $doc)*));
                    $($option)*
                ),
            )+];
        }

        impl $crate::UserColumns for $New {
            type New = Self;
            type Change = $Change;

            fn read_new(fields: &mut $crate::Fields) -> Option<Self> {
                let mut columns = Self::COLUMNS.iter();
                $(let $col = columns.next()?.read_new::<$ty>(
                    fields,
                    $crate::__column!(@default no $ty; $($option)*),
                );)+
                Some(Self { $($col: $col?,)+ })
            }
            fn read_change(fields: &mut $crate::Fields) -> $Change {
                let mut columns = Self::COLUMNS.iter();
                $Change {
                    $($col: columns.next().and_then(|column| column.read_change::<$ty>(fields)),)+
                }
            }
            fn is_unchanged(change: &$Change) -> bool {
                true $(&& change.$col.is_none())+
            }
            fn new_schema() -> Vec<$crate::http::FieldSchema> {
                let columns = Self::COLUMNS.iter().filter(|column| column.is_registered());
                columns.map(|column| *column.schema()).collect()
            }
            fn change_schema() -> Vec<$crate::http::FieldSchema> {
                let columns = Self::COLUMNS.iter().filter(|column| column.is_owned());
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
                })+
            }
        }

        impl $crate::store::UserRecord for $User {
            fn from_parts($id: $Id, account: $crate::Account, columns: $New) -> Self {
                Self { $id, account, $($col: columns.$col,)+ }
            }
            fn account_mut(&mut self) -> &mut $crate::Account {
                &mut self.account
            }
            fn shares_unique_column(&self, other: &Self) -> bool {
                let mut columns = $New::COLUMNS.iter();
                false $(|| columns.next().is_some_and(|column| {
                    column.has_duplicate(&self.$col, &other.$col)
                }))+
            }
            fn apply_columns(&mut self, change: $Change) {
                $(if let Some(value) = change.$col {
                    self.$col = value;
                })+
            }
        }

        impl $crate::user::DeclaredUser for $User {
            const KEY: &'static str = stringify!($id);

            fn columns() -> &'static [$crate::user::ColumnSpec] {
                $New::COLUMNS
            }
            fn new_data(new: $New) -> Vec<$crate::user::ColumnData> {
                vec![$($crate::user::ColumnValue::into_data(new.$col),)+]
            }
            fn change_data(change: $Change) -> Vec<Option<$crate::user::ColumnData>> {
                vec![$(change.$col.map($crate::user::ColumnValue::into_data),)+]
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
                    .ok_or($crate::user::InvalidStoredUser::new(stringify!($col)))?;)+
                Ok(Self { $id, account, $($col,)+ })
            }
        }
    };
}

/// Reads the options of a column in [`user!`](crate::user!).
#[doc(hidden)]
#[macro_export]
macro_rules! __column {
    (@json $col:ident; json = $json:literal $($rest:tt)*) => { $json };
    (@json $col:ident; $skipped:tt $($rest:tt)*) => { $crate::__column!(@json $col; $($rest)*) };
    (@json $col:ident;) => { stringify!($col) };

    (@default $registered:ident $ty:ty; default = $value:expr $(, $($rest:tt)*)?) => { Some($value) };
    (@default $registered:ident $ty:ty; register $($rest:tt)*) => {
        $crate::__column!(@default yes $ty; $($rest)*)
    };
    (@default $registered:ident $ty:ty; $skipped:tt $($rest:tt)*) => {
        $crate::__column!(@default $registered $ty; $($rest)*)
    };
    (@default yes $ty:ty;) => { None };
    (@default no $ty:ty;) => { Some(<$ty as Default>::default()) };

    (@spec $spec:expr;) => { $spec };
    (@spec $spec:expr; register $(, $($rest:tt)*)?) => {
        $crate::__column!(@spec $spec.register(); $($($rest)*)?)
    };
    (@spec $spec:expr; owner $(, $($rest:tt)*)?) => {
        $crate::__column!(@spec $spec.owner(); $($($rest)*)?)
    };
    (@spec $spec:expr; hidden $(, $($rest:tt)*)?) => {
        $crate::__column!(@spec $spec.hidden(); $($($rest)*)?)
    };
    (@spec $spec:expr; unique $(, $($rest:tt)*)?) => {
        $crate::__column!(@spec $spec.unique(); $($($rest)*)?)
    };
    (@spec $spec:expr; length = $length:expr $(, $($rest:tt)*)?) => {
        $crate::__column!(@spec $spec.length($length); $($($rest)*)?)
    };
    (@spec $spec:expr; json = $json:literal $(, $($rest:tt)*)?) => {
        $crate::__column!(@spec $spec; $($($rest)*)?)
    };
    (@spec $spec:expr; default = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__column!(@spec $spec; $($($rest)*)?)
    };
    (@spec $spec:expr; $other:tt $($rest:tt)*) => {
        compile_error!(concat!(
            "unknown option `", stringify!($other), "` of a column: expected `register`, `owner`, ",
            "`hidden`, `unique`, `length = …`, `json = \"…\"` or `default = …`"
        ))
    };
}
