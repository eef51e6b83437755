//! The subcommand that makes a user, such as the first administrator.

use auth_core::accounts::{NewAccount, Registration};

use auth_core::{EmailAddress, Password, Roles, Username};
use zeroize::Zeroizing;

use crate::args::{Args, NewUserArgs};
use crate::{Failure, accounts};

/// Makes the user and prints its id.
pub(crate) async fn run(args: &Args, new: &NewUserArgs) -> Result<(), Failure> {
    let email = EmailAddress::parse(&new.email)?;
    let username = new.username.as_deref().map(Username::parse).transpose()?;
    let registration = Registration {
        username,
        ..Registration::new(email, read_password()?)
    };
    let accounts = accounts::without_mail(args).await?;
    let user = accounts
        .create(
            NewAccount {
                registration,
                is_verified: true,
                is_superuser: new.superuser,
                roles: Roles::none(),
            },
            &accounts.context(),
        )
        .await?;
    println!("{}", user.id);
    Ok(())
}

/// The first line of standard input, without its end.
fn read_password() -> Result<Password, Failure> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line)?;
    let text = line.strip_suffix('\n').unwrap_or(&line);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok(Password::parse(text)?)
}
