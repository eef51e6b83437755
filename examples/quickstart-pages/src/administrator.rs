//! The command that makes a user an administrator: the first one cannot be made on a page.

use std::error::Error;

use auth_core::EmailAddress;
use auth_core::accounts::AdminUpdate;
use auth_diesel::SqliteStore;

use crate::auth;
use crate::mailer::Mailer;

pub(crate) async fn appoint(address: &str) -> Result<(), Box<dyn Error>> {
    let secret = setup::secret()?;
    let store = SqliteStore::open(&setup::database_url()).await?;
    let auth = auth::builder(store, &secret, Mailer::new("")).build()?;
    let accounts = auth.accounts();
    let user = accounts.find(EmailAddress::parse(address)?).await?;
    let user = user.ok_or("no user has this address")?;
    let update = AdminUpdate {
        is_superuser: Some(true),
        ..AdminUpdate::default()
    };
    accounts
        .update_as_admin(&user.id, update, &accounts.context())
        .await?;
    accounts.wait_idle().await;
    println!("{} is an administrator", user.email());
    Ok(())
}
