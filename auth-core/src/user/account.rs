//! The account of a user, and its creation from stored values.

use std::fmt;

use thiserror::Error;
use time::OffsetDateTime;

use crate::password::PasswordHash;
use crate::user::EmailAddress;
use crate::user::Epoch;
use crate::user::Username;
use crate::user::{Role, Roles};

/// The columns that the toolkit requires of every user: the account part of a user struct.
///
/// An application's own user struct has one as a field, and [`AuthUser::account`] returns it. A
/// field without a column in a storage has its default: no user name, no superuser, no roles, no
/// time of creation.
///
/// It deliberately has no `Serialize`: the JSON for clients is defined in one place, without the
/// password hash. Its `Debug` does not show the hash either.
///
/// # Examples
///
/// ```
/// use auth_core::{Account, EmailAddress};
///
/// let account = Account::new(EmailAddress::parse("ada@example.com")?);
/// assert!(account.is_active && !account.is_verified);
/// # Ok::<(), auth_core::InvalidEmail>(())
/// ```
///
/// [`AuthUser::account`]: crate::AuthUser::account
#[derive(Clone)]
pub struct Account {
    /// The e-mail address; unique among all users.
    pub email: EmailAddress,
    /// The address that the user asked for and has not proven yet. It logs no user in, and is not unique.
    pub pending_email: Option<EmailAddress>,
    /// The user name; unique among all users that have one.
    pub username: Option<Username>,
    /// The stored password hash; `None` for an account without a password.
    pub password_hash: Option<PasswordHash>,
    /// Whether the account may be used. An inactive user is anonymous to every guard.
    pub is_active: bool,
    /// Whether the e-mail address was verified.
    pub is_verified: bool,
    /// Whether the user may administer other users.
    pub is_superuser: bool,
    /// The roles.
    pub roles: Roles,
    /// The credential version: it ends every older token and session when it grows.
    pub epoch: Epoch,
    /// When the account was created; `None` if the storage does not keep it.
    pub created_at: Option<OffsetDateTime>,
}

/// The unchecked values of an account from a storage.
///
/// The struct is exhaustive on purpose: a store that builds and destructures it completely gets a
/// compile error for a field that is added later, and loses no value.
#[derive(Clone)]
pub struct StoredAccount {
    /// The e-mail address, as [`EmailAddress::as_str`] gives it.
    pub email: String,
    /// The address that is not proven yet, as [`EmailAddress::as_str`] gives it.
    pub pending_email: Option<String>,
    /// The user name, as [`Username::as_str`] gives it.
    pub username: Option<String>,
    /// The stored password hash.
    pub password_hash: Option<PasswordHash>,
    /// Whether the account may be used.
    pub is_active: bool,
    /// Whether the e-mail address was verified.
    pub is_verified: bool,
    /// Whether the user may administer other users.
    pub is_superuser: bool,
    /// The names of the roles, in the order of [`Roles::iter`].
    pub roles: Vec<String>,
    /// The credential version, as [`Epoch::as_i64`] gives it.
    pub epoch: i64,
    /// When the account was created.
    pub created_at: Option<OffsetDateTime>,
}

/// Defines the accessors of an account as methods of a user struct, so that a handler calls them
/// without an import of [`AuthUser`](crate::AuthUser).
macro_rules! accessors {
    () => {
        /// Returns the e-mail address.
        #[must_use]
        pub fn email(&self) -> &EmailAddress {
            &self.account.email
        }
        /// Returns the address that the user asked for and has not proven yet.
        #[must_use]
        pub fn pending_email(&self) -> Option<&EmailAddress> {
            self.account.pending_email.as_ref()
        }
        /// Returns the user name, if the user has one.
        #[must_use]
        pub fn username(&self) -> Option<&Username> {
            self.account.username.as_ref()
        }
        /// Returns the stored password hash; `None` for an account without a password.
        #[must_use]
        pub fn password_hash(&self) -> Option<&PasswordHash> {
            self.account.password_hash.as_ref()
        }
        /// Returns whether the account may be used. An inactive user is anonymous to every guard.
        #[must_use]
        pub fn is_active(&self) -> bool {
            self.account.is_active
        }
        /// Returns whether the e-mail address was verified.
        #[must_use]
        pub fn is_verified(&self) -> bool {
            self.account.is_verified
        }
        /// Returns whether the user may administer other users.
        #[must_use]
        pub fn is_superuser(&self) -> bool {
            self.account.is_superuser
        }
        /// Returns the roles.
        #[must_use]
        pub fn roles(&self) -> &Roles {
            &self.account.roles
        }
        /// Returns the credential version, which ends older tokens and sessions when it grows.
        #[must_use]
        pub fn epoch(&self) -> Epoch {
            self.account.epoch
        }
    };
}
pub(super) use accessors;

/// A stored user has a value that the toolkit never writes: no login would find an address in
/// another spelling, for example. The sentence names the field and not the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("stored user has an invalid `{field}`")]
pub struct InvalidStoredUser {
    field: &'static str,
}

impl Account {
    /// Creates an active, unverified account without a password: for tests, and for a storage that
    /// builds accounts by itself.
    #[must_use]
    pub const fn new(email: EmailAddress) -> Self {
        Self {
            email,
            pending_email: None,
            username: None,
            password_hash: None,
            is_active: true,
            is_verified: false,
            is_superuser: false,
            roles: Roles::none(),
            epoch: Epoch::FIRST,
            created_at: None,
        }
    }

    /// Returns the account of stored values. Every storage uses this function, so that all of them
    /// accept the same stored users.
    ///
    /// # Errors
    ///
    /// [`InvalidStoredUser`] if a value is invalid, or is not in the form in which the toolkit
    /// writes it: an address or a name that is not normalised, roles that are not normalised,
    /// sorted and unique.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::EmailAddress;
    /// use auth_core::user::{Account, StoredAccount};
    ///
    /// let account = Account::new(EmailAddress::parse("ada@example.com")?);
    /// let mut stored = StoredAccount::from(&account);
    /// assert_eq!(Account::from_stored(stored.clone())?.email, account.email);
    ///
    /// stored.email = "Ada@Example.com".to_owned();
    /// let error = Account::from_stored(stored).unwrap_err();
    /// assert_eq!(error.to_string(), "stored user has an invalid `email`");
    /// # Ok::<(), auth_core::BoxError>(())
    /// ```
    pub fn from_stored(stored: StoredAccount) -> Result<Self, InvalidStoredUser> {
        let StoredAccount {
            email,
            pending_email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            epoch,
            created_at,
        } = stored;
        let username = match username {
            Some(name) => Some(stored_username(&name).ok_or(InvalidStoredUser::new("username"))?),
            None => None,
        };
        let pending_email = match pending_email {
            Some(email) => {
                Some(stored_email(&email).ok_or(InvalidStoredUser::new("pending_email"))?)
            }
            None => None,
        };
        Ok(Self {
            email: stored_email(&email).ok_or(InvalidStoredUser::new("email"))?,
            pending_email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles: stored_roles(&roles).ok_or(InvalidStoredUser::new("roles"))?,
            epoch: Epoch::from_i64(epoch),
            created_at,
        })
    }
}

impl From<&Account> for StoredAccount {
    fn from(account: &Account) -> Self {
        let Account {
            email,
            pending_email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            epoch,
            created_at,
        } = account;
        Self {
            email: email.as_str().to_owned(),
            pending_email: pending_email
                .as_ref()
                .map(|email| email.as_str().to_owned()),
            username: username.as_ref().map(|name| name.as_str().to_owned()),
            password_hash: password_hash.clone(),
            is_active: *is_active,
            is_verified: *is_verified,
            is_superuser: *is_superuser,
            roles: roles.iter().map(|role| role.as_str().to_owned()).collect(),
            epoch: epoch.as_i64(),
            created_at: *created_at,
        }
    }
}

impl InvalidStoredUser {
    /// Returns the error for an invalid value of `field`.
    #[must_use]
    pub const fn new(field: &'static str) -> Self {
        Self { field }
    }
}

fn stored_email(stored: &str) -> Option<EmailAddress> {
    let email = EmailAddress::parse(stored).ok()?;
    (email.as_str() == stored).then_some(email)
}

fn stored_username(stored: &str) -> Option<Username> {
    let name = Username::parse(stored).ok()?;
    (name.as_str() == stored).then_some(name)
}

/// A guard compares the stored names, so each name must be in its stored form.
fn stored_roles(stored: &[String]) -> Option<Roles> {
    let roles = Roles::parse(stored.iter().map(String::as_str)).ok()?;
    let same = roles.iter().map(Role::as_str).eq(stored);
    same.then_some(roles)
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("email", &self.email)
            .field("is_active", &self.is_active)
            .field("is_verified", &self.is_verified)
            .field("is_superuser", &self.is_superuser)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StoredAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredAccount")
            .field("email", &self.email)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored() -> StoredAccount {
        StoredAccount {
            email: "ada@example.com".to_owned(),
            pending_email: Some("ada@example.org".to_owned()),
            username: Some("ada".to_owned()),
            password_hash: Some(PasswordHash::from_stored("$argon2id$of-ada".to_owned())),
            is_active: true,
            is_verified: false,
            is_superuser: true,
            roles: vec!["admin".to_owned(), "billing".to_owned()],
            epoch: 3,
            created_at: Some(OffsetDateTime::UNIX_EPOCH),
        }
    }

    /// Returns the error for stored values after this change.
    fn refused(change: impl FnOnce(&mut StoredAccount)) -> String {
        let mut stored = stored();
        change(&mut stored);
        Account::from_stored(stored).unwrap_err().to_string()
    }

    #[test]
    fn account_and_stored_values_round_trip() {
        let account = Account::from_stored(stored()).unwrap();
        let (again, stored) = (StoredAccount::from(&account), stored());
        assert_eq!(again.email, stored.email);
        assert_eq!(again.pending_email, stored.pending_email);
        assert_eq!(again.username, stored.username);
        assert!(
            again
                .password_hash
                .unwrap()
                .is_same_as(&stored.password_hash.unwrap())
        );
        assert_eq!(
            (again.is_active, again.is_verified, again.is_superuser),
            (true, false, true)
        );
        assert_eq!(again.roles, stored.roles);
        assert_eq!((again.epoch, again.created_at), (3, stored.created_at));
    }

    #[test]
    fn stored_values_in_another_form_are_rejected() {
        for (email, name) in [
            ("Ada@Example.com", "ada"),
            ("ada", "ada"),
            ("ada@example.com", " ada"),
        ] {
            let error = refused(|stored| {
                stored.email = email.to_owned();
                stored.username = Some(name.to_owned());
            });
            let field = if name == "ada" { "email" } else { "username" };
            assert_eq!(error, format!("stored user has an invalid `{field}`"));
        }
        for roles in [
            vec!["Billing"],
            vec!["billing", "admin"],
            vec!["admin", "admin"],
            vec![""],
        ] {
            let error =
                refused(|stored| stored.roles = roles.iter().map(ToString::to_string).collect());
            assert_eq!(error, "stored user has an invalid `roles`", "{roles:?}");
        }
    }

    #[test]
    fn debug_shows_no_password_hash() {
        let text = format!(
            "{:?} {:?}",
            stored(),
            Account::from_stored(stored()).unwrap()
        );
        assert!(!text.contains("argon2id"), "{text}");
    }
}
