//! A guard around an endpoint.

use auth_core::guard::Guard;
use auth_core::{Auth, AuthUser};

use crate::endpoint::{AuthMiddleware, Rule};

/// Returns a middleware that lets only those requests through to the routes below whose user fulfils
/// the guard. It refuses the others with [`AuthRejection`](crate::AuthRejection).
///
/// Extractors in these routes reuse the result: a request is authenticated once. Without
/// [`provide`](crate::provide) around the guard, the extractors use the handle of the guard.
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
///         .with(guard(auth, Guard::active().verified().superuser()))
/// }
/// ```
///
/// Around a route, a path that does not exist is 401 for a request that may not pass; around a single
/// endpoint, `get(reports).with(guard(…))`, it stays 404.
#[must_use]
pub fn guard<U: AuthUser>(auth: &Auth<U>, guard: Guard<U>) -> AuthMiddleware<U> {
    AuthMiddleware::new(auth, Rule::Guard(Box::new(guard)))
}
