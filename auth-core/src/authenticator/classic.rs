//! A classic session beside its request: the cookies with its new deadline, and whether its secret is outdated.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::Authenticator;
use crate::backend::Backend;
use crate::csrf::CsrfBinding;
use crate::error::Unavailable;
use crate::http::{Header, RequestHead};
use crate::session::{PrivilegeText, Sessions};
use crate::store::StoredSession;
use crate::strategy::IssuedToken;
use crate::transport::TokenSet;
use crate::user::AuthUser;

/// A classic session whose secret was issued for other privileges of its user.
pub(crate) struct OutdatedSession {
    pub(crate) row: StoredSession,
    /// The cookies with the new secret, once it is written: several layers can see one reply.
    pub(crate) cookies: OnceCell<Vec<Header>>,
}

impl<U: AuthUser> Authenticator<'_, U> {
    /// Returns the cookies of the request with the session's new deadline, as its login set them; `None` for a
    /// session that ends with the browser, whose cookies have none.
    pub(super) fn with_new_deadline(
        &self,
        backend: &Backend<U>,
        head: &dyn RequestHead,
        token: &str,
        session: &StoredSession,
    ) -> Result<Option<Arc<[Header]>>, Unavailable> {
        if !Sessions::is_remembered(session)? {
            return Ok(None);
        }
        let left = session.expires_at - self.accounts.now();
        let token = IssuedToken::new(token.to_owned(), left.try_into().unwrap_or_default());
        let transport = backend.transport();
        let mut tokens = TokenSet::new(&token, backend.refresh_path());
        // The CSRF cookie keeps its value: pages in other tabs have it in their forms.
        let binding = CsrfBinding::Session(session.id);
        tokens.csrf = self.csrf.token_of(head, transport, &binding);
        let reply = transport.login(&tokens);
        Ok(Some(reply.cookies().cloned().collect()))
    }

    /// Returns the session if its secret was issued for other privileges of the user.
    pub(super) fn outdated_secret(
        &self,
        user: &U,
        row: StoredSession,
    ) -> Result<Option<Arc<OutdatedSession>>, Unavailable> {
        let sessions = self.accounts.session_settings()?;
        let is_outdated = sessions.has_other_privileges(&row, &PrivilegeText::of(user))?;
        let outdated = |row| OutdatedSession {
            row,
            cookies: OnceCell::new(),
        };
        Ok(is_outdated.then(|| Arc::new(outdated(row))))
    }
}
