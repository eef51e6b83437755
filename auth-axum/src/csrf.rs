//! Protects the application's own routes against forged requests.

use auth_core::{Auth, AuthUser};

use crate::service::{AuthLayer, Task};

/// Returns a layer that refuses forged requests with [`AuthRejection`](crate::AuthRejection): those
/// that change something, carry a cookie of the toolkit, and cannot prove that they come from this site.
/// It also deletes cookies that are no longer valid.
///
/// It is not a guard: requests without a login pass. Extractors and guards refuse forged requests
/// themselves. Put it around public pages, and around routes that act on cookies without an extractor or
/// a guard. The rules are those of [`auth_core::csrf`]. A request without a cookie of the toolkit, or with
/// a bearer token, passes without a call to a store.
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
    AuthLayer::new(auth, Task::Csrf)
}
