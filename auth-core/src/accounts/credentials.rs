//! The credentials of a user who is removed.

use super::Accounts;
use crate::context::Context;
use crate::store::Owner;
use crate::user::AuthUser;

impl<U: AuthUser> Accounts<U> {
    /// The owner of a user's credentials; `None` if there is no store of credentials, or the key is too
    /// long for an owner, so that the user cannot have any.
    pub(super) fn credential_owner(&self, user: &U::Id) -> Option<Owner> {
        self.inner.credentials.as_ref()?;
        Owner::new(self.realm(), &user.to_string())
    }

    /// Removes the credentials of a user who was removed. If the store of users holds them, it has
    /// done so already.
    pub(super) async fn forget_credentials_of(&self, owner: &Owner, context: &Context) {
        let Some(store) = &self.inner.credentials else {
            return;
        };
        if let Err(error) = store.delete_credentials_of(owner, None).await {
            self.background_failed("the credentials of a deleted user", &error.into(), context);
        }
    }
}
