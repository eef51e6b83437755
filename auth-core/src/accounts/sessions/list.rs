//! The sessions of a user.

use super::super::Accounts;
use crate::error::Unavailable;
use crate::session::Session;
use crate::user::AuthUser;

/// How many sessions are shown.
const MOST: u32 = 1000;
/// How many rows are read, where some of the first are dead: those that ended with the user's epoch
/// stay until their time is over, and must not take the places of those that are good. It is bounded,
/// because one user must not be able to exhaust the memory of the process.
const MOST_READ: u32 = 16 * MOST;

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
        let mut alive = Vec::new();
        for limit in [MOST, MOST_READ] {
            let rows = sessions.store().sessions_of(&owner, now, limit).await?;
            let is_all = rows.len() < limit as usize;
            let rows = rows.into_iter().filter(|row| row.epoch == user.epoch());
            alive = rows.map(Session::of).take(MOST as usize).collect();
            if is_all || alive.len() == MOST as usize {
                break;
            }
        }
        Ok(alive)
    }
}
