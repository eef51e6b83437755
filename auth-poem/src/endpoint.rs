//! The endpoint of `provide`, of guards and of the CSRF protection.

use std::sync::Arc;

use auth_core::api::Rejection;
use auth_core::guard::Guard;
use auth_core::{Auth, AuthUser, RequestAuth};
use poem::http::{HeaderValue, header};
use poem::{Endpoint, Error, IntoResponse, Middleware, Request, Response, Result};

use crate::page;
use crate::reject::AuthRejection;
use crate::reply;
use crate::request::{Head, cell_of};
use crate::wiring::Probe;

/// The middleware that [`provide`](crate::provide), [`guard`](crate::guard) and
/// [`csrf_protection`](crate::csrf_protection) return.
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
        let cell = cell_of(auth, &mut request);
        let passed = match rule {
            Rule::Provide => {
                request.set_data(auth.clone());
                Ok(())
            }
            Rule::Guard(guard) | Rule::Page(guard) => admit(auth, guard, &cell, &mut request).await,
            Rule::Csrf => auth.csrf_gate(&cell, &Head(&request)).await,
        };
        match (passed, rule) {
            (Ok(()), _) => {}
            (Err(rejection), Rule::Page(_)) => return Err(page::refuse(auth, &request, rejection)),
            (Err(rejection), _) => return Err(AuthRejection::from(rejection).into()),
        }
        match (self.inner.call(request).await, rule) {
            (Err(error), Rule::Provide) if error.is::<AuthRejection>() => Ok(error.into_response()),
            (Err(error), Rule::Csrf) => Err(forgetting_stale(auth, &cell, error)),
            (Err(error), _) => Err(error),
            (Ok(output), Rule::Csrf) => {
                let mut response = output.into_response();
                forget_stale(auth, &cell, &mut response);
                Ok(response)
            }
            (Ok(output), _) => Ok(output.into_response()),
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

/// Deletes cookies that are no longer valid.
fn forget_stale<U: AuthUser>(auth: &Auth<U>, cell: &RequestAuth<U>, response: &mut Response) {
    let set = response.headers().get_all(header::SET_COOKIE).iter();
    let stale = auth.stale_cookies(cell, set.map(HeaderValue::as_bytes));
    reply::append(response.headers_mut(), &stale);
}

/// Returns an error whose response deletes cookies that are no longer valid. An [`AuthRejection`] keeps
/// its type for error handlers of the application; another error keeps its response and its text.
fn forgetting_stale<U: AuthUser>(auth: &Auth<U>, cell: &RequestAuth<U>, error: Error) -> Error {
    if auth.stale_cookies(cell, []).is_empty() {
        return error;
    }
    match error.downcast::<AuthRejection>() {
        Ok(ours) => AuthRejection(auth.forget_stale(cell, ours.into_inner())).into(),
        Err(error) => {
            let text = error.to_string();
            let mut response = error.into_response();
            forget_stale(auth, cell, &mut response);
            let mut error = Error::from_response(response);
            error.set_error_message(text);
            error
        }
    }
}
