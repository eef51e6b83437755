//! Accounts in memory, without HTTP: a user registers, logs in, and resets a forgotten password.
//!
//! Run it with `cargo run -p headless`. How to test the hooks is in `src/manager/tests.rs`.
#![expect(
    clippy::print_stdout,
    reason = "the program demonstrates its result by printing it"
)]

mod letter;
mod manager;

use std::error::Error;
use std::sync::Arc;

use auth_core::accounts::Registration;
use auth_core::secret::{MasterSecret, Secret};
use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use auth_core::{Accounts, Password, User};

use letter::{Letter, Subject};
use manager::Manager;

const OLD: &str = "a mill that weaves algebra";
const NEW: &str = "an engine with a thousand columns";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let manager = Arc::new(Manager::default());
    let master = MasterSecret::new(Secret::generate()?);
    let accounts: Accounts<User> = Accounts::builder(MemoryUserDatabase::new(), &master)
        .expiring_store(MemoryExpiringStore::new())
        .shared_hooks(Arc::clone(&manager))
        .build()?;

    let user = accounts
        .register(
            Registration::new("ada@example.com", OLD)?,
            &accounts.context(),
        )
        .await?;
    println!("registered {} as {}", user.email(), user.id);
    let user = accounts
        .verify(
            &mailed_token(&manager, Subject::Verify)?,
            &accounts.context(),
        )
        .await?;
    println!("the address is verified: {}", user.is_verified());

    let email = user.email().clone();
    let (login, context) = (email.clone().into(), accounts.context());
    let knows = async |text| {
        let password = Password::parse(text)?;
        let proof = accounts.check_password(&login, password, &context).await;
        Ok::<_, Box<dyn Error>>(proof.is_ok())
    };
    println!("the password is right: {}", knows(OLD).await?);

    accounts.forgot_password(email, &accounts.context()).await?;
    // The letter is queued after the reply; a server waits for it only at shutdown.
    accounts.wait_idle().await;
    let token = mailed_token(&manager, Subject::Reset)?;
    accounts
        .reset_password(&token, Password::parse(NEW)?, &accounts.context())
        .await?;
    println!("the password is reset");

    let (with_old, with_new) = (knows(OLD).await?, knows(NEW).await?);
    println!("the old password is right: {with_old}, the new one: {with_new}");
    // Hooks for failed logins also run after the reply.
    accounts.wait_idle().await;
    println!("failed logins: {}", manager.failed_logins());
    Ok(())
}

/// Empties the queue like a mail worker, and returns the token of the letter about `subject`.
fn mailed_token(manager: &Manager, subject: Subject) -> Result<String, String> {
    let letters = manager.take_letters();
    for letter in &letters {
        println!("a letter to {}: {:?}", letter.to, letter.subject);
    }
    let token = letters.iter().find(|letter| letter.subject == subject);
    token
        .map(|letter: &Letter| letter.token().to_owned())
        .ok_or_else(|| format!("no letter about {subject:?}"))
}
