//! Gives the handle to extractors, and checks in tests that it reaches them.

use std::any::type_name;
use std::sync::{Arc, OnceLock};

use auth_core::api::{ErrorCode, Rejection};
use auth_core::{Auth, AuthUser};
use poem::http::{Method, Uri};
use poem::{Endpoint, Request};

use crate::endpoint::{AuthMiddleware, Rule};
use crate::reject::AuthRejection;

/// Returns a middleware that gives the handle to the extractors of all routes below; they share one
/// authentication of a request.
///
/// With `.data(auth)` alone extractors work too, but each of them authenticates anew, and refusals pass
/// through the error handlers of the application. This middleware converts a refusal to its response.
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_poem::{Auth, CurrentUser, provide};
/// use poem::{Endpoint, EndpointExt, Route, get, handler};
///
/// #[handler]
/// async fn account(user: CurrentUser<User>) -> String {
///     user.email().to_string()
/// }
///
/// fn app(auth: &Auth<User>) -> impl Endpoint {
///     Route::new().at("/account", get(account)).with(provide(auth))
/// }
/// ```
#[must_use]
pub fn provide<U: AuthUser>(auth: &Auth<U>) -> AuthMiddleware<U> {
    AuthMiddleware::new(auth, Rule::Provide)
}

/// Asserts that the handlers of these routes find the handle, and that none of them is public. It is for
/// the tests of an application: a missing handle is not a compile error in Poem.
///
/// Each request goes to the endpoint in this process. The first extractor or guard records whether it has
/// the handle, and refuses the request: no handler runs, and no store is called.
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_poem::{Auth, CurrentUser, assert_wired, provide};
/// use poem::{Endpoint, EndpointExt, Route, get, handler, http::Method};
///
/// #[handler]
/// async fn account(user: CurrentUser<User>) -> String {
///     user.email().to_string()
/// }
///
/// fn app(auth: &Auth<User>) -> impl Endpoint {
///     Route::new().at("/account", get(account)).with(provide(auth))
/// }
///
/// // With the attribute `#[tokio::test]`.
/// async fn every_route_has_the_handle() {
///     let auth = auth_core::testing::auth();
///     assert_wired(&app(&auth), [(Method::GET, "/account")]).await;
/// }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(every_route_has_the_handle());
/// ```
///
/// # Panics
///
/// With a sentence for each route without the handle, and for each route on which no extractor or guard
/// of this crate ran: a path that does not exist, a public handler, or another extractor that refused
/// first. Extractors run in the order of the arguments, so put the user first.
pub async fn assert_wired<'r>(
    app: &impl Endpoint,
    routes: impl IntoIterator<Item = (Method, &'r str)>,
) {
    let mut faults = Vec::new();
    for (method, path) in routes {
        let probe = Probe::default();
        let what = format!("{method} {path}");
        let Ok(uri) = path.parse::<Uri>() else {
            faults.push(format!("{what}: this is not a valid path"));
            continue;
        };
        let request = Request::builder().method(method).uri(uri);
        let request = request.extension(probe.clone()).finish();
        let status = app.get_response(request).await.status();
        faults.extend(probe.fault(&what, status.as_u16()));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Returns the handle of a request.
pub(crate) fn handle<U: AuthUser>(request: &Request) -> Result<&Auth<U>, AuthRejection> {
    let found = request.data::<Auth<U>>();
    Probe::stop::<U>(request, found.is_some())?;
    found.ok_or_else(|| {
        let user = type_name::<U>();
        tracing::error!(target: "auth", user, "{MISSING}");
        AuthRejection(ErrorCode::InternalError.into())
    })
}

const MISSING: &str = "no handle for this type of user reaches the handler: \
                       put `.with(auth_poem::provide(&auth))` around its route";

/// An extension of the requests of [`assert_wired`]: the type of user of the first extractor or guard, and
/// whether it found the handle.
#[derive(Clone, Default)]
pub(crate) struct Probe(Arc<OnceLock<(&'static str, bool)>>);

impl Probe {
    /// Stops a request of [`assert_wired`] at an extractor or a guard.
    pub(crate) fn stop<U>(request: &Request, is_wired: bool) -> Result<(), Rejection> {
        request.data::<Self>().map_or(Ok(()), |probe| {
            probe.0.get_or_init(|| (type_name::<U>(), is_wired));
            Err(ErrorCode::InternalError.into())
        })
    }

    fn fault(&self, what: &str, status: u16) -> Option<String> {
        match self.0.get() {
            Some((_, true)) => None,
            Some((user, false)) => Some(format!("{what}: {MISSING} (`{user}`)")),
            None => Some(format!(
                "{what}: no extractor or guard of a user ran; the reply was {status}"
            )),
        }
    }
}
