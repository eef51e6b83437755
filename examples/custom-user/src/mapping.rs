//! Customers in the table `customers`: all that storage has to know.

use auth_core::BoxError;
use auth_diesel::{Account, AccountColumns, SqlUser, UserTable};

use crate::columns::{CustomerChange, Locale, NewCustomer};
use crate::customer::Customer;
use crate::schema::customers;

type Own<T> = (T, Option<T>, i64);
type Changes = (Option<String>, Option<Option<String>>, Option<i64>);

impl SqlUser for Customer {
    type Own = (
        customers::display_name,
        customers::locale,
        customers::company_id,
    );

    fn table() -> UserTable<Self> {
        let columns = AccountColumns {
            key: customers::number,
            email: customers::email,
            password_hash: customers::password_digest,
            is_active: customers::is_active,
            is_verified: customers::is_verified,
            epoch: customers::epoch,
        };
        UserTable::new("customers", columns).is_superuser(customers::is_clerk)
    }

    fn from_row(number: i64, account: Account, own: Own<String>) -> Result<Self, BoxError> {
        let (display_name, locale, company_id) = own;
        let locale = locale.as_deref().map(Locale::parse).transpose()?;
        Ok(Self {
            number,
            account,
            display_name,
            locale,
            company_id,
        })
    }

    fn new_columns(new: &NewCustomer) -> Own<String> {
        let locale = new.locale.as_ref().map(|locale| locale.as_str().to_owned());
        (new.display_name.clone(), locale, new.company_id)
    }

    fn changed_columns(change: &CustomerChange) -> Changes {
        let locale = change
            .locale
            .as_ref()
            .map(|locale| Some(locale.as_str().to_owned()));
        (change.display_name.clone(), locale, None)
    }
}
