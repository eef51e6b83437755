//! A new address that waits for its proof: who is told, and how the change is completed.

use super::mail::{MailPermit, TokenKind};
use super::update_self::Visibility;
use super::{Accounts, UpdateSelfError, UpdateSummary, VerifyError};
use crate::accounts::background::Place;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::EventKind;
use crate::store::{Precondition, UniqueField, UpdateOutcome, UserChange};
use crate::user::{AuthUser, EmailAddress};

/// A new address that a user may ask for, with the permission to mail to it.
pub(super) struct NewAddress {
    email: EmailAddress,
    permit: Option<MailPermit>,
    /// Where accounts are hidden: the place of the work that follows the reply.
    place: Option<Place>,
}

impl<U: AuthUser> Accounts<U> {
    /// Counts the mail to a new address, and refuses a taken one where the caller is told. Where the caller
    /// is not told, nothing here depends on whether there is an account.
    pub(super) async fn admit_address(
        &self,
        email: &EmailAddress,
        visibility: Visibility,
    ) -> Result<NewAddress, UpdateSelfError> {
        let place = match visibility {
            Visibility::Hidden => Some(self.inner.background.place()?),
            Visibility::Told => None,
        };
        let permit = self.mail_permit(email).await?;
        if visibility == Visibility::Told && self.find(email.clone()).await?.is_some() {
            return Err(UpdateSelfError::Taken(UniqueField::Email));
        }
        Ok(NewAddress {
            email: email.clone(),
            permit,
            place,
        })
    }

    /// Notifies the stored address of a user, and mails the token to the new one: after the reply where
    /// accounts are hidden.
    pub(super) async fn mail_new_address(&self, new: NewAddress, user: &U, context: &Context) {
        self.mail_pending_email(user, context).await;
        let NewAddress {
            email,
            permit,
            place,
        } = new;
        let Some(place) = place else {
            self.prove_address(permit, &email, user, context).await;
            return;
        };
        let (this, user, context) = (self.clone(), user.clone(), context.clone());
        place.run(async move {
            match this.find(email.clone()).await {
                Ok(Some(owner)) => {
                    if let Some(permit) = permit {
                        this.mail_duplicate(permit, &owner, &context).await;
                    }
                }
                Ok(None) => this.prove_address(permit, &email, &user, &context).await,
                Err(error) => this.background_failed("update", &error, &context),
            }
        });
    }

    /// Mails the token for a pending address. The request is stored already: if this fails, the user asks
    /// again.
    async fn prove_address(
        &self,
        permit: Option<MailPermit>,
        email: &EmailAddress,
        user: &U,
        context: &Context,
    ) {
        let mailed = async {
            let permit = self.token_permit(permit, TokenKind::Verify, email).await?;
            if let Some(permit) = permit {
                let tokens = &self.inner.tokens;
                let token = tokens.mint_verify_pending(user, email, self.now())?;
                self.mail_pending_token(permit, user, email, &token, context)
                    .await;
            }
            Ok::<(), Unavailable>(())
        };
        if let Err(error) = mailed.await {
            self.background_failed("update", &error, context);
        }
    }

    /// Makes the pending address that was proven the address of the user, and ends everything that the
    /// user holds.
    ///
    /// One statement decides: it applies only while this address is pending and nothing has ended the
    /// sessions of the user since, so that the stored address is also the one of the request. An address
    /// that another user got meanwhile is refused like an invalid token. The caller removes the rows of the
    /// ended sessions.
    pub(super) async fn complete_email_change(
        &self,
        before: U,
        new: EmailAddress,
        context: &Context,
    ) -> Result<U, VerifyError> {
        let change = UserChange {
            email: Some(new.clone()),
            pending_email: Some(None),
            is_verified: Some(true),
            bump_epoch: true,
            ..UserChange::default()
        };
        let summary = UpdateSummary {
            email: true,
            pending_email: true,
            is_verified: !before.is_verified(),
            ..UpdateSummary::default()
        };
        let expect = Precondition::epoch(before.epoch()).and_pending_email(new);
        let outcome = self.inner.database.update(before.id(), change, expect);
        let UpdateOutcome::Updated(user) = outcome.await.map_err(Unavailable::from)? else {
            return Err(self.verification_failed(context));
        };
        self.raise_for(EventKind::UserVerified, &user, context);
        let hook = self.hooks().on_after_verify(&user, context);
        self.after("on_after_verify", &user, context, hook).await;
        self.updated(&before, &user, summary, context).await;
        Ok(user)
    }
}
