//! Keeps the users of pages logged in.

use auth_core::{Auth, AuthUser};

use crate::endpoint::{AuthMiddleware, Rule};

/// Returns a middleware that refreshes logins within a request. It does for a page what a script of the page would do, and so keeps its user logged in:
///
/// - If the access cookie has expired and the refresh cookie is valid, the request is refreshed before the
///   handler runs, and continues with the new login. Requests of parallel tabs cause one rotation.
/// - If a request moves the deadline of a classic session, the reply has its cookie with the new `Max-Age`: at
///   most once an hour. [`guard`](crate::guard), [`csrf_protection`](crate::csrf_protection) and
///   [`login_required`](crate::login_required) do this, too.
///
/// Such a reply also gets `Cache-Control: no-store`. A request without a refresh cookie, or with a bearer token,
/// passes without a call to a store; any other is authenticated here, and extractors and guards reuse the
/// result. Put it around pages, and not around files that need no login. It answers 503 if a store cannot tell
/// whether the login is valid.
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_poem::{Auth, PageUser, provide, renew_sessions, routes};
/// use poem::{Endpoint, EndpointExt, Route, get, handler, web::Html};
///
/// #[handler]
/// fn account(user: PageUser<User>) -> Html<String> {
///     Html(format!("the account of {}", user.id))
/// }
///
/// fn app(auth: &Auth<User>) -> impl Endpoint {
///     Route::new()
///         .at("/account", get(account).with(renew_sessions(auth)))
///         .nest("/", routes(auth))
///         .with(provide(auth))
/// }
/// ```
#[must_use]
pub fn renew_sessions<U: AuthUser>(auth: &Auth<U>) -> AuthMiddleware<U> {
    AuthMiddleware::new(auth, Rule::Renew)
}
