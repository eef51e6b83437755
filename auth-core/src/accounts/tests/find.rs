//! Accounts that the application creates, and finds by address or user name.

use super::World;
use crate::accounts::{Privileges, RegisterError};
use crate::testing::{email, registration};
use crate::user::{Roles, User, Username};

#[tokio::test]
async fn user_is_found_by_address_and_by_user_name() {
    let world = World::new();
    let (accounts, context) = (&world.accounts, world.context());
    let ada = registration("ada@example.com").username("ada").unwrap();
    let ada: User = accounts.register(ada, &context).await.unwrap();
    let by_address = accounts.find(email("ADA@example.com")).await.unwrap();
    let by_name = accounts.find(Username::parse("Ada").unwrap()).await;
    for found in [by_address, by_name.unwrap()] {
        assert_eq!(found.map(|user| user.id), Some(ada.id));
    }
    let absent = accounts.find(email("eve@example.com")).await.unwrap();
    assert!(absent.is_none());
    world.users.fail(true);
    assert!(accounts.find(email("eve@example.com")).await.is_err());
}

#[tokio::test]
async fn created_account_has_its_privileges_and_gets_no_mail() {
    let world = World::new();
    let (accounts, context) = (&world.accounts, world.context());
    let roles = Roles::parse(["billing"]).unwrap();
    let privileges = Privileges::none().inactive().roles(roles.clone());
    let new = registration("ada@example.com");
    let created = accounts.create_privileged(new, privileges, &context);
    let user = created.await.unwrap();
    assert!(!user.is_active() && !user.is_verified() && !user.is_superuser());
    assert_eq!(user.roles(), &roles);
    assert!(world.outbox.items().is_empty());
    let again = registration("ada@example.com");
    let taken = accounts.create_privileged(again, Privileges::none().superuser(), &context);
    assert!(matches!(taken.await, Err(RegisterError::Taken(_))));
}
