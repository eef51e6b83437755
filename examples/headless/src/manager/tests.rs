//! The hooks, one test each: no server, no database, no sleeping.

use std::sync::Arc;

use auth_core::login::LoginError;
use auth_core::testing::{self, PASSWORD, email, password, registration};

use super::*;

// Copy this one: it is all that a test of your own hook needs.
#[tokio::test]
async fn whoever_registers_is_sent_a_letter() {
    let manager = Arc::new(Manager::default());
    let accounts = testing::accounts(Arc::clone(&manager));

    let user = accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await;

    let letters = manager.take_letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, *user.unwrap().email());
    assert_eq!(letters[0].subject, Subject::Verify);
}
// That was it.

#[tokio::test]
async fn the_letter_proves_the_address_and_a_welcome_follows() {
    let manager = Arc::new(Manager::default());
    let accounts = testing::accounts(Arc::clone(&manager));
    accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap();

    let letters = manager.take_letters();
    let user = accounts
        .verify(letters[0].token(), &accounts.context())
        .await
        .unwrap();

    assert!(user.is_verified());
    let letters = manager.take_letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].subject, Subject::Welcome);
}

#[tokio::test]
async fn a_taken_address_queues_nothing_more() {
    let manager = Arc::new(Manager::default());
    let accounts = testing::accounts(Arc::clone(&manager));
    accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap();
    let second = accounts
        .register(registration("Ada@Example.com"), &accounts.context())
        .await;

    assert!(second.is_err());
    assert_eq!(manager.take_letters().len(), 1);
}

#[tokio::test]
async fn a_reset_goes_to_the_owner_and_to_nobody_else() {
    let manager = Arc::new(Manager::default());
    let accounts = testing::accounts(Arc::clone(&manager));
    accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap();
    manager.take_letters();

    for address in ["nobody@example.com", "ada@example.com"] {
        accounts
            .forgot_password(email(address), &accounts.context())
            .await
            .unwrap();
    }
    // The hook runs after the reply, so that the time of the reply does not reveal an account.
    accounts.wait_idle().await;

    let letters = manager.take_letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, email("ada@example.com"));
    assert_eq!(letters[0].subject, Subject::Reset);
    let new = password("an engine with a thousand columns");
    assert!(
        accounts
            .reset_password(letters[0].token(), new, &accounts.context())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn failed_logins_are_counted_and_good_ones_are_not() {
    let manager = Arc::new(Manager::default());
    let accounts = testing::accounts(Arc::clone(&manager));
    accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap();

    let ada = email("ada@example.com").into();
    let nobody = email("nobody@example.com").into();
    let context = accounts.context();
    let check = async |who, text| accounts.check_password(who, password(text), &context).await;
    let wrong = check(&ada, "not hers").await;
    let unknown = check(&nobody, PASSWORD).await;
    let right = check(&ada, PASSWORD).await;
    accounts.wait_idle().await;

    assert!(matches!(wrong, Err(LoginError::BadCredentials)));
    assert!(matches!(unknown, Err(LoginError::BadCredentials)));
    assert!(right.is_ok());
    assert_eq!(manager.failed_logins(), 2);
}

#[test]
fn a_letter_in_a_log_shows_no_token() {
    let letter = Letter::with_token(&email("ada@example.com"), Subject::Reset, "the token");
    assert!(!format!("{letter:?}").contains("the token"));
}
