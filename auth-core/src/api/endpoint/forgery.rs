//! Logins and refreshes by cookie that another site may have caused.

use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::backend::Backend;
use crate::context::Context;
use crate::csrf::CsrfBinding;
use crate::event::{AuthEvent, EventKind};
use crate::http::{Reply, RequestHead};
use crate::transport::{CredentialSource, find_cookie};
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    /// Refuses a refresh with a cookie that another site may have caused.
    pub(in crate::api) fn check_forgery(
        &self,
        backend: &Backend<U>,
        head: &dyn RequestHead,
        binding: &CsrfBinding,
        context: &Context,
    ) -> Result<(), Rejection> {
        let transport = backend.transport();
        if transport.source() == CredentialSource::Header
            || self.csrf().passes(head, transport, binding)
        {
            return Ok(());
        }
        if self.is_forgery(context) {
            Err(Self::csrf_refused(backend, head))
        } else {
            Ok(())
        }
    }

    /// Refuses a login with a cookie that another site may have caused.
    pub(in crate::api) fn check_login_forgery(
        &self,
        backend: &Backend<U>,
        head: &dyn RequestHead,
        context: &Context,
    ) -> Result<(), Rejection> {
        let transport = backend.transport();
        let passes = transport.source() == CredentialSource::Header
            || self.csrf().passes_login(head, transport);
        if passes || !self.is_forgery(context) {
            return Ok(());
        }
        Err(Self::csrf_refused(backend, head))
    }

    /// Raises the event of a request that may be forged. Returns whether it is refused.
    pub(in crate::api) fn is_forgery(&self, context: &Context) -> bool {
        let event = AuthEvent::new(EventKind::CsrfRefused, context);
        self.accounts().raise(event);
        self.csrf().enforces()
    }

    /// Gives a client without Fetch Metadata and without origins the token that its login needs.
    pub(in crate::api) fn offer_csrf(
        &self,
        backend: &Backend<U>,
        head: &dyn RequestHead,
        reply: Reply,
    ) -> Reply {
        let transport = backend.transport();
        let Some(name) = transport.csrf_cookie() else {
            return reply;
        };
        let may_keep = match find_cookie(head, name) {
            Ok(None) => false,
            // A login accepts every genuine token, and the session of this one may still be refreshed.
            Ok(Some(token)) => self.csrf().is_genuine(token),
            // It is cleared, so that the next request gets a token.
            Err(_) => return reply.with_headers(Self::csrf_refused(backend, head).cookies()),
        };
        if may_keep {
            return reply;
        }
        let token = self.csrf().mint(&CsrfBinding::Anonymous).ok().flatten();
        match token.map_or(Ok(None), |token| transport.offer_csrf(&token)) {
            Ok(header) => reply.with_headers(header),
            Err(_) => Rejection::new(ErrorCode::InternalError).into_reply(),
        }
    }
}
