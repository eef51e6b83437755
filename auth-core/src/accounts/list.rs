//! The list of users.

use super::Accounts;
use crate::error::Unavailable;
use crate::store::{Page, PageRequest};
use crate::user::AuthUser;

impl<U: AuthUser> Accounts<U> {
    /// Returns a page of users in ascending order of their keys: of all users, or of those whose addresses
    /// begin with [`PageRequest::email`]. Deactivated users are among them. A pending address is not searched.
    ///
    /// The caller of this method must have checked the rights of the administrator. A limit outside of 1 to
    /// [`PageRequest::MAX_LIMIT`] is moved into it.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot answer.
    pub async fn list(&self, page: PageRequest<U::Id>) -> Result<Page<U>, Unavailable> {
        let limit = page.limit.clamp(1, PageRequest::<U::Id>::MAX_LIMIT);
        Ok(self
            .inner
            .database
            .list(PageRequest { limit, ..page })
            .await?)
    }
}
