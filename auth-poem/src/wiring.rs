//! How the handle comes to extractors, and a proof for tests that it does.

use std::any::type_name;
use std::sync::{Arc, OnceLock};

use auth_core::api::{ErrorCode, Rejection};
use auth_core::{Auth, AuthUser};
use poem::http::{Method, Uri};
use poem::{Endpoint, Request};

use crate::endpoint::{AuthMiddleware, Rule};
use crate::reject::AuthRejection;

/// Gives the handle to the extractors of all routes below, and lets them share one answer.
///
/// It is `.data(auth)` and more: with the plain data extractors work too, but each of them
/// authenticates anew, and refusals pass through the error handlers of the application. Here a
/// refusal of the toolkit becomes its envelope at once.
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

/// Asserts that the handlers of these routes find the handle, and that none of them is
/// public: for the tests of an application, since Poem cannot see a missing handle when it
/// compiles.
///
/// Each request goes to the endpoint in this process. The first extractor or guard that it meets
/// says whether it has its handle, and refuses: no handler runs, and no store is asked.
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
/// With a sentence for each route whose handle is missing, and for each on which nothing asked for a
/// user: a path that does not exist, a public handler, or another extractor that refused
/// first. Extractors run in the order of the arguments, so let the user come first.
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

/// The handle that a request carries.
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

/// Travels with a request of [`assert_wired`], and with no other: the type of user for which the first
/// extractor or guard looked, and whether it found the handle.
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
                "{what}: nothing asked for a user; the reply was {status}"
            )),
        }
    }
}
