//! The sessions of a user.

use super::super::Accounts;
use crate::error::Unavailable;
use crate::session::{Session, SessionId};
use crate::store::SessionPage;
use crate::user::AuthUser;

/// The largest number of sessions of a list without pages.
const MOST: u32 = 1000;

impl<U: AuthUser> Accounts<U> {
    /// Returns the valid sessions of a user, those that were used last first; of a user with more than a
    /// thousand the thousand that were used last. [`session_page`](Self::session_page) returns the others.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot answer, or there are no sessions.
    pub async fn sessions(&self, user: &U) -> Result<Vec<Session>, Unavailable> {
        self.session_page(user, SessionPage::first(MOST)).await
    }

    /// Returns a page of the valid sessions of a user, those that were used last first.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot answer, or there are no sessions.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::session::Session;
    /// use auth_core::store::{SessionPage, SessionPosition};
    /// use auth_core::{Accounts, Unavailable, User};
    ///
    /// async fn page_after(
    ///     accounts: &Accounts<User>,
    ///     user: &User,
    ///     last: &Session,
    /// ) -> Result<Vec<Session>, Unavailable> {
    ///     let (last_used_at, id) = (last.last_used_at, last.id);
    ///     let after = Some(SessionPosition { last_used_at, id });
    ///     accounts.session_page(user, SessionPage { after, limit: 50 }).await
    /// }
    /// ```
    pub async fn session_page(
        &self,
        user: &U,
        page: SessionPage,
    ) -> Result<Vec<Session>, Unavailable> {
        let sessions = self.session_settings()?;
        let owner = sessions.owner(user.id())?;
        let now = self.now();
        let rows = sessions
            .store()
            .sessions_of(&owner, user.epoch(), now, page)
            .await?;
        Ok(rows.into_iter().map(Session::of).collect())
    }

    /// Returns one valid session of a user.
    pub(crate) async fn session_of(
        &self,
        user: &U,
        id: &SessionId,
    ) -> Result<Option<Session>, Unavailable> {
        let sessions = self.session_settings()?;
        let owner = sessions.owner(user.id())?;
        let row = sessions.store().session(id).await?;
        let row = row.filter(|row| {
            let is_theirs = row.owner == owner && row.epoch == user.epoch();
            is_theirs && !row.is_over(self.now())
        });
        Ok(row.map(Session::of))
    }
}
