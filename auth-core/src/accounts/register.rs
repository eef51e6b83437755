//! Registration, and the creation of accounts by the application itself.

use thiserror::Error;

use super::mail::MailPermit;
use super::{Accounts, Privileges, Refusal, Refused, Registration, UnsupportedField};
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind, RegistrationRefusal};
use crate::password::PasswordRejection;
use crate::store::{InsertOutcome, NewUser, UniqueField};
use crate::user::{AuthUser, EmailAddress, Roles};

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
    /// Users of this type have no such field.
    #[error(transparent)]
    Unsupported(UnsupportedField),
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

    /// Registers without telling whether the address was free: it returns after the same work in every
    /// case. The account is made, or the owner of the address told by
    /// [`on_after_register_duplicate`](super::UserManager::on_after_register_duplicate), afterwards. After
    /// ten mails to the address within an hour the owner gets no further one.
    ///
    /// The address must be the only unique value: the mail tells the registering person whether a user name
    /// or a value of a unique column was free. `AuthBuilder::build` refuses such a registration.
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
        let permit = self.mail_permit(&new.email).await?;
        let (this, context) = (self.clone(), context.clone());
        place.run(async move {
            let email = new.email.clone();
            let done = match this.insert(new, &context).await {
                Ok(user) => this.mail_welcome(permit, &user, &context).await,
                Err(RegisterError::Taken(_)) => this.notify_owner(permit, email, &context).await,
                Err(RegisterError::Unavailable(error)) => Err(error),
                Err(
                    RegisterError::Password(_)
                    | RegisterError::Refused(_)
                    | RegisterError::Unsupported(_),
                ) => Ok(()),
            };
            if let Err(error) = done {
                this.background_failed("register", &error, &context);
            }
        });
        Ok(())
    }

    /// Creates an account with privileges of the application's choice: the first administrator, an import,
    /// a seed script. No hook runs, and nothing is mailed.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]; nothing is stored then.
    pub async fn create_privileged(
        &self,
        registration: Registration<U>,
        privileges: Privileges,
        context: &Context,
    ) -> Result<U, RegisterError> {
        privileges.check_fields::<U>()?;
        let Privileges {
            is_active,
            is_verified,
            is_superuser,
            roles,
        } = privileges;
        self.check_registration(&registration).await?;
        let new = NewUser {
            is_active,
            is_verified,
            is_superuser,
            roles,
            ..self.hash_registration(registration).await?
        };
        let (this, context) = (self.clone(), context.clone());
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

    /// Checks the fields of a registration, and its password against the policy.
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
        registration.check_fields()?;
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
    /// stored the user of [`begin_registration`](Self::begin_registration): raises the event, makes the
    /// verification token and hands it to the hook.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store cannot answer or no token can be made; the account exists all the same.
    pub async fn finish_registration(
        &self,
        user: &U,
        context: &Context,
    ) -> Result<(), Unavailable> {
        self.raise_for(EventKind::UserCreated, user, context);
        let permit = self.mail_permit(user.email()).await?;
        self.mail_welcome(permit, user, context).await
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
        // Before the row is written: a store that cannot count makes no account without its mail.
        let permit = self.mail_permit(&new.email).await?;
        let user = self.insert(new, context).await?;
        self.mail_welcome(permit, &user, context).await?;
        Ok(user)
    }

    async fn notify_owner(
        &self,
        permit: Option<MailPermit>,
        email: EmailAddress,
        context: &Context,
    ) -> Result<(), Unavailable> {
        let Some(permit) = permit else { return Ok(()) };
        if let Some(owner) = self.inner.database.find(&email.into()).await? {
            self.mail_duplicate(permit, &owner, context).await;
        }
        Ok(())
    }
}
