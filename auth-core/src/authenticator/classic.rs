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
use crate::strategy::{IssuedToken, PresentedToken};
use crate::transport::TokenSet;
use crate::user::AuthUser;

/// A classic session whose secret was issued for other privileges of its user.
pub(crate) struct OutdatedSession {
    pub(crate) row: Arc<StoredSession>,
    /// The CSRF token of the request, which stays.
    pub(crate) csrf: Option<String>,
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
        backend: &Backend<U>,
        head: &dyn RequestHead,
        user: &U,
        row: Arc<StoredSession>,
    ) -> Result<Option<Arc<OutdatedSession>>, Unavailable> {
        let sessions = self.accounts.session_settings()?;
        let is_outdated = sessions.has_other_privileges(&row, &PrivilegeText::of(user))?;
        let (transport, binding) = (backend.transport(), CsrfBinding::Session(row.id));
        let outdated = |row| OutdatedSession {
            row,
            csrf: self.csrf.token_of(head, transport, &binding),
            cookies: OnceCell::new(),
        };
        Ok(is_outdated.then(|| Arc::new(outdated(row))))
    }

    /// Returns whether a refused token names a classic session that lives: a parallel request may have given it a
    /// new secret, and a reply that deletes the cookie could reach the browser after the new one.
    pub(super) async fn is_replaced(
        &self,
        backend: &Backend<U>,
        token: &str,
    ) -> Result<bool, Unavailable> {
        if !backend.is_classic() {
            return Ok(false);
        }
        let Some(PresentedToken::Session(secret)) = backend.read(self.accounts, token).await?
        else {
            return Ok(false);
        };
        let living = self.accounts.living_session(backend.name(), &secret.id);
        Ok(living.await?.is_some())
    }
}
