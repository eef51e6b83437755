//! The application's own columns, as a tuple.

use auth_core::BoxError;
use diesel::Column;

use super::column::{Codec, ColumnType, next};
use crate::sql::{Kind, SqlValue};

/// A tuple of columns, and the tuples of their values.
///
/// Implemented for `()`, for tuples of one to thirteen columns of a `table!`, as
/// `(customers::display_name, customers::locale)`, and for the columns of a declared user. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tuple of mapped columns",
    note = "one column is written with a comma: `(people::nick,)`; none is `()`; thirteen are the most"
)]
pub trait OwnColumns: sealed::Tuple {
    /// The values of a row: `(String, Option<String>)`.
    type Values: Send;
    /// What a change writes, `None` leaves a column as it is: `(Option<String>, Option<Option<String>>)`.
    type Changes: Send;

    #[doc(hidden)]
    fn write(values: Self::Values) -> Vec<SqlValue>;
    #[doc(hidden)]
    fn write_changes(changes: Self::Changes) -> Vec<Option<SqlValue>>;
    #[doc(hidden)]
    fn read(values: &mut dyn Iterator<Item = SqlValue>) -> Result<Self::Values, BoxError>;
}

pub(crate) mod sealed {
    use super::Kind;

    pub trait Tuple: 'static {
        /// The names and the types of the columns.
        fn columns() -> Vec<(&'static str, Kind)>;

        /// The columns that are declared as unique.
        fn unique() -> Vec<super::OwnName> {
            Vec::new()
        }
    }
}

/// The two names of an own column.
#[derive(Debug, Clone, Copy)]
pub struct OwnName {
    /// The name in the table.
    pub column: &'static str,
    /// The name for clients.
    pub shown: &'static str,
}

impl sealed::Tuple for () {
    fn columns() -> Vec<(&'static str, Kind)> {
        Vec::new()
    }
}

impl OwnColumns for () {
    type Values = ();
    type Changes = ();

    fn write((): ()) -> Vec<SqlValue> {
        Vec::new()
    }
    fn write_changes((): ()) -> Vec<Option<SqlValue>> {
        Vec::new()
    }
    fn read(_: &mut dyn Iterator<Item = SqlValue>) -> Result<(), BoxError> {
        Ok(())
    }
}

type Value<C> = <<C as diesel::Expression>::SqlType as Codec>::Value;

macro_rules! tuples {
    ($($column:ident $value:ident),+) => {
        impl<$($column),+> sealed::Tuple for ($($column,)+)
        where
            $($column: Column<SqlType: ColumnType> + 'static),+
        {
            fn columns() -> Vec<(&'static str, Kind)> {
                vec![$(($column::NAME, <$column::SqlType as Codec>::KIND)),+]
            }
        }

        impl<$($column),+> OwnColumns for ($($column,)+)
        where
            $($column: Column<SqlType: ColumnType> + 'static),+
        {
            type Values = ($(Value<$column>,)+);
            type Changes = ($(Option<Value<$column>>,)+);

            fn write(($($value,)+): Self::Values) -> Vec<SqlValue> {
                vec![$(<$column::SqlType as Codec>::encode($value)),+]
            }
            fn write_changes(($($value,)+): Self::Changes) -> Vec<Option<SqlValue>> {
                vec![$($value.map(<$column::SqlType as Codec>::encode)),+]
            }
            fn read(mut values: &mut dyn Iterator<Item = SqlValue>) -> Result<Self::Values, BoxError> {
                Ok(($(next::<$column::SqlType>(&mut values, $column::NAME)?,)+))
            }
        }
    };
}

tuples!(A a);
tuples!(A a, B b);
tuples!(A a, B b, C c);
tuples!(A a, B b, C c, D d);
tuples!(A a, B b, C c, D d, E e);
tuples!(A a, B b, C c, D d, E e, F f);
tuples!(A a, B b, C c, D d, E e, F f, G g);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h, I i);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h, I i, J j);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l, M m);
