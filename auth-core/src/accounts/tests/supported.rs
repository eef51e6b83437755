//! Users with few fields: a value for another field is an error, and not a lost value.

use std::sync::Arc;

use crate::accounts::{
    AdminUpdate, AdminUpdateError, NoHooks, Privileges, RegisterError, Registration,
};
use crate::store::UserRecord;
use crate::testing::{accounts, registration};
use crate::user::{Account, AccountFields, AuthUser, NoColumns, Roles};

/// A user with neither user name nor superuser nor roles.
#[derive(Debug, Clone)]
struct Guest {
    number: i64,
    account: Account,
}

impl AuthUser for Guest {
    type Id = i64;
    type Columns = NoColumns;

    const FIELDS: AccountFields = AccountFields::all()
        .without_usernames()
        .without_superusers()
        .without_roles();

    fn id(&self) -> &i64 {
        &self.number
    }
    fn account(&self) -> &Account {
        &self.account
    }
}

impl UserRecord for Guest {
    fn from_parts(number: i64, account: Account, _: NoColumns) -> Self {
        Self { number, account }
    }
    fn account_mut(&mut self) -> &mut Account {
        &mut self.account
    }
    fn apply_columns(&mut self, _: NoColumns) {}
}

fn editor() -> Roles {
    Roles::parse(["editor"]).unwrap()
}

fn field_of(refused: &RegisterError) -> &'static str {
    match refused {
        RegisterError::Unsupported(field) => field.field(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn new_account_with_a_value_for_a_missing_field_is_refused() {
    let accounts = accounts(Arc::new(NoHooks::<Guest>::new()));
    let context = accounts.context();
    let new = || -> Registration<Guest> { registration("ada@example.com") };
    let named = new().username("ada").unwrap();
    let refused = accounts.register(named, &context).await.unwrap_err();
    assert_eq!(field_of(&refused), "username");
    for (privileges, field) in [
        (Privileges::none().superuser(), "is_superuser"),
        (Privileges::none().roles(editor()), "roles"),
    ] {
        let refused = accounts.create_privileged(new(), privileges, &context);
        assert_eq!(field_of(&refused.await.unwrap_err()), field);
    }
    let created = accounts.create_privileged(new(), Privileges::none().verified(), &context);
    assert!(created.await.unwrap().is_verified());
}

#[tokio::test]
async fn update_with_a_value_for_a_missing_field_is_refused() {
    let accounts = accounts(Arc::new(NoHooks::<Guest>::new()));
    let context = accounts.context();
    let ada = accounts.register(registration("ada@example.com"), &context);
    let ada = ada.await.unwrap();
    let update = |is_superuser, roles| AdminUpdate {
        is_verified: Some(true),
        is_superuser,
        roles,
        ..AdminUpdate::default()
    };
    for (update, expected) in [
        (update(Some(true), None), "is_superuser"),
        (update(None, Some(editor())), "roles"),
    ] {
        let refused = accounts.update_as_admin(&ada.number, update, &context);
        let Err(AdminUpdateError::Unsupported(field)) = refused.await else {
            panic!("`{expected}` is refused");
        };
        assert_eq!(field.field(), expected);
    }
    let stored = accounts.get(&ada.number).await.unwrap().unwrap();
    assert!(!stored.is_verified(), "nothing is written");
    let same = update(Some(false), Some(Roles::none()));
    let updated = accounts.update_as_admin(&ada.number, same, &context).await;
    assert!(updated.unwrap().is_verified());
}
