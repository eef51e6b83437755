//! Makes routes of Poem of the routes of the toolkit.

use std::sync::Arc;

use auth_core::api::{self, RequestParts};
use auth_core::{Auth, AuthUser};
use poem::endpoint::make;
use poem::{IntoEndpoint, Request, Response, Route};

use crate::reply;
use crate::request::{Head, unread_body};

/// The name of the core's `{id}` in a path of Poem. No prefix of an application has this name: of two
/// captures with one name, Poem returns only the first.
const ID: &str = "auth_user_id";

/// Returns every route of the toolkit, to merge into the route of the application.
///
/// The routes contain the handle and need no data. Bodies have the limit of the core,
/// [`MAX_BODY_BYTES`](auth_core::api::MAX_BODY_BYTES).
///
/// [`Routes::under`] puts them under a prefix. [`Route::nest`] does too, with two differences: its prefix
/// cannot capture, and Poem itself answers a path that is not valid UTF-8 with 400.
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_poem::{Auth, RouteExt, routes};
/// use poem::Route;
///
/// fn merged(auth: &Auth<User>) -> Route {
///     Route::new().merge(routes(auth))
/// }
///
/// fn under_a_prefix(auth: &Auth<User>) -> Route {
///     Route::new().merge(routes(auth).under("/api/v1"))
/// }
///
/// fn for_each_tenant(auth: &Auth<User>) -> Route {
///     Route::new().merge(routes(auth).under("/tenants/:id"))
/// }
///
/// fn nested(auth: &Auth<User>) -> Route {
///     Route::new().nest("/api/v1", routes(auth))
/// }
/// ```
#[must_use]
pub fn routes<U: AuthUser>(auth: &Auth<U>) -> Routes<U> {
    Routes {
        auth: auth.clone(),
        prefix: String::new(),
    }
}

/// The routes that [`routes`] returns.
#[derive(Debug)]
pub struct Routes<U: AuthUser> {
    auth: Auth<U>,
    prefix: String,
}

/// Adds [`Routes`] to a [`Route`].
pub trait RouteExt: Sized {
    /// Adds every route of the toolkit to the routes of the application.
    ///
    /// `nest("/", …)` is not the same: it would also answer `/` and every path that the application does
    /// not have.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::User;
    /// use auth_poem::{Auth, RouteExt, routes};
    /// use poem::{Route, get, handler};
    ///
    /// #[handler]
    /// fn home() -> &'static str {
    ///     "hello"
    /// }
    ///
    /// fn app(auth: &Auth<User>) -> Route {
    ///     Route::new().at("/", get(home)).merge(routes(auth))
    /// }
    /// ```
    ///
    /// # Panics
    ///
    /// If a path is already in use, as [`Route::at`] does.
    #[must_use]
    fn merge<U: AuthUser>(self, routes: Routes<U>) -> Self;
}

impl<U: AuthUser> Routes<U> {
    /// Puts every path under a prefix, which may capture: `/tenants/:tenant`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        prefix.trim_end_matches('/').clone_into(&mut self.prefix);
        self
    }
}

impl RouteExt for Route {
    fn merge<U: AuthUser>(self, routes: Routes<U>) -> Self {
        let Routes { auth, prefix } = routes;
        auth.routes().fold(self, |all, route| {
            let path = route.path().replace("{id}", &format!(":{ID}"));
            let (auth, route) = (auth.clone(), Arc::new(route.clone()));
            let handler = move |request| respond(auth.clone(), Arc::clone(&route), request);
            // The core decides which methods are allowed.
            all.at(format!("{prefix}{path}"), make(handler))
        })
    }
}

impl<U: AuthUser> IntoEndpoint for Routes<U> {
    type Endpoint = Route;

    fn into_endpoint(self) -> Route {
        Route::new().merge(self)
    }
}

async fn respond<U: AuthUser>(
    auth: Auth<U>,
    route: Arc<api::Route<U>>,
    mut request: Request,
) -> Response {
    let mut body = unread_body(&mut request);
    let parts = RequestParts {
        head: &Head(&request),
        path: Some(request.original_uri().path()),
        // Percent-decoded; `None` if the result is not valid UTF-8.
        id: request.raw_path_param(ID),
        body: &mut body,
    };
    reply::into_response(auth.respond(&route, parts).await)
}
