//! A customer: the application's own struct.

use auth_core::{Account, AccountFields, AuthUser, ShownColumns};

use crate::columns::{CustomerColumns, Locale};

/// A customer of the shop.
#[derive(Debug, Clone)]
pub struct Customer {
    /// The customer number, which the database gives.
    pub number: i64,
    /// What accounts are made of.
    pub account: Account,
    /// What others see.
    pub display_name: String,
    /// The language of mails, if the customer has chosen one.
    pub locale: Option<Locale>,
    /// The company, which no customer can choose.
    pub company_id: i64,
}

impl AuthUser for Customer {
    type Id = i64;
    type Columns = CustomerColumns;

    const FIELDS: AccountFields = AccountFields::all()
        .without_usernames()
        .without_roles()
        .without_created_at();

    fn id(&self) -> &i64 {
        &self.number
    }
    fn account(&self) -> &Account {
        &self.account
    }
    /// The company is not shown to clients.
    fn show_columns(&self, shown: &mut ShownColumns) {
        shown.show("display_name", &self.display_name);
        shown.show("locale", &self.locale.as_ref().map(Locale::as_str));
    }
}
