//! A customer: the application's own user, declared once.

use auth_core::Account;

auth_diesel::user! {
    /// A customer of the shop.
    pub struct Customer (table: "customers", new: NewCustomer, change: CustomerChange) {
        pub number: i64,
        pub account: Account [without_usernames, without_roles, is_superuser = "is_clerk"],
        /// What others see.
        pub display_name: String [register, owner, length = 1..=80],
        /// The language of mails.
        pub locale: Option<String> [register, owner, length = 2..=6],
        /// The company, which clerks set and clients do not see.
        pub company: Option<i64> [admin, hidden],
    }
}
