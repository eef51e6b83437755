//! The session behind a credential, and the user behind a session.

use super::super::Accounts;
use crate::context::Context;
use crate::error::Unavailable;
use crate::session::SessionId;
use crate::session::Sessions;
use crate::store::StoredSession;
use crate::strategy::SessionSecret;
use crate::user::{AuthUser, Epoch};

impl<U: AuthUser> Accounts<U> {
    /// Returns the session of this backend with this id, and its user, if both are valid and the session
    /// accepts a self-contained token of this epoch.
    pub(crate) async fn user_in_session(
        &self,
        backend: &str,
        id: &SessionId,
        token: Epoch,
        context: &Context,
    ) -> Result<Option<(U, StoredSession)>, Unavailable> {
        let sessions = self.session_settings()?;
        match self.living_session(backend, id).await? {
            Some(row) if Sessions::accepts_epoch(&row, token)? => {
                self.user_of(sessions, row, context).await
            }
            _ => Ok(None),
        }
    }

    /// Returns the session of this backend that has this secret, and its user, if both are valid.
    pub(crate) async fn user_by_secret(
        &self,
        backend: &str,
        secret: &SessionSecret,
        context: &Context,
    ) -> Result<Option<(U, StoredSession)>, Unavailable> {
        let sessions = self.session_settings()?;
        match self.living_session(backend, &secret.id).await? {
            Some(row) if sessions.is_access_secret(&row, &secret.secret, self.now())? => {
                self.user_of(sessions, row, context).await
            }
            _ => Ok(None),
        }
    }

    /// Returns a session that has not expired, if this backend started it for a user of this realm. The
    /// caller checks the rest.
    pub(crate) async fn living_session(
        &self,
        backend: &str,
        id: &SessionId,
    ) -> Result<Option<StoredSession>, Unavailable> {
        let sessions = self.session_settings()?;
        let row = sessions.store().session(id).await?;
        Ok(row.filter(|row| {
            let is_ours = row.backend == backend && sessions.key_of(row).is_some();
            is_ours && !row.is_over(self.now())
        }))
    }

    /// The user of a session, if it is active and nothing has ended its sessions since; notes the use.
    async fn user_of(
        &self,
        sessions: &Sessions,
        row: StoredSession,
        context: &Context,
    ) -> Result<Option<(U, StoredSession)>, Unavailable> {
        let Some(user) = self.user_of_row(sessions, &row).await? else {
            return Ok(None);
        };
        if row.epoch != user.epoch() {
            return Ok(None);
        }
        self.note_use(sessions, &row, context).await;
        Ok(Some((user, row)))
    }

    /// The active user whose session this is, whatever its epoch.
    pub(crate) async fn user_of_row(
        &self,
        sessions: &Sessions,
        row: &StoredSession,
    ) -> Result<Option<U>, Unavailable> {
        let key = sessions.key_of(row).and_then(|key| key.parse().ok());
        let Some(key) = key else { return Ok(None) };
        Ok(self.get(&key).await?.filter(AuthUser::is_active))
    }

    /// Extends the idle deadline of a session, at most once in a while to save writes.
    /// A concurrent write has recorded the use as well. If the store cannot
    /// write, the request continues, because the session could be read.
    async fn note_use(&self, sessions: &Sessions, row: &StoredSession, context: &Context) {
        let now = self.now();
        if !sessions.is_worth_noting(row, now) {
            return;
        }
        let Some(used) = sessions.used(row, now) else {
            return;
        };
        if let Err(error) = sessions.store().swap_session(&used).await {
            let error = Unavailable::from(error);
            self.background_failed("the use of a session", &error, context);
        }
    }
}
