//! A guard around a whole router.

use auth_core::guard::Guard;
use auth_core::{Auth, AuthUser};

use crate::service::{AuthLayer, Task};

/// Returns a layer that lets only those requests through to the routes below whose user fulfils the
/// guard. It refuses the others with [`AuthRejection`](crate::AuthRejection).
///
/// Extractors in these routes reuse the result: a request is authenticated once.
///
/// # Examples
///
/// ```
/// use auth_axum::{Auth, Guard, guard};
/// use auth_core::User;
/// use axum::{Router, routing::get};
///
/// fn staff(auth: Auth<User>) -> Router {
///     Router::new()
///         .route("/reports", get(|| async { "the figures" }))
///         .route_layer(guard(&auth, Guard::active().verified().superuser()))
///         .with_state(auth)
/// }
/// ```
///
/// With [`Router::route_layer`](axum::Router::route_layer) a path that does not exist is 404; with
/// [`Router::layer`](axum::Router::layer) it is 401 for a request that may not pass.
#[must_use]
pub fn guard<U: AuthUser>(auth: &Auth<U>, guard: Guard<U>) -> AuthLayer<U> {
    AuthLayer::new(auth, Task::Guard(guard))
}
