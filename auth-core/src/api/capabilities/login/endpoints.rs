//! The endpoints.

use super::body::LoginBody;
use crate::api::endpoint::{Answer, RequestParts};
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::backend::Backend;
use crate::context::Context;
use crate::http::RequestHead;
use crate::login::{self, LoginError, LoginStep, PresentedTokens};
use crate::transport::CredentialSource;
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    pub(super) async fn login(
        &self,
        backend: &Backend<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let context = &context.clone().with_backend(backend.shared_name());
        self.check_login_forgery(backend, request.head, context)?;
        let rules = self.body_rules().of_backend(backend);
        let LoginBody {
            identifier,
            password,
            remember,
        } = self.read_body_by(request, &rules).await.map_err(of_login)?;
        let accounts = self.accounts();
        let proof = accounts.check_password(&identifier, password, context);
        let proof = proof.await.map_err(|error| self.login_rejection(error))?;
        let proof = proof.remember(remember.unwrap_or(true));
        let replaced = replaced_by(backend, request.head);
        let step = login::log_in(accounts, backend, proof, replaced, context).await;
        match step.map_err(|error| self.login_rejection(error))? {
            LoginStep::Done(tokens) => self.token_reply(&tokens),
            // No module makes one yet.
            LoginStep::SecondFactor(_) => Err(ErrorCode::InternalError.into()),
        }
    }

    fn login_rejection(&self, error: LoginError) -> Rejection {
        let hidden = self.settings().hide_account_state;
        match error {
            LoginError::Unavailable(error) => error.into(),
            LoginError::ForeignProof | LoginError::UnknownBackend(_) => {
                ErrorCode::InternalError.into()
            }
            LoginError::BadCredentials => ErrorCode::LoginBadCredentials.into(),
            LoginError::Inactive
            | LoginError::NotVerified
            | LoginError::TooManySessions
            | LoginError::Refused(_)
                if hidden =>
            {
                ErrorCode::LoginBadCredentials.into()
            }
            LoginError::Inactive => ErrorCode::LoginUserInactive.into(),
            LoginError::NotVerified => ErrorCode::LoginUserNotVerified.into(),
            LoginError::TooManySessions => ErrorCode::LoginTooManySessions.into(),
            LoginError::Refused(refusal) => Rejection::refused(refusal),
        }
    }
}

/// The tokens whose place the cookies of a login take. A header has no such place.
fn replaced_by<'r, U: AuthUser>(
    backend: &Backend<U>,
    head: &'r dyn RequestHead,
) -> PresentedTokens<'r> {
    let transport = backend.transport();
    let mut replaced = PresentedTokens::none();
    if transport.source() == CredentialSource::Header {
        return replaced;
    }
    if let Ok(Some(token)) = transport.read(head) {
        replaced = replaced.with_access(token);
    }
    if let Ok(Some(token)) = transport.read_refresh(head) {
        replaced = replaced.with_refresh(token);
    }
    replaced
}

/// A payload of another shape is an invalid login payload, as one with other members is.
fn of_login(rejection: Rejection) -> Rejection {
    match rejection.code() {
        ErrorCode::RequestBodyInvalid => rejection.with_code(ErrorCode::LoginPayloadInvalid),
        _ => rejection,
    }
}
