//! Protection of the application's own routes against forged requests.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use auth_core::{Auth, AuthUser};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Request, header};
use axum::response::{IntoResponse, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::reject::AuthRejection;
use crate::request::{Answer, Head, authenticate_once};

/// Refuses requests that change something, bring a cookie of ours, and cannot prove that they come
/// from this site; and takes away cookies that are no longer good.
///
/// Extractors and guards refuse such requests by themselves. Put this around routes that act on
/// cookies without asking who is there, and around public pages, which show a stale cookie's owner
/// as nobody. The rules are those of [`auth_core::csrf`]; a request without our cookies, or with a
/// bearer token, passes and costs nothing.
///
/// # Examples
///
/// ```
/// use auth_axum::{Auth, OptionalUser, csrf_protection};
/// use auth_core::User;
/// use axum::{Router, routing::get};
///
/// async fn home(OptionalUser(user): OptionalUser<User>) -> String {
///     user.map_or("hello".into(), |user| format!("hello {}", user.email()))
/// }
///
/// fn app(auth: Auth<User>) -> Router {
///     Router::new()
///         .route("/", get(home).post(async || "noted"))
///         .layer(csrf_protection(&auth))
///         .with_state(auth)
/// }
/// ```
#[must_use]
pub fn csrf_protection<U: AuthUser>(auth: &Auth<U>) -> CsrfLayer<U> {
    CsrfLayer { auth: auth.clone() }
}

/// The layer that [`csrf_protection`] makes.
pub struct CsrfLayer<U: AuthUser> {
    auth: Auth<U>,
}

/// The service that [`CsrfLayer`] puts around another one.
pub struct CsrfService<S, U: AuthUser> {
    inner: S,
    auth: Auth<U>,
}

async fn admit<U: AuthUser>(auth: &Auth<U>, parts: &mut Parts) -> Result<(), AuthRejection> {
    if auth.needs_csrf_check(&Head(parts)) {
        let who = authenticate_once(auth, parts).await?;
        auth.check_csrf(&who)?;
    }
    Ok(())
}

fn forget_stale<U: AuthUser>(auth: &Auth<U>, answer: &Answer<U>, response: &mut Response) {
    let Some(who) = answer.who.get() else { return };
    let headers = response.headers_mut();
    let already = headers.get_all(header::SET_COOKIE).iter();
    for (name, value) in auth.stale_cookies(who, already.map(HeaderValue::as_bytes)) {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
}

impl<S, U: AuthUser> Layer<S> for CsrfLayer<U> {
    type Service = CsrfService<S, U>;

    fn layer(&self, inner: S) -> Self::Service {
        CsrfService {
            inner,
            auth: self.auth.clone(),
        }
    }
}

impl<S, U, B> Service<Request<B>> for CsrfService<S, U>
where
    S: Service<Request<B>> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
    U: AuthUser,
    B: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, task: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let auth = self.auth.clone();
        // The one that said it is ready is called, and its clone stays to be asked again.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let answer = Answer::of(&auth, &mut parts);
            if let Err(rejection) = admit(&auth, &mut parts).await {
                return Ok(rejection.into_response());
            }
            let response = inner.call(Request::from_parts(parts, body)).await?;
            let mut response = response.into_response();
            forget_stale(&auth, &answer, &mut response);
            Ok(response)
        })
    }
}

impl<U: AuthUser> Clone for CsrfLayer<U> {
    fn clone(&self) -> Self {
        csrf_protection(&self.auth)
    }
}

impl<S: Clone, U: AuthUser> Clone for CsrfService<S, U> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            auth: self.auth.clone(),
        }
    }
}

impl<U: AuthUser> fmt::Debug for CsrfLayer<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsrfLayer").finish_non_exhaustive()
    }
}

impl<S, U: AuthUser> fmt::Debug for CsrfService<S, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsrfService").finish_non_exhaustive()
    }
}
