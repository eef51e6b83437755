//! The endpoint of `provide`, of guards, of the CSRF protection and of the renewal of sessions.

use std::sync::Arc;

use auth_core::api::Rejection;
use auth_core::guard::Guard;
use auth_core::http::Header;
use auth_core::{Auth, AuthUser, RefreshedRequest, RequestAuth};
use poem::http::{HeaderValue, header};
use poem::{Endpoint, Error, IntoResponse, Middleware, Request, Response, Result};

use crate::page;
use crate::reject::AuthRejection;
use crate::reply;
use crate::request::{self, Head, cell_of};
use crate::wiring::Probe;

/// The middleware that [`provide`](crate::provide), [`guard`](crate::guard),
/// [`csrf_protection`](crate::csrf_protection) and [`renew_sessions`](crate::renew_sessions) return.
#[derive(Debug, Clone)]
pub struct AuthMiddleware<U: AuthUser>(Arc<(Auth<U>, Rule<U>)>);

/// The endpoint that [`AuthMiddleware`] puts around another endpoint.
#[derive(Debug)]
pub struct AuthEndpoint<E, U: AuthUser> {
    inner: E,
    rule: AuthMiddleware<U>,
}

/// The task of an [`AuthMiddleware`] before and after a request.
#[derive(Debug)]
pub(crate) enum Rule<U> {
    /// Gives the handle to extractors, and converts refusals to responses.
    Provide,
    Guard(Box<Guard<U>>),
    /// A guard that redirects a browser to the login page.
    Page(Box<Guard<U>>),
    Csrf,
    Renew,
}

impl<U: AuthUser> AuthMiddleware<U> {
    pub(crate) fn new(auth: &Auth<U>, rule: Rule<U>) -> Self {
        Self(Arc::new((auth.clone(), rule)))
    }
}

impl<U: AuthUser> AuthMiddleware<U> {
    /// Redirects a browser without a login to the login page, as
    /// [`login_required`](crate::login_required) does: for pages with another guard.
    #[must_use]
    pub fn to_login_page(self) -> Self {
        let (auth, rule) = &*self.0;
        match rule {
            Rule::Guard(guard) => Self::new(auth, Rule::Page(guard.clone())),
            _ => self,
        }
    }
}

impl<E: Endpoint, U: AuthUser> Middleware<E> for AuthMiddleware<U> {
    type Output = AuthEndpoint<E, U>;

    fn transform(&self, inner: E) -> Self::Output {
        let rule = self.clone();
        AuthEndpoint { inner, rule }
    }
}

impl<E: Endpoint, U: AuthUser> Endpoint for AuthEndpoint<E, U> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let (auth, rule) = &*self.rule.0;
        let mut cell = cell_of(auth, &mut request);
        let mut refreshed = None;
        let passed = match rule {
            Rule::Provide => {
                request.set_data(auth.clone());
                Ok(())
            }
            Rule::Guard(guard) | Rule::Page(guard) => admit(auth, guard, &cell, &mut request).await,
            Rule::Csrf => auth.csrf_gate(&cell, &Head(&request)).await,
            Rule::Renew => {
                let answer = auth.refresh_request(&cell, &Head(&request)).await;
                answer.map(|answer| refreshed = answer)
            }
        };
        match (passed, rule) {
            (Ok(()), _) => {}
            (Err(rejection), Rule::Page(_)) => return Err(page::refuse(auth, &request, rejection)),
            (Err(rejection), _) => return Err(AuthRejection::from(rejection).into()),
        }
        if let Some(refreshed) = &refreshed {
            cell = request::with_cookies(auth, &mut request, refreshed);
        }
        let more = More {
            auth,
            cell: &cell,
            refreshed: refreshed.as_ref(),
        };
        match (self.inner.call(request).await, rule) {
            (Err(error), Rule::Provide) if error.is::<AuthRejection>() => Ok(error.into_response()),
            (Err(error), Rule::Provide) => Err(error),
            (Err(error), _) => Err(more.in_error(error).await),
            (Ok(output), Rule::Provide) => Ok(output.into_response()),
            (Ok(output), _) => Ok(more.in_response(output.into_response()).await),
        }
    }
}

async fn admit<U: AuthUser>(
    auth: &Auth<U>,
    guard: &Guard<U>,
    cell: &RequestAuth<U>,
    request: &mut Request,
) -> Result<(), Rejection> {
    // A guard always has a handle.
    Probe::stop::<U>(request, true)?;
    // A handle of `provide`, or of the data of the application, is not replaced.
    if request.data::<Auth<U>>().is_none() {
        request.set_data(auth.clone());
    }
    auth.pass(guard, Some(cell), &Head(request)).await.map(drop)
}

/// The headers that the reply to a request gets: cookies with a new deadline or new tokens, or that delete
/// those that are no longer valid.
struct More<'a, U: AuthUser> {
    auth: &'a Auth<U>,
    cell: &'a RequestAuth<U>,
    refreshed: Option<&'a RefreshedRequest>,
}

impl<U: AuthUser> More<'_, U> {
    async fn headers<'v>(&self, already: impl IntoIterator<Item = &'v [u8]>) -> Vec<Header> {
        match self.refreshed {
            Some(refreshed) => refreshed.reply_headers(already),
            None => self.auth.reply_headers(self.cell, already).await,
        }
    }

    async fn in_response(&self, mut response: Response) -> Response {
        let set = response.headers().get_all(header::SET_COOKIE).iter();
        let set: Vec<_> = set.map(HeaderValue::as_bytes).collect();
        let more = self.headers(set).await;
        reply::append(response.headers_mut(), &more);
        response
    }

    /// An [`AuthRejection`] keeps its type for error handlers of the application; another error keeps its
    /// response and its text.
    async fn in_error(&self, error: Error) -> Error {
        if self.headers([]).await.is_empty() {
            return error;
        }
        match error.downcast::<AuthRejection>() {
            Ok(ours) => {
                let ours = ours.into_inner();
                let set = ours.headers().filter(|set| set.name() == "set-cookie");
                let set: Vec<_> = set.map(|set| set.value().as_bytes()).collect();
                let more = self.headers(set).await;
                AuthRejection(ours.with_headers(more)).into()
            }
            Err(error) => {
                let text = error.to_string();
                let mut error = Error::from_response(self.in_response(error.into_response()).await);
                error.set_error_message(text);
                error
            }
        }
    }
}
