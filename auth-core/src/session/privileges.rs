//! The privileges for which the secret of a classic session was issued.

use super::token_digest::DigestInput;
use super::token_state::TokenState;
use super::{SessionId, Sessions, TokenDigest};
use crate::error::StoreError;
use crate::secret::SubKey;
use crate::store::StoredSession;
use crate::user::AuthUser;

/// The roles of a user, and whether it is a superuser, as a text.
pub(crate) struct PrivilegeText(String);

impl PrivilegeText {
    pub(crate) fn of<U: AuthUser>(user: &U) -> Self {
        let mut text = if user.is_superuser() { "superuser" } else { "" }.to_owned();
        for role in user.roles().iter() {
            // A name has no line break.
            text.push('\n');
            text.push_str(role.as_str());
        }
        Self(text)
    }

    pub(super) fn digest(&self, key: &SubKey, id: &SessionId) -> TokenDigest<'static> {
        TokenDigest::new(key, DigestInput::Privileges(id, &self.0))
    }
}

impl Sessions {
    /// Returns whether the privileges of the user have changed since the secret of its classic session was
    /// issued, so that it needs a new one (OWASP Session Management, "renew the session ID after any
    /// privilege level change").
    pub(crate) fn has_other_privileges(
        &self,
        row: &StoredSession,
        now: &PrivilegeText,
    ) -> Result<bool, StoreError> {
        let issued_for = TokenState::read(&row.tokens)?.privileges;
        let input = DigestInput::Privileges(&row.id, &now.0);
        Ok(issued_for.is_some_and(|digest| !digest.is_of(&self.keys, input)))
    }
}
