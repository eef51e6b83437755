//! Registration, and the creation of accounts by the application itself.

use std::fmt;

use thiserror::Error;

use super::{Accounts, Refusal, Refused};
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind, RegistrationRefusal};
use crate::password::{Password, PasswordRejection};
use crate::store::{InsertOutcome, NewUser, UniqueField};
use crate::user::EmailAddress;
use crate::user::Roles;
use crate::user::Username;
use crate::user::{AuthUser, NoColumns, UserColumns};

/// What a person gives to get an account. Nothing in it can make the account privileged.
pub struct Registration<U: AuthUser> {
    /// The address.
    pub email: EmailAddress,
    /// The user name, where the application has one.
    pub username: Option<Username>,
    /// The password in clear.
    pub password: Password,
    /// The application's own columns.
    pub columns: <U::Columns as UserColumns>::New,
}

/// An account that the application itself makes: the first administrator, an import.
pub struct NewAccount<U: AuthUser> {
    /// The registration.
    pub registration: Registration<U>,
    /// Whether the address counts as proven.
    pub is_verified: bool,
    /// Whether the user may administer others.
    pub is_superuser: bool,
    /// The roles.
    pub roles: Roles,
}

/// Why there is no new account.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// Another user has this value of a unique column.
    #[error("the {0} is taken")]
    Taken(UniqueField),
    /// The password may not be chosen.
    #[error(transparent)]
    Password(PasswordRejection),
    /// The hook [`on_before_register`](super::UserManager::on_before_register) refuses the registration.
    #[error("the application refuses the registration: {}", .0.code())]
    Refused(Refusal),
    /// Something that is needed cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl<U: AuthUser> Accounts<U> {
    /// Registers an account and hands its verification token to the hook.
    ///
    /// The password is checked,
    /// [`on_before_register`](super::UserManager::on_before_register) is asked, and the password is
    /// hashed, all before the address is looked up. The unique index decides, so that of simultaneous
    /// registrations exactly one succeeds.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]; nothing is stored then.
    pub async fn register(
        &self,
        registration: Registration<U>,
        context: &Context,
    ) -> Result<U, RegisterError> {
        let new = self.begin_registration(registration, context).await?;
        let (this, context) = (self.clone(), context.clone());
        self.inner
            .background
            .shielded(async move { this.insert_registered(new, &context).await })
            .await
    }

    /// Registers without telling whether the address was free: the answer comes after the same work
    /// in every case, and the account is made (or its owner told, by
    /// [`on_after_register_duplicate`](super::UserManager::on_after_register_duplicate)) after it.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Password`], [`RegisterError::Refused`] and [`RegisterError::Unavailable`], never
    /// [`RegisterError::Taken`].
    pub async fn register_privately(
        &self,
        registration: Registration<U>,
        context: &Context,
    ) -> Result<(), RegisterError> {
        let place = self.inner.background.place()?;
        let new = self.begin_registration(registration, context).await?;
        if self.inner.expiring.is_some() {
            self.count_request("register", &new.email).await?;
        }
        let (this, context) = (self.clone(), context.clone());
        place.run(async move {
            let email = new.email.clone();
            match this.insert_registered(new, &context).await {
                Err(RegisterError::Taken(_)) => this.notify_owner(email, &context).await,
                Err(RegisterError::Unavailable(error)) => {
                    this.background_failed("register", &error, &context);
                }
                Ok(_) | Err(RegisterError::Password(_) | RegisterError::Refused(_)) => {}
            }
        });
        Ok(())
    }

    /// Makes an account with privileges of the application's choice. No hook runs, and nothing is mailed.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]; nothing is stored then.
    pub async fn create(
        &self,
        account: NewAccount<U>,
        context: &Context,
    ) -> Result<U, RegisterError> {
        let NewAccount {
            registration,
            is_verified,
            is_superuser,
            roles,
        } = account;
        self.check_registration(&registration).await?;
        let new = self.hash_registration(registration).await?;
        let (this, context) = (self.clone(), context.clone());
        let new = NewUser {
            is_verified,
            is_superuser,
            roles,
            ..new
        };
        self.inner
            .background
            .shielded(async move { this.insert(new, &context).await })
            .await
    }

    /// Does the first half of [`register`](Self::register): checks the password, asks
    /// [`on_before_register`](super::UserManager::on_before_register), hashes the password, and writes
    /// nothing.
    ///
    /// For an application that stores the row by itself, in a transaction with rows of its own. It calls
    /// [`finish_registration`](Self::finish_registration) after the commit. It may change the result
    /// before it stores it (activity, roles).
    ///
    /// # Errors
    ///
    /// [`RegisterError::Password`], [`RegisterError::Refused`] and [`RegisterError::Unavailable`].
    pub async fn begin_registration(
        &self,
        registration: Registration<U>,
        context: &Context,
    ) -> Result<NewUser<U>, RegisterError> {
        self.check_registration(&registration).await?;
        let hook = self.hooks().on_before_register(&registration, context);
        let asked = self.ask("on_before_register", None, context, hook).await;
        if let Err(Refused::By(_)) = &asked {
            let event = AuthEvent::new(EventKind::RegistrationRefused, context);
            self.raise(event.with_data(RegistrationRefusal::Application));
        }
        asked?;
        self.hash_registration(registration).await
    }

    /// Checks the password of a registration against the policy.
    async fn check_registration(
        &self,
        registration: &Registration<U>,
    ) -> Result<(), RegisterError> {
        let Registration {
            email,
            username,
            password,
            ..
        } = registration;
        Ok(self
            .check_policy(password, email, username.as_ref())
            .await?)
    }

    /// Hashes the password of a registration.
    async fn hash_registration(
        &self,
        registration: Registration<U>,
    ) -> Result<NewUser<U>, RegisterError> {
        let Registration {
            email,
            username,
            password,
            columns,
        } = registration;
        let hash = self.hash_new_password(&password).await?;
        Ok(NewUser {
            email,
            username,
            password_hash: Some(hash),
            is_active: true,
            is_verified: false,
            is_superuser: false,
            roles: Roles::none(),
            created_at: self.now(),
            columns,
        })
    }

    /// Does the second half of [`register`](Self::register), after the application has
    /// stored the user of [`begin_registration`](Self::begin_registration): raises the event, makes the verification token and hands it to the hook.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if no token can be made; the account exists all the same.
    pub async fn finish_registration(
        &self,
        user: &U,
        context: &Context,
    ) -> Result<(), Unavailable> {
        self.raise_for(EventKind::UserCreated, user, context);
        self.welcome(user, context).await
    }

    async fn insert(&self, new: NewUser<U>, context: &Context) -> Result<U, RegisterError> {
        match self
            .inner
            .database
            .insert(new)
            .await
            .map_err(Unavailable::from)?
        {
            InsertOutcome::Inserted(user) => {
                self.raise_for(EventKind::UserCreated, &user, context);
                Ok(user)
            }
            InsertOutcome::Taken(field) => {
                let event = AuthEvent::new(EventKind::RegistrationRefused, context);
                self.raise(event.with_data(RegistrationRefusal::Taken));
                Err(RegisterError::Taken(field))
            }
        }
    }

    async fn insert_registered(
        &self,
        new: NewUser<U>,
        context: &Context,
    ) -> Result<U, RegisterError> {
        let user = self.insert(new, context).await?;
        self.welcome(&user, context).await?;
        Ok(user)
    }

    async fn welcome(&self, user: &U, context: &Context) -> Result<(), Unavailable> {
        if self.inner.expiring.is_some() {
            let token = self.inner.tokens.mint_verify(user, self.now())?;
            let hook = self.hooks().on_after_register(user, &token, context);
            self.after("on_after_register", user, context, hook).await;
        }
        Ok(())
    }

    async fn notify_owner(&self, email: EmailAddress, context: &Context) {
        match self.inner.database.find(&email.into()).await {
            Ok(Some(owner)) => {
                let hook = self.hooks().on_after_register_duplicate(&owner, context);
                self.after("on_after_register_duplicate", &owner, context, hook)
                    .await;
            }
            Ok(None) => {}
            Err(error) => self.background_failed("register", &error.into(), context),
        }
    }
}

impl<U: AuthUser> Registration<U>
where
    U::Columns: UserColumns<New = NoColumns>,
{
    /// A registration by address, without columns of the application's own.
    #[must_use]
    pub fn new(email: EmailAddress, password: Password) -> Self {
        Self {
            email,
            username: None,
            password,
            columns: NoColumns,
        }
    }
}

impl<U: AuthUser> fmt::Debug for Registration<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

impl<U: AuthUser> fmt::Debug for NewAccount<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewAccount")
            .field("registration", &self.registration)
            .field("is_superuser", &self.is_superuser)
            .finish_non_exhaustive()
    }
}
