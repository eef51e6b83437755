//! Protection of the application's own routes against forged requests.

use std::fmt;

use auth_core::{Auth, AuthUser};
use poem::http::{HeaderName, HeaderValue, header};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};

use crate::reject::AuthRejection;
use crate::request::{Head, Known, authenticate_once, make_place};

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
/// use auth_core::User;
/// use auth_poem::{Auth, OptionalUser, csrf_protection, provide};
/// use poem::{Endpoint, EndpointExt, Route, get, handler};
///
/// #[handler]
/// fn home(OptionalUser(user): OptionalUser<User>) -> String {
///     user.map_or("hello".into(), |user| format!("hello {}", user.email()))
/// }
///
/// fn app(auth: &Auth<User>) -> impl Endpoint {
///     Route::new()
///         .at("/", get(home))
///         .with(csrf_protection(auth))
///         .with(provide(auth))
/// }
/// ```
#[must_use]
pub fn csrf_protection<U: AuthUser>(auth: &Auth<U>) -> CsrfProtection<U> {
    CsrfProtection { auth: auth.clone() }
}

/// The middleware that [`csrf_protection`] makes.
pub struct CsrfProtection<U: AuthUser> {
    auth: Auth<U>,
}

/// The endpoint that [`CsrfProtection`] puts around another one.
pub struct CsrfEndpoint<E, U: AuthUser> {
    inner: E,
    auth: Auth<U>,
}

fn forget_stale<U: AuthUser>(auth: &Auth<U>, answer: &Known<U>, response: &mut Response) {
    let Some(who) = answer.get() else { return };
    let headers = response.headers_mut();
    let already = headers.get_all(header::SET_COOKIE).iter();
    for (name, value) in auth.stale_cookies(who, already.map(HeaderValue::as_bytes)) {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
}

impl<E: Endpoint, U: AuthUser> Middleware<E> for CsrfProtection<U> {
    type Output = CsrfEndpoint<E, U>;

    fn transform(&self, inner: E) -> Self::Output {
        CsrfEndpoint {
            inner,
            auth: self.auth.clone(),
        }
    }
}

impl<E: Endpoint, U: AuthUser> Endpoint for CsrfEndpoint<E, U> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let answer = make_place(&self.auth, &mut request);
        if self.auth.needs_csrf_check(&Head(&request)) {
            let who = authenticate_once(&self.auth, &request).await;
            let who = who.map_err(AuthRejection::from)?;
            self.auth.check_csrf(&who).map_err(AuthRejection::from)?;
        }
        let mut response = self.inner.call(request).await?.into_response();
        forget_stale(&self.auth, &answer, &mut response);
        Ok(response)
    }
}

impl<U: AuthUser> Clone for CsrfProtection<U> {
    fn clone(&self) -> Self {
        csrf_protection(&self.auth)
    }
}

impl<U: AuthUser> fmt::Debug for CsrfProtection<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsrfProtection").finish_non_exhaustive()
    }
}

impl<E, U: AuthUser> fmt::Debug for CsrfEndpoint<E, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsrfEndpoint").finish_non_exhaustive()
    }
}
