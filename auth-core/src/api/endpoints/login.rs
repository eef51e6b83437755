//! Login and logout.

use super::{Answer, RequestParts, any_password, fields};
use crate::api::{ErrorCode, Rejection};
use crate::auth::{Auth, LoginBy};
use crate::authenticator::{Authentication, Authenticator};
use crate::backend::Backend;
use crate::email::EmailAddress;
use crate::event::{AuthEvent, EventKind};
use crate::fields::Fields;
use crate::manager::LoginError;
use crate::store::LoginIdentifier;
use crate::strategy::IssueRequest;
use crate::user::AuthUser;
use crate::username::Username;

/// The longest identifier, in code points: that of an address.
const MAX_IDENTIFIER: usize = EmailAddress::MAX_CODE_POINTS;

impl<U: AuthUser> Auth<U> {
    pub(super) async fn login(&self, place: usize, request: &mut RequestParts<'_>) -> Answer {
        let backend = self.backend(place)?;
        let mut fields = fields(request).await.map_err(of_login)?;
        let identifier = self.identifier(&mut fields);
        let password = any_password(&mut fields, "password");
        let finished = fields.finish();
        let (Some(identifier), Some(password), Ok(())) = (identifier, password, &finished) else {
            let faults = finished.err().unwrap_or_default();
            return Err(Rejection::fields(ErrorCode::LoginPayloadInvalid, faults));
        };
        let checked = self.accounts().authenticate(&identifier, &password).await;
        let checked = checked.map_err(|error| self.login_rejection(error))?;

        let issue = IssueRequest::new(&checked, self.accounts().now());
        let token = backend.strategy().issue(issue).await?;
        self.accounts().logged_in(checked, backend.name()).await?;
        Ok(backend.transport().login(&token))
    }

    /// Ends the token of this request, and no other.
    pub(super) async fn logout(&self, place: usize, request: &mut RequestParts<'_>) -> Answer {
        let backend = self.backend(place)?;
        let only = std::slice::from_ref(backend);
        let who = Authenticator::new(self.accounts(), only)
            .authenticate(request.head)
            .await?;
        let token = backend.transport().read(request.head).ok().flatten();
        let (Authentication::User(user), Some(token)) = (&who, token) else {
            return Err(self.unauthenticated(&who));
        };
        backend
            .strategy()
            .revoke(token, self.accounts().now())
            .await?;
        let event = AuthEvent::new(EventKind::TokenRevoked).user(user.id());
        self.accounts().raise(&event.backend(backend.name()));
        Ok(backend.transport().logout())
    }

    fn backend(&self, place: usize) -> Result<&Backend<U>, Rejection> {
        self.backends()
            .get(place)
            .ok_or_else(|| Rejection::new(ErrorCode::InternalError))
    }

    fn identifier(&self, fields: &mut Fields) -> Option<LoginIdentifier> {
        match self.settings().identifier {
            LoginBy::Email => fields
                .required_parsed("identifier", 1..=MAX_IDENTIFIER, EmailAddress::parse)
                .map(LoginIdentifier::Email),
            LoginBy::Username => fields
                .required_parsed("identifier", 1..=MAX_IDENTIFIER, Username::parse)
                .map(LoginIdentifier::Username),
        }
    }

    fn login_rejection(&self, error: LoginError) -> Rejection {
        let code = match error {
            LoginError::Unavailable(error) => return Rejection::from(error),
            LoginError::BadCredentials => ErrorCode::LoginBadCredentials,
            _ if self.settings().fold_account_state => ErrorCode::LoginBadCredentials,
            LoginError::Inactive => ErrorCode::LoginUserInactive,
            LoginError::NotVerified => ErrorCode::LoginUserNotVerified,
        };
        Rejection::new(code)
    }
}

/// A payload of another shape is an invalid login payload, as one with other members is.
fn of_login(rejection: Rejection) -> Rejection {
    match rejection.code() {
        ErrorCode::RequestBodyInvalid => ErrorCode::LoginPayloadInvalid.into(),
        _ => rejection,
    }
}
