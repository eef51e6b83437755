//! Customers in the table `customers`: all that storage has to know.

use auth_core::{Account, BoxError};
use auth_diesel::{AccountColumns, OwnChanges, OwnValues, SqlUser, UserTable};

use crate::schema::customers as c;
use crate::{Customer, CustomerChange, Locale, NewCustomer};

impl SqlUser for Customer {
    type Own = (c::display_name, c::locale, c::company_id);

    fn table() -> UserTable<Self> {
        let columns = AccountColumns {
            key: c::number,
            email: c::email,
            password_hash: c::password_digest,
            is_active: c::is_active,
            is_verified: c::is_verified,
            epoch: c::epoch,
        };
        UserTable::new("customers", columns).is_superuser(c::is_clerk)
    }

    fn from_row(number: i64, account: Account, own: OwnValues<Self>) -> Result<Self, BoxError> {
        let (display_name, locale, company_id) = own;
        Ok(Self {
            number,
            account,
            display_name,
            locale: locale.map(|text| Locale::parse(&text)).transpose()?,
            company_id,
        })
    }

    fn new_columns(new: NewCustomer) -> OwnValues<Self> {
        let locale = new.locale.map(String::from);
        (new.display_name, locale, new.company_id)
    }

    fn changed_columns(change: CustomerChange) -> OwnChanges<Self> {
        let locale = change.locale.map(|locale| Some(locale.into()));
        (change.display_name, locale, None)
    }
}
