//! The endpoints: each a function from a request to a reply.

mod complete;
mod keys;
mod login;
mod mail;
mod me;
mod outdated;
mod refresh;
mod register;
mod sessions;
mod users;

#[cfg(test)]
mod tests;

use super::{ErrorCode, Operation, Rejection, Route};
use crate::auth::Auth;
use crate::authenticator::Authenticated;
use crate::backend::Backend;
use crate::context::Context;
use crate::guard::Guard;
use crate::http::Fields;
use crate::http::{Reply, RequestBody, RequestHead};
use crate::password::{Password, PasswordPolicy};
use crate::user::AuthUser;

/// A request as an adapter hands it over.
#[expect(
    missing_debug_implementations,
    reason = "it borrows what carries credentials"
)]
pub struct RequestParts<'r> {
    /// The head.
    pub head: &'r dyn RequestHead,
    /// What stands in the path for `{id}`, percent-decoded; `None` where the route has none or the
    /// text is no UTF-8.
    pub id: Option<&'r str>,
    /// The body, not yet read.
    pub body: &'r mut dyn RequestBody,
}

type Answer = Result<Reply, Rejection>;

impl<U: AuthUser> Auth<U> {
    /// Answers a request to one of [`Auth::routes`].
    ///
    /// Who is asking is found out before the body is read, and whether they may before it is
    /// parsed.
    pub async fn respond(&self, route: &Route, mut request: RequestParts<'_>) -> Reply {
        if request.head.method() == "OPTIONS" {
            let reply = Reply::empty(204).header("allow", route.allow());
            return match route.operation("POST") {
                Some(Operation::Login(place)) => match self.backends().get(place) {
                    Some(backend) => self.offer_csrf(backend, request.head, reply),
                    None => reply,
                },
                _ => reply,
            };
        }
        let Some(operation) = route.operation(request.head.method()) else {
            return Rejection::method_not_allowed(route.allow()).into_reply();
        };
        let context = self.context(request.head);
        let answer = self.perform(operation, &mut request, &context).await;
        answer.unwrap_or_else(Rejection::into_reply)
    }

    async fn perform(
        &self,
        operation: Operation,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        match operation {
            Operation::Login(place) => self.login(self.backend(place)?, request, context).await,
            Operation::Logout(place) => self.logout(self.backend(place)?, request, context).await,
            Operation::Refresh(place) => self.refresh(self.backend(place)?, request, context).await,
            Operation::PublicKeys => Ok(self.public_keys(request.head)),
            Operation::ListSessions => self.list_sessions(request, context).await,
            Operation::EndSession => self.end_session(request, context).await,
            Operation::EndOtherSessions => self.end_other_sessions(request, context).await,
            Operation::Register => self.register(request, context).await,
            Operation::Verify => self.verify(request, context).await,
            Operation::RequestVerify => self.request_verify(request, context).await,
            Operation::ForgotPassword => self.forgot_password(request, context).await,
            Operation::ResetPassword => self.reset_password(request, context).await,
            Operation::ReadMe => self.read_me(request, context).await,
            Operation::UpdateMe => self.update_me(request, context).await,
            Operation::ChangePassword => self.change_password(request, context).await,
            Operation::ListUsers => self.list_users(request, context).await,
            Operation::ReadUser => self.read_user(request, context).await,
            Operation::UpdateUser => self.update_user(request, context).await,
            Operation::DeleteUser => self.delete_user(request, context).await,
        }
    }

    fn backend(&self, place: usize) -> Result<&Backend<U>, Rejection> {
        self.backends()
            .get(place)
            .ok_or_else(|| Rejection::new(ErrorCode::InternalError))
    }

    async fn guarded(
        &self,
        guard: &Guard,
        head: &dyn RequestHead,
        context: &Context,
    ) -> Result<Authenticated<U>, Rejection> {
        let who = self.authenticate_in(head, context).await?;
        self.require(guard, &who)
    }
}

impl<U: AuthUser> Auth<U> {
    /// Reads the body of a caller who may pass, and asks again when it is there: a body can take its
    /// time, and whoever was demoted, deactivated or logged out meanwhile may not go on.
    async fn guarded_fields(
        &self,
        guard: &Guard,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Result<(Authenticated<U>, Fields), Rejection> {
        self.guarded(guard, request.head, context).await?;
        let fields = fields(request).await?;
        let user = self.guarded(guard, request.head, context).await?;
        Ok((user, fields))
    }
}

async fn fields(request: &mut RequestParts<'_>) -> Result<Fields, Rejection> {
    super::body::read_fields(request.head, request.body).await
}

/// Any password of 1 to 128 code points, as a login takes it.
fn any_password(fields: &mut Fields, name: &str) -> Option<Password> {
    fields.required_parsed(name, 1..=Password::MAX, |text| Password::parse(text))
}

/// A password that is about to become somebody's: its length is judged with the body.
fn new_password(
    text: Option<String>,
    policy: &PasswordPolicy,
    name: &str,
    fields: &mut Fields,
) -> Option<Password> {
    use crate::http::FieldErrorCode;
    use crate::password::{PasswordError, PasswordRejection};

    let password = match Password::parse(text?) {
        Ok(password) => password,
        Err(error) => {
            let code = match error {
                PasswordError::Empty => FieldErrorCode::TooShort,
                PasswordError::TooLong => FieldErrorCode::TooLong,
            };
            fields.error(name, code);
            return None;
        }
    };
    match policy.check_length(&password) {
        Ok(()) => return Some(password),
        Err(PasswordRejection::TooShort { .. }) => fields.error(name, FieldErrorCode::TooShort),
        Err(_) => fields.error(name, FieldErrorCode::TooLong),
    }
    None
}
