//! The end of sessions: one, all others, all.

use std::sync::Arc;

use super::super::Accounts;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind, SessionsEnded};
use crate::session::SessionId;
use crate::session::Sessions;
use crate::store::{Precondition, StoredSession, UpdateOutcome, UserChange};
use crate::user::AuthUser;

impl<U: AuthUser> Accounts<U> {
    /// Ends one session of the user with this key, and its tokens with it; whether there was one.
    /// A session of another user is not ended.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot answer, or there are no sessions.
    pub async fn end_session(
        &self,
        user: &U::Id,
        id: &SessionId,
        context: &Context,
    ) -> Result<bool, Unavailable> {
        let sessions = self.session_settings()?;
        let owner = sessions.owner(user)?;
        let row = sessions.store().session(id).await?;
        let Some(row) = row.filter(|row| row.owner == owner && !row.is_over(self.now())) else {
            return Ok(false);
        };
        // One that ended with the user's epoch is in no list any more, and is only a row.
        let epoch = self.get(user).await?.map(|user| user.epoch());
        if epoch != Some(row.epoch) {
            return Ok(false);
        }
        self.delete_session_row(&row, SessionsEnded::One, context)
            .await
    }

    /// Ends everything that a user holds but one session: all other sessions, tokens without a session,
    /// and mailed reset tokens. One step, however many there are, for the user's epoch moves on and the
    /// session's with it. `None` where the user or the caller's session is gone.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when a store cannot answer.
    pub async fn end_other_sessions(
        &self,
        user: &U,
        keep: Option<&SessionId>,
        context: &Context,
    ) -> Result<Option<U>, Unavailable> {
        let expect = Precondition::epoch(user.epoch());
        self.end_by_epoch(user.id(), keep, expect, SessionsEnded::Others, context)
            .await
    }

    /// Ends everything that a user holds, for an administrator or for "log out everywhere"; whether
    /// there is such a user. One step, however many sessions there are.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when a store cannot answer.
    pub async fn end_all_sessions(
        &self,
        user: &U::Id,
        context: &Context,
    ) -> Result<bool, Unavailable> {
        let ended = self.end_by_epoch(
            user,
            None,
            Precondition::anything(),
            SessionsEnded::All,
            context,
        );
        Ok(ended.await?.is_some())
    }

    async fn end_by_epoch(
        &self,
        user: &U::Id,
        keep: Option<&SessionId>,
        expect: Precondition,
        which: SessionsEnded,
        context: &Context,
    ) -> Result<Option<U>, Unavailable> {
        let change = UserChange {
            bump_epoch: true,
            keep_session: keep.copied(),
            ..UserChange::default()
        };
        let (this, user, keep) = (self.clone(), user.clone(), keep.copied());
        let context = context.clone();
        self.inner
            .background
            .shielded(async move {
                let outcome = this.inner.database.update(&user, change, expect).await?;
                let UpdateOutcome::Updated(user) = outcome else {
                    return Ok(None);
                };
                this.keep_current_session(keep.as_ref(), &user, &context)
                    .await;
                let event = AuthEvent::new(EventKind::SessionEnded, &context);
                this.raise(event.with_user(user.id()).with_data(which));
                Ok(Some(user))
            })
            .await
    }

    /// Ends one session, and raises the event; whether it was there.
    pub(crate) async fn delete_session_row(
        &self,
        row: &StoredSession,
        which: SessionsEnded,
        context: &Context,
    ) -> Result<bool, Unavailable> {
        let sessions = self.session_settings()?;
        let ended = sessions.store().delete_session(&row.id).await?;
        if ended {
            self.raise_ended(sessions, row, which, context);
        }
        Ok(ended)
    }

    /// Writes the new epoch of a user into the session to keep. A store that holds users and
    /// sessions has done so already. If this fails, the caller has to log in again; security does
    /// not depend on it, because the session is invalid until the epoch is written.
    pub(crate) async fn keep_current_session(
        &self,
        keep: Option<&SessionId>,
        user: &U,
        context: &Context,
    ) {
        if let Some(id) = keep
            && let Err(error) = self.try_keep_current_session(id, user).await
        {
            self.background_failed("the session to keep", &error, context);
        }
        self.remove_ended_sessions(user, context);
    }

    /// Removes the sessions that ended with an earlier epoch of a user, in batches after the reply. They
    /// are invalid already; this frees their rows.
    pub(crate) fn remove_ended_sessions(&self, user: &U, context: &Context) {
        /// A statement with this many rows takes some milliseconds.
        const BATCH: u32 = 500;
        let Some(sessions) = &self.inner.sessions else {
            return;
        };
        // Without a place the rows stay until they expire.
        let (Ok(owner), Ok(place)) = (sessions.owner(user.id()), self.inner.background.place())
        else {
            return;
        };
        let (this, epoch, context) = (self.clone(), user.epoch(), context.clone());
        place.run(async move {
            while let Some(sessions) = &this.inner.sessions {
                let removed = sessions
                    .store()
                    .delete_sessions_before(&owner, epoch, BATCH);
                match removed.await {
                    Ok(removed) if removed < u64::from(BATCH) => break,
                    Ok(_) => {}
                    Err(error) => {
                        this.background_failed("the ended sessions", &error.into(), &context);
                        break;
                    }
                }
            }
        });
    }

    async fn try_keep_current_session(&self, id: &SessionId, user: &U) -> Result<(), Unavailable> {
        /// Others write a session now and then, and not all the time.
        const ATTEMPTS: u32 = 16;
        let Some(sessions) = &self.inner.sessions else {
            return Ok(());
        };
        let owner = sessions.owner(user.id())?;
        let before = user.epoch().previous();
        for _ in 0..ATTEMPTS {
            let row = sessions.store().session(id).await?;
            // One that is older yet was dead before this change.
            let Some(row) = row.filter(|row| row.owner == owner && row.epoch == before) else {
                return Ok(());
            };
            let next = StoredSession {
                epoch: user.epoch(),
                version: row.version.saturating_add(1),
                ..row
            };
            if sessions.store().swap_session(&next).await? {
                return Ok(());
            }
        }
        Err(Unavailable::new(
            "a session was written by others all the time",
        ))
    }

    /// Removes the sessions of a deleted user. They are invalid already; this frees their rows.
    pub(crate) async fn forget_sessions_of(&self, user: &U::Id, context: &Context) {
        let Some(sessions) = &self.inner.sessions else {
            return;
        };
        let forgotten = match sessions.owner(user) {
            Ok(owner) => sessions.store().delete_sessions_of(&owner).await,
            Err(error) => Err(error),
        };
        if let Err(error) = forgotten {
            self.background_failed("the sessions of a deleted user", &error.into(), context);
        }
    }

    fn raise_ended(
        &self,
        sessions: &Sessions,
        row: &StoredSession,
        which: SessionsEnded,
        context: &Context,
    ) {
        let mut event = AuthEvent::new(EventKind::SessionEnded, context);
        event.user = sessions.key_of(row).map(Arc::from);
        let event = event
            .with_backend(row.backend.as_str())
            .with_session(&row.id);
        self.raise(event.with_data(which));
    }
}
