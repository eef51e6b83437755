//! What the endpoints of all capabilities share: a request, and how its route answers it.

mod complete;
mod forgery;
mod form;
mod outdated;
mod prefix;
mod taken;

#[cfg(test)]
#[cfg(feature = "jwt")]
mod tests;

use std::time::Duration;

use tokio::time::Instant;

use super::declared::{Body, BodyRules};
use super::{ErrorCode, Rejection, Route, RouteSpec};
use crate::auth::Auth;
use crate::authenticator::Authenticated;
use crate::context::Context;
use crate::guard::Guard;
use crate::http::Fields;
use crate::http::{Reply, RequestBody, RequestHead};
use crate::user::AuthUser;
pub(super) use complete::complete;
pub(in crate::api) use taken::taken;

/// A request as an adapter hands it over.
#[expect(
    missing_debug_implementations,
    reason = "it borrows what carries credentials"
)]
pub struct RequestParts<'r> {
    /// The head.
    pub head: &'r dyn RequestHead,
    /// What stands in the path for `{id}`, percent-decoded; `None` if the route has none or the
    /// text is not valid UTF-8.
    pub id: Option<&'r str>,
    /// The path of the request as the client sent it, with the prefixes of routers around; `None` if it is not
    /// known. It is only compared with the configured prefix.
    pub path: Option<&'r str>,
    /// The body, not yet read.
    pub body: &'r mut dyn RequestBody,
}

pub(super) type Answer = Result<Reply, Rejection>;

impl<U: AuthUser> Auth<U> {
    /// Answers a request to one of [`Auth::routes`].
    ///
    /// Who is asking is found out before the body is read, and whether they may before it is
    /// parsed.
    pub async fn respond(&self, route: &Route<U>, request: RequestParts<'_>) -> Reply {
        let path = request.path;
        let reply = self.reply_to(route, request).await;
        if reply.is_valid() {
            self.notice_prefix(route, path, &reply);
            return reply;
        }
        let path = route.path();
        tracing::error!(target: "auth", path, "a transport made a reply that cannot be sent");
        Rejection::new(ErrorCode::InternalError).into_reply()
    }

    async fn reply_to(&self, route: &Route<U>, mut request: RequestParts<'_>) -> Reply {
        let method = request.head.method();
        let Some(spec) = route.spec(method) else {
            if method != "OPTIONS" {
                return Rejection::method_not_allowed(route.allow()).into_reply();
            }
            let reply = Reply::empty(204).header("allow", route.allow());
            let add = |reply, spec: &RouteSpec<U>| spec.offer(self, request.head, reply);
            return route.specs().fold(reply, add);
        };
        let context = self.context(request.head);
        if let Some(form) = self.form_of(spec, request.head) {
            return self.answer_form(form, spec, &mut request, &context).await;
        }
        let answer = spec.answer(self, &mut request, &context).await;
        answer.unwrap_or_else(Rejection::into_reply)
    }

    /// Reads a declared body.
    pub(super) async fn read_body<B: Body>(
        &self,
        request: &mut RequestParts<'_>,
    ) -> Result<B, Rejection> {
        self.read_body_by(request, &self.body_rules()).await
    }

    /// Reads a declared body by rules that differ from those of the handle.
    pub(super) async fn read_body_by<B: Body>(
        &self,
        request: &mut RequestParts<'_>,
        rules: &BodyRules,
    ) -> Result<B, Rejection> {
        let mut fields = fields(request).await?;
        let body = B::read(&mut fields, rules);
        complete(body, fields)
    }

    /// The settings that bounds of members follow from.
    pub(super) fn body_rules(&self) -> BodyRules {
        BodyRules {
            login_by: self.settings().identifier,
            shortest_password: self.accounts().password_policy().shortest(),
            fields: U::FIELDS,
            changes_email: self.accounts().changes_own_email(),
            is_browser: false,
        }
    }

    /// Authenticates the caller of a guarded route.
    pub(super) async fn caller(
        &self,
        guard: Guard<U>,
        head: &dyn RequestHead,
        context: &Context,
    ) -> Result<Caller<U>, Rejection> {
        let since = Instant::now();
        let who = self.authenticate_in(head, context).await?;
        let user = self.require(&guard, &who)?;
        Ok(Caller { user, guard, since })
    }

    /// Reads a declared body that may be absent.
    pub(super) async fn read_optional_body<B: Body>(
        &self,
        request: &mut RequestParts<'_>,
    ) -> Result<Option<B>, Rejection> {
        let Some(mut fields) = optional_fields(request).await? else {
            return Ok(None);
        };
        let body = B::read(&mut fields, &self.body_rules());
        complete(body, fields).map(Some)
    }

    /// Reads the body of a caller. If it took its time, the caller is authenticated again: one that was demoted,
    /// deactivated or logged out meanwhile is refused.
    pub(super) async fn fields_of(
        &self,
        caller: Caller<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Result<(Authenticated<U>, Fields), Rejection> {
        let fields = fields(request).await?;
        let caller = if caller.is_recent() {
            caller
        } else {
            self.caller(caller.guard, request.head, context).await?
        };
        Ok((caller.user, fields))
    }
}

/// How long an authentication stands for the time at which the body is there. Most bodies come with their head, or
/// within a round trip; and no check at all tells what changes while the reply is made.
const RECENT: Duration = Duration::from_millis(100);

/// The user whose request a guarded route answers.
pub(crate) struct Caller<U: AuthUser> {
    pub(super) user: Authenticated<U>,
    /// The guard that the user has passed.
    pub(super) guard: Guard<U>,
    /// When the authentication began, by a clock that is never set back.
    since: Instant,
}

impl<U: AuthUser> Caller<U> {
    /// Returns whether the caller was authenticated so recently that it need not be done again.
    pub(super) fn is_recent(&self) -> bool {
        self.since.elapsed() < RECENT
    }
}

/// Reads the fields of a body that may be absent: `None` if the body is empty or `null`, whatever the
/// content type says.
pub(super) async fn optional_fields(
    request: &mut RequestParts<'_>,
) -> Result<Option<Fields>, Rejection> {
    super::body::read_optional_fields(request.head, request.body).await
}

pub(super) async fn fields(request: &mut RequestParts<'_>) -> Result<Fields, Rejection> {
    super::body::read_fields(request.head, request.body).await
}
