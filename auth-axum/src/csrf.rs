//! Protection of the application's own routes against forged requests.

use auth_core::{Auth, AuthUser};

use crate::service::AuthLayer;

/// Returns a layer that refuses requests that change something, bring a cookie of ours, and cannot
/// prove that they come from this site, with [`AuthRejection`](crate::AuthRejection); and that deletes
/// cookies that are no longer valid.
///
/// It is not a guard: requests without a login pass. Extractors and guards refuse forged requests by
/// themselves. Put this around routes that act on cookies without asking who the user is, and around
/// public pages. The rules are those of [`auth_core::csrf`]; a request without our cookies, or with a
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
pub fn csrf_protection<U: AuthUser>(auth: &Auth<U>) -> AuthLayer<U> {
    AuthLayer::new(auth, None)
}
