//! The endpoints.

use super::body::RefreshBody;
use crate::api::endpoint::{Answer, RequestParts};
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::backend::Backend;
use crate::context::Context;
use crate::csrf::{CsrfBinding, Source};
use crate::http::RequestHead;
use crate::login::{self, RefreshError};
use crate::session::RefreshToken;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    /// The token is in the body, or, where there is none, in the cookie.
    pub(super) async fn answer_refresh(
        &self,
        backend: &Backend<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let context = &context.clone().with_backend(backend.shared_name());
        let body: Option<RefreshBody> = match self.read_optional_body(request).await {
            Ok(body) => body,
            Err(rejection) => return Err(self.foreign_or(backend, request, context, rejection)),
        };
        let token = if let Some(token) = body.and_then(|body| body.refresh_token) {
            self.check_forgery(backend, request.head, &CsrfBinding::Anonymous, context)?;
            Some(token.0)
        } else {
            self.refresh_cookie(backend, request.head, context)?
        };
        let Some(token) = token else {
            return Err(self.refresh_refused(backend));
        };
        let tokens = login::refresh(self.accounts(), backend, &token, context).await;
        let tokens = tokens.map_err(|error| match error {
            RefreshError::Invalid => self.refresh_refused(backend),
            RefreshError::UnknownBackend(_) => ErrorCode::InternalError.into(),
            RefreshError::Unavailable(error) => error.into(),
        })?;
        self.token_reply(&tokens)
    }

    /// Returns the CSRF refusal for a request of another site, whose page could else tell the errors of
    /// its body apart; `rejection` for any other request.
    fn foreign_or(
        &self,
        backend: &Backend<U>,
        request: &RequestParts<'_>,
        context: &Context,
        rejection: Rejection,
    ) -> Rejection {
        let has_cookies = backend.transport().source() == CredentialSource::Cookie;
        let is_foreign = has_cookies && self.csrf().source(request.head) == Source::Foreign;
        if is_foreign && self.is_forgery(context) {
            Self::csrf_refused(backend, request.head)
        } else {
            rejection
        }
    }

    /// The token of the cookie, of a request that was meant: a CSRF token is bound to the session
    /// that the refresh token names. A refresh cookie beside the CSRF cookie of another session was
    /// injected, and is ignored.
    pub(crate) fn refresh_cookie(
        &self,
        backend: &Backend<U>,
        head: &dyn RequestHead,
        context: &Context,
    ) -> Result<Option<String>, Rejection> {
        let transport = backend.transport();
        let text = transport.read_refresh(head).ok().flatten();
        let Some((text, token)) = text.and_then(|text| Some((text, RefreshToken::parse(text)?)))
        else {
            self.check_forgery(backend, head, &CsrfBinding::Anonymous, context)?;
            return Ok(None);
        };
        let binding = CsrfBinding::Session(token.id);
        self.check_forgery(backend, head, &binding, context)?;
        let is_planted = self.csrf().has_cookie_of_another(head, transport, &binding)
            && self.is_forgery(context);
        Ok((!is_planted).then(|| text.to_owned()))
    }

    /// 401; and a browser forgets its cookies, for their session is over.
    fn refresh_refused(&self, backend: &Backend<U>) -> Rejection {
        let challenges = self.challenges(true);
        let rejection = Rejection::challenging(ErrorCode::RefreshTokenInvalid, challenges);
        let logout_response = Self::logout_response(backend);
        rejection.with_headers(logout_response.cookies().cloned())
    }
}
