//! One route as data: what it takes, what it answers, and the function that does it.

mod handler;
mod reply;

pub use reply::{ObjectSchema, ReplySpec};

use std::fmt;
use std::sync::Arc;

use handler::{Answering, Handle, HandleBackend, HandleCaller, Handler, Offer};

use super::endpoint::RequestParts;
use super::{ErrorCode, Method};
use crate::auth::{Auth, FormRoute};
use crate::backend::Backend;
use crate::context::Context;
use crate::error::AppCode;
use crate::guard::Guard;
use crate::http::{FieldSchema, Reply, RequestHead};
use crate::user::AuthUser;

/// The headers of the reply to a form.
const REDIRECT: &[(&str, &str)] = &[(
    "location",
    "The page: that of `next`, of the form, or after the form.",
)];

/// One method of one path, as data.
///
/// A capability lists its routes as values of this type; the table of routes, the OpenAPI document and
/// `docs/http-api.md` follow from them.
pub struct RouteSpec<U: AuthUser> {
    pub(super) id: String,
    pub(super) method: Method,
    pub(super) base: Base,
    pub(super) path: String,
    pub(super) summary: &'static str,
    pub(super) access: Access,
    /// Whether a public route reads a credential that comes with the request.
    pub(super) reads_credential: bool,
    pub(super) body: Option<BodySpec>,
    pub(super) query: Vec<FieldSchema>,
    pub(super) replies: Vec<ReplySpec>,
    pub(super) codes: Vec<ErrorCode>,
    pub(super) refusals: Vec<AppCode>,
    pub(super) is_on: bool,
    /// Whether this configuration has what the route needs.
    pub(super) is_available: bool,
    /// The form that the route takes where the application has a page for it.
    pub(super) form: Option<FormRoute>,
    pub(super) handler: Handler<U>,
}

/// Below which path a route lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// `auth_path`.
    Auth,
    /// `users_path`.
    Users,
    /// The path of the backend at this place.
    Backend(usize),
}

/// Which caller a route answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Every caller.
    Public,
    /// An active user.
    User,
    /// An active superuser.
    Superuser,
}

impl Access {
    /// Returns the guard of a route that gets its caller.
    fn guard<U: AuthUser>(self) -> Guard<U> {
        match self {
            Self::Superuser => Guard::active().superuser(),
            Self::User | Self::Public => Guard::active(),
        }
    }
}

/// The body that a route takes.
#[derive(Debug, Clone, PartialEq)]
pub struct BodySpec {
    /// Whether a request without a body is accepted, too.
    pub is_optional: bool,
    /// The members of the JSON object.
    pub fields: Vec<FieldSchema>,
}

impl<U: AuthUser> RouteSpec<U> {
    /// A route of all backends, for every caller.
    pub(crate) fn new(method: Method, id: &str, at: (Base, &str), handle: Handle<U>) -> Self {
        Self::with_handler(method, id.to_owned(), at, Handler::Common(handle))
    }

    /// A route for active users. The handler runs only for them, and gets the caller.
    pub(crate) fn of_user(
        method: Method,
        id: &str,
        at: (Base, &str),
        handle: HandleCaller<U>,
    ) -> Self {
        Self::with_handler(method, id.to_owned(), at, Handler::Guarded(handle)).access(Access::User)
    }

    /// A route for active superusers. The handler runs only for them, and gets the caller.
    pub(crate) fn of_superuser(
        method: Method,
        id: &str,
        at: (Base, &str),
        handle: HandleCaller<U>,
    ) -> Self {
        Self::with_handler(method, id.to_owned(), at, Handler::Guarded(handle))
            .access(Access::Superuser)
    }

    /// A route of one backend.
    pub(crate) fn of_backend(
        method: Method,
        id: &str,
        (place, backend): (usize, &Arc<Backend<U>>),
        path: &str,
        handle: HandleBackend<U>,
    ) -> Self {
        let id = match place {
            0 => id.to_owned(),
            _ => format!("{id}@{}", backend.name()),
        };
        let handler = Handler::OfBackend {
            backend: Arc::clone(backend),
            handle,
            offer: None,
        };
        Self::with_handler(method, id, (Base::Backend(place), path), handler)
    }

    fn with_handler(
        method: Method,
        id: String,
        (base, path): (Base, &str),
        handler: Handler<U>,
    ) -> Self {
        Self {
            id,
            method,
            base,
            path: path.to_owned(),
            summary: "",
            access: Access::Public,
            body: None,
            query: Vec::new(),
            replies: Vec::new(),
            reads_credential: false,
            codes: Vec::new(),
            refusals: Vec::new(),
            is_on: true,
            is_available: true,
            form: None,
            handler,
        }
    }

    pub(crate) fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Declares that a public route reads a credential that comes with the request.
    pub(crate) fn reads_credential(mut self) -> Self {
        self.reads_credential = true;
        self
    }

    /// The body that the route requires.
    pub(crate) fn body(mut self, fields: Vec<FieldSchema>) -> Self {
        self.body = Some(BodySpec {
            is_optional: false,
            fields,
        });
        self
    }

    /// The body that the route takes where there is one.
    pub(crate) fn optional_body(mut self, fields: Vec<FieldSchema>) -> Self {
        self.body = Some(BodySpec {
            is_optional: true,
            fields,
        });
        self
    }

    pub(crate) fn query(mut self, fields: Vec<FieldSchema>) -> Self {
        self.query = fields;
        self
    }

    pub(crate) fn reply(mut self, reply: ReplySpec) -> Self {
        self.replies.push(reply);
        self
    }

    /// The codes beside those that follow from access, body and query.
    pub(crate) fn codes(mut self, codes: &[ErrorCode]) -> Self {
        self.codes.extend_from_slice(codes);
        self
    }

    /// The codes with which the application may refuse the request.
    pub(crate) fn refusals(mut self, codes: &[AppCode]) -> Self {
        self.refusals.extend_from_slice(codes);
        self
    }

    /// The route is there only where the application switches it on.
    pub(crate) fn off_by_default(mut self) -> Self {
        self.is_on = false;
        self
    }

    /// The route is there only where the configuration has what it needs.
    pub(crate) fn available_if(mut self, is_available: bool) -> Self {
        self.is_available = is_available;
        self
    }

    /// Takes a form in the place of JSON, where the application has a page for it. A route of a backend takes it
    /// only with cookies.
    pub(crate) fn form(mut self, route: FormRoute) -> Self {
        let has_cookies = |backend: &Backend<U>| backend.transport().cookies().is_some();
        self.form = self.backend().is_none_or(has_cookies).then_some(route);
        self
    }

    /// Adds headers to the reply to `OPTIONS`.
    pub(crate) fn offer_on_options(mut self, add: Offer<U>) -> Self {
        if let Handler::OfBackend { offer, .. } = &mut self.handler {
            *offer = Some(add);
        }
        self
    }

    /// Returns the name of the route, by which an application sets it: `users.me.read`. A route of a
    /// further backend has the name of the backend behind an `@`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// Returns the whole path, with `{id}` where the key of a user or of a session belongs.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns what the route does, in one sentence.
    #[must_use]
    pub fn summary_text(&self) -> &'static str {
        self.summary
    }

    /// Returns which callers it answers.
    #[must_use]
    pub fn needs(&self) -> Access {
        self.access
    }

    /// Returns the body that it takes.
    #[must_use]
    pub fn body_spec(&self) -> Option<&BodySpec> {
        self.body.as_ref()
    }

    /// Returns whether it takes the members of its body as an HTML form, too.
    #[must_use]
    pub fn takes_forms(&self) -> bool {
        self.form.is_some()
    }

    /// Returns the query parameters that it takes.
    #[must_use]
    pub fn query_schema(&self) -> &[FieldSchema] {
        &self.query
    }

    /// Returns its successful replies.
    #[must_use]
    pub fn replies(&self) -> &[ReplySpec] {
        &self.replies
    }

    /// Returns every error code that it can answer with, by status.
    #[must_use]
    pub fn error_codes(&self) -> &[ErrorCode] {
        &self.codes
    }

    /// Returns the codes of the application's own with which it can answer 403: those of
    /// [`AuthBuilder::refusal_codes`](crate::AuthBuilder::refusal_codes), on the routes whose hooks may
    /// refuse.
    #[must_use]
    pub fn refusal_codes(&self) -> &[AppCode] {
        &self.refusals
    }

    /// Returns the backend, if the route belongs to one.
    #[must_use]
    pub fn backend(&self) -> Option<&Backend<U>> {
        match &self.handler {
            Handler::Common(_) | Handler::Guarded(_) => None,
            Handler::OfBackend { backend, .. } => Some(backend),
        }
    }

    pub(super) fn answer<'a>(
        &'a self,
        auth: &'a Auth<U>,
        request: &'a mut RequestParts<'_>,
        context: &'a Context,
    ) -> Answering<'a> {
        match &self.handler {
            Handler::Common(handle) => handle(auth, request, context),
            Handler::Guarded(handle) => Box::pin(async move {
                let guard = self.access.guard();
                let caller = auth.caller(guard, request.head, context).await?;
                let user = caller.user.needs_cookies().then(|| caller.user.clone());
                let reply = handle(auth, caller, request, context).await?;
                Ok(match user {
                    Some(user) => reply.with_cookies(auth.session_cookies(&user).await),
                    None => reply,
                })
            }),
            Handler::OfBackend {
                backend, handle, ..
            } => handle(auth, backend, request, context),
        }
    }

    pub(super) fn offer(&self, auth: &Auth<U>, head: &dyn RequestHead, reply: Reply) -> Reply {
        match &self.handler {
            Handler::OfBackend {
                backend,
                offer: Some(offer),
                ..
            } => offer(auth, backend, head, reply),
            _ => reply,
        }
    }

    /// Completes the codes with those that follow from access, body and query.
    pub(super) fn finish(&mut self, has_cookies: bool) {
        if self.form.is_some() {
            self.replies.push(
                ReplySpec::empty(303, "The form has an answer: the page that shows it.")
                    .headers(REDIRECT),
            );
        }
        let codes = &mut self.codes;
        if self.form.is_some() {
            codes.push(ErrorCode::CsrfFailed);
        }
        codes.push(ErrorCode::ServiceUnavailable);
        if self.body.is_some() {
            codes.extend([
                ErrorCode::RequestBodyMalformed,
                ErrorCode::RequestTimeout,
                ErrorCode::PayloadTooLarge,
                ErrorCode::UnsupportedMediaType,
            ]);
        }
        let has_own = codes.contains(&ErrorCode::LoginPayloadInvalid);
        if (self.body.is_some() || !self.query.is_empty()) && !has_own {
            codes.push(ErrorCode::RequestBodyInvalid);
        }
        if self.access != Access::Public {
            codes.push(ErrorCode::AuthenticationFailed);
            if has_cookies && !self.method.is_safe() {
                codes.push(ErrorCode::CsrfFailed);
            }
        }
        if self.access == Access::Superuser {
            codes.push(ErrorCode::AuthorizationDenied);
        }
        codes.sort_by_key(|code| (code.status(), code.as_str()));
        codes.dedup();
        self.refusals.sort_by_key(|code| code.as_str());
        self.refusals.dedup();
    }
}

impl<U: AuthUser> fmt::Debug for RouteSpec<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouteSpec")
            .field("id", &self.id)
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
