//! Protects the application's own routes against forged requests.

use auth_core::{Auth, AuthUser};

use crate::endpoint::{AuthMiddleware, Rule};

/// Returns a middleware that refuses forged requests with [`AuthRejection`](crate::AuthRejection): those
/// that change something, carry a cookie of the toolkit, and cannot prove that they come from this site.
/// It also deletes cookies that are no longer valid, also if a handler answers
/// with an error.
///
/// It is not a guard: requests without a login pass. Extractors and guards refuse forged requests
/// themselves. Put it around public pages, and around routes that act on cookies without an extractor or
/// a guard. The rules are those of [`auth_core::csrf`]. A request without a cookie of the toolkit, or with
/// a bearer token, passes without a call to a store.
///
/// An error that passes through it while a cookie must be deleted becomes an error with a response. Only
/// [`AuthRejection`](crate::AuthRejection) keeps its type then, so put `catch_error` for your own types
/// below this middleware.
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
