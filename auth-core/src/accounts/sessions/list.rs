//! The sessions of a user.

use super::super::Accounts;
use crate::error::Unavailable;
use crate::session::Session;
use crate::user::AuthUser;

/// How many sessions are shown.
const MOST: u32 = 1000;

impl<U: AuthUser> Accounts<U> {
    /// The sessions of a user that are good now, those that were used last first; of a user with
    /// more than a thousand the thousand that were used last.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot answer, or there are no sessions.
    pub async fn sessions(&self, user: &U) -> Result<Vec<Session>, Unavailable> {
        let sessions = self.session_settings()?;
        let owner = sessions.owner(user.id())?;
        let now = self.now();
        let rows = sessions
            .store()
            .sessions_of(&owner, user.epoch(), now, MOST)
            .await?;
        Ok(rows.into_iter().map(Session::of).collect())
    }
}
