//! The hooks, one test each: no server, no database, no sleeping.

use std::sync::Arc;

use auth_core::login::LoginError;
use auth_core::testing::{self, PASSWORD, email, password, registration};

use super::*;

// Copy this test for your own hooks.
#[tokio::test]
async fn registration_queues_a_verification_letter() {
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
// The test ends here.

#[tokio::test]
async fn verification_with_the_mailed_token_queues_a_welcome() {
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
async fn registration_of_a_taken_address_queues_no_letter() {
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
async fn reset_letter_is_queued_only_for_an_existing_account() {
    let manager = Arc::new(Manager::default());
    let accounts = testing::accounts(Arc::clone(&manager));
    accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap();
    manager.take_letters();

    for address in ["unknown@example.com", "ada@example.com"] {
        accounts
            .forgot_password(email(address), &accounts.context())
            .await
            .unwrap();
    }
    // The hook runs after the reply, so that the response time does not reveal an account.
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
async fn only_failed_logins_are_counted() {
    let manager = Arc::new(Manager::default());
    let accounts = testing::accounts(Arc::clone(&manager));
    accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap();

    let ada = email("ada@example.com").into();
    let unknown = email("unknown@example.com").into();
    let context = accounts.context();
    let check = async |who, text| accounts.check_password(who, password(text), &context).await;
    let wrong = check(&ada, "not hers").await;
    let unknown = check(&unknown, PASSWORD).await;
    let right = check(&ada, PASSWORD).await;
    accounts.wait_idle().await;

    assert!(matches!(wrong, Err(LoginError::BadCredentials)));
    assert!(matches!(unknown, Err(LoginError::BadCredentials)));
    assert!(right.is_ok());
    assert_eq!(manager.failed_logins(), 2);
}

#[test]
fn debug_of_a_letter_has_no_token() {
    let letter = Letter::with_token(&email("ada@example.com"), Subject::Reset, "the token");
    assert!(!format!("{letter:?}").contains("the token"));
}
