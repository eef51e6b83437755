//! Makes a router of the routes of the toolkit.

use std::sync::Arc;

use auth_core::api::{RequestParts, Route};
use auth_core::{Auth, AuthUser};
use axum::Router;
use axum::extract::{FromRequestParts, OriginalUri, RawPathParams, Request};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::any;

use crate::reply;
use crate::request::{Head, UnreadBody};

/// Returns every route of the toolkit, to merge into the router of the application or to nest under a
/// prefix.
///
/// The router contains the handle, so it works with every state. Bodies have the limit of the core,
/// [`MAX_BODY_BYTES`](auth_core::api::MAX_BODY_BYTES); a `DefaultBodyLimit` of the application does not
/// change it.
///
/// # Examples
///
/// ```
/// use auth_axum::{Auth, routes};
/// use auth_core::User;
/// use axum::Router;
///
/// fn app(auth: &Auth<User>) -> Router {
///     Router::new().nest("/api/v1", routes(auth))
/// }
/// ```
pub fn routes<U, S>(auth: &Auth<U>) -> Router<S>
where
    U: AuthUser,
    S: Clone + Send + Sync + 'static,
{
    let mount = |router: Router<S>, route: &Route<U>| {
        let auth = auth.clone();
        let path = route.path();
        let route = Arc::new(route.clone());
        let handler = move |request: Request| respond(auth.clone(), Arc::clone(&route), request);
        // The core decides which methods are allowed.
        router.route(path, any(handler))
    };
    auth.routes().fold(Router::new(), mount)
}

async fn respond<U: AuthUser>(auth: Auth<U>, route: Arc<Route<U>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let id = id_in_path(&mut parts).await;
    // Nesting removes its prefix from the URI.
    let original = parts.extensions.get::<OriginalUri>();
    let uri = original.map_or(&parts.uri, |original| &original.0);
    let request = RequestParts {
        head: &Head(&parts),
        path: Some(uri.path()),
        id: id.as_deref(),
        body: &mut UnreadBody::new(body),
    };
    reply::into_response(auth.respond(&route, request).await)
}

/// Returns the text for `{id}`, percent-decoded; `None` if it is not valid UTF-8. A prefix under which
/// the application nests the routes may have its own `{id}`, which comes first.
async fn id_in_path(parts: &mut Parts) -> Option<String> {
    let params = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    let ids = params.iter().filter(|(name, _)| *name == "id");
    ids.last().map(|(_, value)| value.to_owned())
}
