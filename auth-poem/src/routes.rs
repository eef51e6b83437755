//! The routes of the toolkit as routes of Poem.

use std::sync::Arc;

use auth_core::api::{self, RequestParts};
use auth_core::{Auth, AuthUser};
use poem::endpoint::make;
use poem::{IntoEndpoint, Request, Response, Route};

use crate::reply;
use crate::request::{Head, unread_body};

/// What stands for the `{id}` of the core in a path of Poem. The name is one that no prefix of an
/// application has: of two captures with one name, a request could only tell the first.
const ID: &str = "auth_user_id";

/// Every route of the toolkit, to be merged into the route of the application.
///
/// They carry the handle in them and need no data. Bodies have the limit of the core,
/// [`MAX_BODY_BYTES`](auth_core::api::MAX_BODY_BYTES).
///
/// Under a prefix they come by [`Routes::under`], and by [`Route::nest`], too. Nesting differs in two
/// things: it takes no prefix that captures something, and Poem answers a path that is not valid UTF-8 with a
/// 400 of its own, before these routes see it.
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_poem::{Auth, RouteExt, routes};
/// use poem::Route;
///
/// fn beside_ours(auth: &Auth<User>) -> Route {
///     Route::new().merge(routes(auth))
/// }
///
/// fn under_a_prefix(auth: &Auth<User>) -> Route {
///     Route::new().merge(routes(auth).under("/api/v1"))
/// }
///
/// fn of_each_tenant(auth: &Auth<User>) -> Route {
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

/// The routes that [`routes`] makes.
#[derive(Debug)]
pub struct Routes<U: AuthUser> {
    auth: Auth<U>,
    prefix: String,
}

/// What a [`Route`] can do with [`Routes`].
pub trait RouteExt: Sized {
    /// Adds every route of the toolkit beside those that are there.
    ///
    /// Use it rather than `nest("/", …)`, which would take over `/` itself and every path that the
    /// application does not know.
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
    /// When a path is there already, as [`Route::at`] does.
    #[must_use]
    fn merge<U: AuthUser>(self, routes: Routes<U>) -> Self;
}

impl<U: AuthUser> Routes<U> {
    /// Puts every path under a prefix of Poem's, which may capture: `/tenants/:tenant`.
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
            // All methods: which of them are allowed is decided by the core.
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
        // Percent-decoded; `None` if the text is not UTF-8 then.
        id: request.raw_path_param(ID),
        body: &mut body,
    };
    reply::into_response(auth.respond(&route, parts).await)
}
