//! Protection of the application's own routes against forged requests.

use auth_core::{Auth, AuthUser};

use crate::endpoint::{AuthMiddleware, Rule};

/// Returns a middleware that refuses requests that change something, bring a cookie of ours, and cannot
/// prove that they come from this site, with [`AuthRejection`](crate::AuthRejection); and that deletes
/// cookies that are no longer valid, also if a handler answers with an error.
///
/// It is not a guard: requests without a login pass. Extractors and guards refuse forged requests by
/// themselves. Put this around routes that act on cookies without asking who the user is, and around
/// public pages. The rules are those of [`auth_core::csrf`]; a request without our cookies, or with a
/// bearer token, passes and costs nothing.
///
/// An error that passes through it while a cookie has to be deleted becomes a response with the cookie
/// in it, so that only [`AuthRejection`](crate::AuthRejection) keeps its type. Put `catch_error` for
/// types of your own below it.
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
pub fn csrf_protection<U: AuthUser>(auth: &Auth<U>) -> AuthMiddleware<U> {
    AuthMiddleware::new(auth, Rule::Csrf)
}
