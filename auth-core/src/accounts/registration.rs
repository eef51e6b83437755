//! What a person gives to get an account.

use std::fmt;

use thiserror::Error;

use crate::password::{Password, PasswordError};
use crate::user::{AuthUser, EmailAddress, NewColumns, NoColumns, UserColumns};
use crate::user::{InvalidEmail, InvalidUsername, Username};

/// What a person gives to get an account. Nothing in it can make the account privileged.
///
/// # Examples
///
/// A user type without columns of its own is built from text; one with columns takes their values as
/// well:
///
/// ```
/// use auth_core::accounts::Registration;
/// use auth_core::{Account, User, user};
///
/// let ada: Registration<User> =
///     Registration::new("ada@example.com", "a mill that weaves algebra")?.username("ada")?;
/// assert_eq!(ada.email.as_str(), "ada@example.com");
///
/// user! {
///     pub struct Customer (new: NewCustomer, change: CustomerChange) {
///         pub number: i64,
///         pub account: Account,
///         pub company: String [register, length = 1..=80],
///     }
/// }
///
/// let columns = NewCustomer { company: "Engines & Co".to_owned() };
/// let eve: Registration<Customer> =
///     Registration::with_columns("eve@example.com", "an engine of difference", columns)?;
/// assert_eq!(eve.columns.company, "Engines & Co");
/// # Ok::<(), auth_core::accounts::InvalidRegistration>(())
/// ```
#[non_exhaustive]
pub struct Registration<U: AuthUser> {
    /// The e-mail address.
    pub email: EmailAddress,
    /// The user name, if there is one.
    pub username: Option<Username>,
    /// The password in clear text.
    pub password: Password,
    /// The application's own columns.
    pub columns: NewColumns<U>,
}

/// A text cannot be part of a [`Registration`]. The sentence does not contain the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidRegistration {
    /// The text for the e-mail address.
    #[error(transparent)]
    Email(#[from] InvalidEmail),
    /// The text for the user name.
    #[error(transparent)]
    Username(#[from] InvalidUsername),
    /// The text for the password.
    #[error(transparent)]
    Password(#[from] PasswordError),
}

impl<U: AuthUser> Registration<U>
where
    U::Columns: UserColumns<New = NoColumns>,
{
    /// Parses a registration of a user type without columns of its own.
    ///
    /// The password policy is checked later, by [`Accounts::register`](super::Accounts::register).
    ///
    /// # Errors
    ///
    /// [`InvalidRegistration`] if a text is not a valid address or password.
    pub fn new(email: &str, password: impl Into<String>) -> Result<Self, InvalidRegistration> {
        Self::with_columns(email, password, NoColumns)
    }
}

impl<U: AuthUser> Registration<U> {
    /// Parses a registration with the values of the application's own columns, which are taken as they
    /// are: their bounds are checked where a request is parsed.
    ///
    /// # Errors
    ///
    /// [`InvalidRegistration`] if a text is not a valid address or password.
    pub fn with_columns(
        email: &str,
        password: impl Into<String>,
        columns: NewColumns<U>,
    ) -> Result<Self, InvalidRegistration> {
        let password = Password::parse(password)?;
        Ok(Self::from_parts(
            EmailAddress::parse(email)?,
            password,
            columns,
        ))
    }

    /// Creates a registration from values that were parsed already; `columns` is [`NoColumns`] for a
    /// user type without columns of its own.
    #[must_use]
    pub fn from_parts(email: EmailAddress, password: Password, columns: NewColumns<U>) -> Self {
        Self {
            email,
            username: None,
            password,
            columns,
        }
    }

    /// Sets the user name.
    ///
    /// # Errors
    ///
    /// [`InvalidRegistration`] if the text is not a valid user name.
    pub fn username(mut self, name: &str) -> Result<Self, InvalidRegistration> {
        self.username = Some(Username::parse(name)?);
        Ok(self)
    }
}

impl<U: AuthUser> fmt::Debug for Registration<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("email", &self.email)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidRegistration, Registration};
    use crate::password::PasswordError;
    use crate::testing::PASSWORD;
    use crate::user::{InvalidEmail, InvalidUsername, User};

    #[test]
    fn invalid_text_is_an_error_that_does_not_show_it() {
        let of = |email: &str, password: &str, name: &str| {
            let registration = Registration::<User>::new(email, password)?;
            registration.username(name)
        };
        assert!(of(" ADA@example.com", PASSWORD, "Ada").is_ok());
        for (refused, expected) in [
            (of("ada", PASSWORD, "ada"), InvalidEmail.into()),
            (
                of("ada@example.com", "", "ada"),
                PasswordError::Empty.into(),
            ),
            (
                of("ada@example.com", PASSWORD, "a da"),
                InvalidUsername.into(),
            ),
        ] {
            let error: InvalidRegistration = refused.unwrap_err();
            assert_eq!(error, expected);
            assert!(!error.to_string().contains("ada"), "{error}");
        }
    }

    #[test]
    fn debug_does_not_show_the_password() {
        let registration = Registration::<User>::new("ada@example.com", PASSWORD).unwrap();
        let text = format!("{registration:?}");
        assert!(
            text.contains("ada@example.com") && !text.contains(PASSWORD),
            "{text}"
        );
    }
}
