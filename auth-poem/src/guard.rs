//! A guard around an endpoint.

use std::fmt;
use std::sync::Arc;

use auth_core::guard::Guard;
use auth_core::{Auth, AuthUser};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};

use crate::reject::AuthRejection;
use crate::request::{authenticate_once, make_place};
use crate::wiring::{Probe, provide_if_none};

/// Lets only those requests through to the routes below whom the guard lets pass.
///
/// Extractors in these routes take the answer of the guard: a request is authenticated once. Where
/// no handle of this type of user was given from outside, they take the handle of the guard, too.
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_poem::{Auth, Guard, guard};
/// use poem::{Endpoint, EndpointExt, Route, get, handler};
///
/// #[handler]
/// fn reports() -> &'static str {
///     "the figures"
/// }
///
/// fn staff(auth: &Auth<User>) -> impl Endpoint {
///     Route::new()
///         .at("/reports", get(reports))
///         .with(guard(auth, Guard::superuser()))
/// }
/// ```
///
/// Around a route a path that does not exist is 401 for who may not pass; around a single endpoint,
/// `get(reports).with(guard(…))`, it stays 404.
///
/// # Errors
///
/// As a middleware it refuses with [`AuthRejection`]: 401 for nobody, 403 for somebody whom the guard
/// does not let pass, 503 when a store cannot answer.
#[must_use]
pub fn guard<U: AuthUser>(auth: &Auth<U>, guard: Guard) -> GuardMiddleware<U> {
    GuardMiddleware {
        rule: Arc::new(Rule {
            auth: auth.clone(),
            guard,
        }),
    }
}

/// The middleware that [`guard`] makes.
pub struct GuardMiddleware<U: AuthUser> {
    rule: Arc<Rule<U>>,
}

/// The endpoint that [`GuardMiddleware`] puts around another one.
pub struct GuardEndpoint<E, U: AuthUser> {
    inner: E,
    rule: Arc<Rule<U>>,
}

struct Rule<U: AuthUser> {
    auth: Auth<U>,
    guard: Guard,
}

impl<U: AuthUser> Rule<U> {
    async fn admit(&self, request: &mut Request) -> Result<(), AuthRejection> {
        Probe::stop_at_guard::<U>(request)?;
        provide_if_none(&self.auth, request);
        make_place(&self.auth, request);
        let who = authenticate_once(&self.auth, request).await?;
        self.auth.require(&self.guard, &who)?;
        Ok(())
    }
}

impl<E: Endpoint, U: AuthUser> Middleware<E> for GuardMiddleware<U> {
    type Output = GuardEndpoint<E, U>;

    fn transform(&self, inner: E) -> Self::Output {
        GuardEndpoint {
            inner,
            rule: Arc::clone(&self.rule),
        }
    }
}

impl<E: Endpoint, U: AuthUser> Endpoint for GuardEndpoint<E, U> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        self.rule.admit(&mut request).await?;
        Ok(self.inner.call(request).await?.into_response())
    }
}

impl<U: AuthUser> Clone for GuardMiddleware<U> {
    fn clone(&self) -> Self {
        Self {
            rule: Arc::clone(&self.rule),
        }
    }
}

impl<U: AuthUser> fmt::Debug for GuardMiddleware<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardMiddleware")
            .field("guard", &self.rule.guard)
            .finish_non_exhaustive()
    }
}

impl<E, U: AuthUser> fmt::Debug for GuardEndpoint<E, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardEndpoint")
            .field("guard", &self.rule.guard)
            .finish_non_exhaustive()
    }
}
