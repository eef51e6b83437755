//! The options in a declaration of [`user!`](crate::user!).

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
    (@spec $spec:expr; admin $(, $($rest:tt)*)?) => {
        $crate::__column!(@spec $spec.admin(); $($($rest)*)?)
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
    (@spec $spec:expr; range = $range:expr $(, $($rest:tt)*)?) => {
        $crate::__column!(@spec $spec.range($range); $($($rest)*)?)
    };
    (@spec $spec:expr; column = $column:literal $(, $($rest:tt)*)?) => {
        $crate::__column!(@spec $spec.column($column); $($($rest)*)?)
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
            "`admin`, `hidden`, `unique`, `length = …`, `range = …`, `json = \"…\"`, ",
            "`column = \"…\"` or `default = …`"
        ))
    };
}

/// Reads the options of the account in [`user!`](crate::user!).
#[doc(hidden)]
#[macro_export]
macro_rules! __account {
    (@fields $fields:expr;) => { $fields };
    (@fields $fields:expr; without_usernames $(, $($rest:tt)*)?) => {
        $crate::__account!(@fields $fields.without_usernames(); $($($rest)*)?)
    };
    (@fields $fields:expr; without_pending_emails $(, $($rest:tt)*)?) => {
        $crate::__account!(@fields $fields.without_pending_emails(); $($($rest)*)?)
    };
    (@fields $fields:expr; without_superusers $(, $($rest:tt)*)?) => {
        $crate::__account!(@fields $fields.without_superusers(); $($($rest)*)?)
    };
    (@fields $fields:expr; without_roles $(, $($rest:tt)*)?) => {
        $crate::__account!(@fields $fields.without_roles(); $($($rest)*)?)
    };
    (@fields $fields:expr; without_created_at $(, $($rest:tt)*)?) => {
        $crate::__account!(@fields $fields.without_created_at(); $($($rest)*)?)
    };
    (@fields $fields:expr; $name:ident = $column:literal $(, $($rest:tt)*)?) => {
        $crate::__account!(@fields $fields; $($($rest)*)?)
    };
    (@fields $fields:expr; $other:tt $($rest:tt)*) => {
        compile_error!(concat!(
            "unknown option `", stringify!($other), "` of an account: expected ",
            "`without_usernames`, `without_pending_emails`, `without_superusers`, `without_roles`, ",
            "`without_created_at` or the name of a column, as `email = \"mail\"`"
        ))
    };

    (@names [$($names:tt)*];) => {
        $crate::user::AccountNames { $($names)* ..$crate::user::AccountNames::DEFAULT }
    };
    (@names [$($names:tt)*]; $name:ident = $column:literal $(, $($rest:tt)*)?) => {
        $crate::__account!(@names [$($names)* $name: $column,]; $($($rest)*)?)
    };
    (@names [$($names:tt)*]; $skipped:tt $($rest:tt)*) => {
        $crate::__account!(@names [$($names)*]; $($rest)*)
    };
}

/// Reads the options of the key in [`user!`](crate::user!).
#[doc(hidden)]
#[macro_export]
macro_rules! __key {
    ($id:ident;) => {
        stringify!($id)
    };
    ($id:ident; column = $column:literal $(,)?) => {
        $column
    };
    ($id:ident; $other:tt $($rest:tt)*) => {
        compile_error!(concat!(
            "unknown option `",
            stringify!($other),
            "` of a key: expected `column = \"…\"`"
        ))
    };
}
