//! The endpoints.

use crate::api::Rejection;
use crate::api::capabilities::refresh::RefreshBody;
use crate::api::endpoint::{Answer, RequestParts};
use crate::auth::Auth;
use crate::authenticator::{Authentication, Authenticator};
use crate::backend::Backend;
use crate::context::Context;
use crate::csrf::{CsrfBinding, Source};
use crate::http::{Reply, RequestHead};
use crate::login::{self, PresentedTokens};
use crate::session::RefreshToken;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    /// Ends the session of each token that comes with this request, or, without a session, the access
    /// token. The reply is the same if there was nothing to end.
    pub(super) async fn logout(
        &self,
        backend: &Backend<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let context = context.clone().with_backend(backend.shared_name());
        let only = std::slice::from_ref(backend);
        let who = Authenticator::new(self.accounts(), only, self.csrf())
            .authenticate(request.head, &context)
            .await?;
        self.check_csrf(&who)?;
        let presented = self.presented(backend, request.head, &who, &context)?;
        let body: Option<RefreshBody> = self.read_optional_body(request).await?;
        let (session, context) = match who.user() {
            Some(user) => (user.session().copied(), user.context()),
            None => (None, context),
        };
        let accounts = self.accounts();
        login::log_out(accounts, backend, presented, session, &context).await?;
        if let Some(token) = body.and_then(|body| body.refresh_token) {
            let presented = PresentedTokens::none().with_refresh(&token.0);
            login::log_out(accounts, backend, presented, None, &context).await?;
        }
        Ok(Self::logout_response(backend))
    }

    /// Returns the tokens in the head of a request that may end their sessions.
    ///
    /// Cookies of a request that does not state its source need the CSRF token of the session that they
    /// end. Without cookies there is nothing to protect.
    fn presented<'r>(
        &self,
        backend: &Backend<U>,
        head: &'r dyn RequestHead,
        who: &Authentication<U>,
        context: &Context,
    ) -> Result<PresentedTokens<'r>, Rejection> {
        let transport = backend.transport();
        let access = transport.read(head).ok().flatten();
        let of = |access, refresh| PresentedTokens { access, refresh };
        if transport.source() == CredentialSource::Header {
            return Ok(of(access, None));
        }
        let refresh = transport.read_refresh(head).ok().flatten();
        let source = self.csrf().source(head);
        if source == Source::Foreign && self.is_forgery(context) {
            return Err(Self::csrf_refused(backend, head));
        }
        if source != Source::Silent || !self.csrf().enforces() {
            return Ok(of(access, refresh));
        }
        let access = access.filter(|_| who.user().is_some());
        let Some(token) = refresh.and_then(RefreshToken::parse) else {
            return Ok(of(access, None));
        };
        let binding = CsrfBinding::Session(token.id);
        if self.csrf().passes(head, transport, &binding) {
            Ok(of(access, refresh))
        } else if access.is_some() || !self.is_forgery(context) {
            Ok(of(access, None))
        } else {
            Err(Self::csrf_refused(backend, head))
        }
    }

    /// The reply that ends a login.
    pub(crate) fn logout_response(backend: &Backend<U>) -> Reply {
        backend.transport().logout(backend.refresh_path())
    }
}
