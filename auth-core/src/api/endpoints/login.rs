//! Login and logout.

use super::{Answer, RequestParts};
use crate::accounts::{LoginError, Started};
use crate::api::capabilities::login::LoginBody;
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::authenticator::{Authentication, Authenticator};
use crate::backend::Backend;
use crate::context::Context;
use crate::csrf::CsrfBinding;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::http::{Reply, RequestHead};
use crate::session::RefreshToken;
use crate::strategy::{IssuedToken, RevokeOutcome};
use crate::transport::{CredentialSource, IssuedTokens, find_cookie};
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    pub(in crate::api) async fn login(
        &self,
        backend: &Backend<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let context = &context.clone().with_backend(backend.shared_name());
        self.check_forgery(backend, request.head, &CsrfBinding::Anonymous, context)?;
        let LoginBody {
            identifier,
            password,
        } = self.read_body(request).await.map_err(of_login)?;
        let checked = self
            .accounts()
            .authenticate(&identifier, &password, context)
            .await;
        let checked = checked.map_err(|error| self.login_rejection(error))?;

        let started = self.accounts().start(backend, &checked, context).await?;
        self.end_replaced(
            backend,
            request.head,
            &context.identified_as(checked.user().id()),
        )
        .await?;
        let Started {
            access,
            refresh,
            session,
        } = started;
        let binding = CsrfBinding::of_login(session.as_ref(), checked.user().id());
        self.accounts().logged_in(checked, context).await?;
        self.issue_response(backend, access, refresh, &binding)
    }

    /// Ends the session of this request, or, where there is none, its token; and no other.
    pub(in crate::api) async fn logout(
        &self,
        backend: &Backend<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let only = std::slice::from_ref(backend);
        let who = Authenticator::new(self.accounts(), only, self.csrf())
            .authenticate(request.head, context)
            .await?;
        self.check_csrf(&who)?;
        let token = backend.transport().read(request.head).ok().flatten();
        let (Authentication::User(user), Some(token)) = (&who, token) else {
            return Err(self.unauthenticated_logout(backend, &who));
        };
        let now = self.accounts().now();
        let outcome = backend.strategy().revoke(token, now).await?;
        if let Some(id) = user.session() {
            self.accounts().end_own_session(id, &user.context()).await?;
        }
        if outcome == RevokeOutcome::Revoked || user.session().is_some() {
            let accounts = self.accounts();
            accounts.raise_for(EventKind::TokenRevoked, user, &user.context());
        }
        Ok(Self::logout_response(backend))
    }

    /// 401; and a browser forgets this backend's cookie, if it was not accepted. Nobody asked for those
    /// of other backends, which may be good.
    fn unauthenticated_logout(&self, backend: &Backend<U>, who: &Authentication<U>) -> Rejection {
        let is_refused = matches!(who, Authentication::Refused { .. });
        let rejection = Rejection::unauthenticated(self.challenges(is_refused));
        if is_refused {
            rejection.with_headers(backend.transport().forget())
        } else {
            rejection
        }
    }

    /// The reply that hands out tokens.
    pub(super) fn issue_response(
        &self,
        backend: &Backend<U>,
        access: IssuedToken,
        refresh: Option<IssuedToken>,
        binding: &CsrfBinding,
    ) -> Answer {
        let transport = backend.transport();
        let room = transport.capacity();
        if access.expose().len() > room {
            let backend = backend.name();
            tracing::error!(target: "auth", backend, room, "a token is longer than its transport carries");
            return Err(ErrorCode::InternalError.into());
        }
        let csrf = match transport.csrf_cookie() {
            Some(_) => self.csrf().mint(binding).map_err(Unavailable::new)?,
            None => None,
        };
        let mut tokens = IssuedTokens::new(access, backend.refresh_path());
        tokens.refresh = refresh;
        tokens.csrf = csrf;
        Ok(transport.login(&tokens))
    }

    /// The reply that ends a login.
    pub(super) fn logout_response(backend: &Backend<U>) -> Reply {
        backend.transport().logout(backend.refresh_path())
    }

    /// Refuses a login or a refresh with a cookie that another site may have caused.
    pub(super) fn check_forgery(
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
            Err(ErrorCode::CsrfFailed.into())
        } else {
            Ok(())
        }
    }

    /// Tells of a request that may be forged; whether it is refused.
    pub(super) fn is_forgery(&self, context: &Context) -> bool {
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
            // One of nobody is good. Any other is that of a session: of one that is over, where no access
            // cookie comes along, and then no login would take it.
            Ok(Some(token)) => {
                self.csrf().is_of(token, &CsrfBinding::Anonymous)
                    || !matches!(transport.read(head), Ok(None))
            }
            Err(_) => true,
        };
        if may_keep {
            return reply;
        }
        let token = self.csrf().mint(&CsrfBinding::Anonymous).ok().flatten();
        match token.and_then(|token| transport.offer_csrf(&token)) {
            Some((name, value)) => reply.header(name, value),
            None => reply,
        }
    }

    /// A browser has one place for cookies: the session that it had ends with the login that takes it.
    async fn end_replaced(
        &self,
        backend: &Backend<U>,
        head: &dyn RequestHead,
        context: &Context,
    ) -> Result<(), Rejection> {
        let transport = backend.transport();
        if transport.source() == CredentialSource::Header || !backend.has_sessions() {
            return Ok(());
        }
        let now = self.accounts().now();
        if let Ok(Some(token)) = transport.read(head) {
            let reading = backend.strategy().read(token, now).await?;
            self.accounts()
                .end_session_of(backend.name(), reading, context)
                .await?;
        }
        if let Ok(Some(text)) = transport.read_refresh(head)
            && let Some(token) = RefreshToken::parse(text)
        {
            let accounts = self.accounts();
            accounts
                .end_replaced_session(backend.name(), &token, context)
                .await?;
        }
        Ok(())
    }

    fn login_rejection(&self, error: LoginError) -> Rejection {
        let code = match error {
            LoginError::Unavailable(error) => return Rejection::from(error),
            LoginError::BadCredentials => ErrorCode::LoginBadCredentials,
            _ if self.settings().hide_account_state => ErrorCode::LoginBadCredentials,
            LoginError::Inactive => ErrorCode::LoginUserInactive,
            LoginError::NotVerified => ErrorCode::LoginUserNotVerified,
        };
        Rejection::new(code)
    }
}

/// A payload of another shape is an invalid login payload, as one with other members is.
fn of_login(rejection: Rejection) -> Rejection {
    match rejection.code() {
        ErrorCode::RequestBodyInvalid => rejection.with_code(ErrorCode::LoginPayloadInvalid),
        _ => rejection,
    }
}

#[cfg(test)]
mod tests;
