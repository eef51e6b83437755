//! The subcommand that creates a user, such as the first superuser.

use auth_core::accounts::{Privileges, Registration};
use auth_core::{EmailAddress, NoColumns, Password};
use zeroize::Zeroizing;

use crate::args::{Args, NewUserArgs};
use crate::{Failure, accounts};

/// Creates the user and prints its id.
pub(crate) async fn run(args: &Args, new: &NewUserArgs) -> Result<(), Failure> {
    let email = EmailAddress::parse(&new.email)?;
    let mut registration = Registration::from_parts(email, read_password()?, NoColumns);
    if let Some(name) = &new.username {
        registration = registration.username(name)?;
    }
    let mut privileges = Privileges::none().verified();
    if new.superuser {
        privileges = privileges.superuser();
    }
    let accounts = accounts::without_mail(args).await?;
    let context = accounts.context();
    let user = accounts
        .create_privileged(registration, privileges, &context)
        .await?;
    println!("{}", user.id);
    Ok(())
}

/// Returns the first line of standard input, without its line break.
fn read_password() -> Result<Password, Failure> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line)?;
    let text = line.strip_suffix('\n').unwrap_or(&line);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok(Password::parse(text)?)
}
