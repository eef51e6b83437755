//! Places of a guard that only Poem has.

use auth_core::accounts::AdminUpdate;
use auth_core::testing::conformance::{Client, HttpClient, WireRequest};
use auth_core::testing::{self, bearer_headers};
use auth_core::{Auth, User};
use auth_poem::{CurrentUser, Guard, guard, provide};
use poem::{EndpointExt, Route, get, handler};

use crate::support::{self, parts, refusal, serve};

#[handler]
fn account(user: CurrentUser<User>) -> String {
    user.into_inner().email().to_string()
}

fn guarded(auth: &Auth<User>) -> impl poem::Endpoint + 'static {
    get(account).with(guard(auth, Guard::active()))
}

/// Around a route, a guard does not tell an anonymous client which paths exist.
#[tokio::test]
async fn unknown_path_behind_a_guard_is_404_or_401() {
    let auth = testing::auth();
    let nested = Route::new().at("/account", get(account));
    let app = Route::new()
        .at("/single", guarded(&auth))
        .nest("/nested", nested.with(guard(&auth, Guard::active())));
    let server = serve(app).await;
    let ada = support::user(&auth, "ada@example.com", AdminUpdate::default()).await;
    let ada = bearer_headers(&auth, &ada).await;
    for path in ["/single", "/nested/account"] {
        let reply = support::get(server, path, &[]).await;
        assert_eq!(refusal(&reply), (401, "AUTHENTICATION_FAILED".to_owned()));
        // The route answers another method after the guard has admitted the request.
        let put = WireRequest::new("PUT", path).header(ada[0].name(), ada[0].value());
        assert_eq!(HttpClient::new(server).send(put).await.status, 405);
    }
    assert_eq!(support::get(server, "/unknown", &[]).await.status, 404);
    assert_eq!(
        support::get(server, "/nested/unknown", &[]).await.status,
        401
    );
    assert_eq!(
        support::get(server, "/nested/unknown", &ada).await.status,
        404
    );
}

/// With nothing else around it, a guard gives its handle to the extractors behind it.
#[tokio::test]
async fn guard_without_provide_is_enough_for_extractors() {
    let auth = testing::auth();
    let server = serve(guarded(&auth)).await;
    let ada = support::user(&auth, "ada@example.com", AdminUpdate::default()).await;
    let ada = bearer_headers(&auth, &ada).await;
    let reply = support::get(server, "/", &ada).await;
    assert_eq!(parts(&reply), (200, "ada@example.com"));
}

/// The extractor uses the handle of the application, in every order of the two.
#[tokio::test]
async fn guard_of_another_handle_does_not_admit_to_extractors() {
    let (auth, other) = (testing::auth(), testing::auth());
    let outside = get(account)
        .with(provide(&auth))
        .with(guard(&other, Guard::active()));
    let app = Route::new()
        .at("/inside", guarded(&other).with(provide(&auth)))
        .at("/outside", outside)
        .at("/data", guarded(&other).data(auth.clone()))
        .at("/other", guarded(&other));
    let server = serve(app).await;
    let ada = support::user(&other, "ada@example.com", AdminUpdate::default()).await;
    let ada = bearer_headers(&other, &ada).await;
    assert_eq!(support::get(server, "/other", &ada).await.status, 200);
    for path in ["/inside", "/outside", "/data"] {
        let reply = support::get(server, path, &ada).await;
        let expected = (401, "AUTHENTICATION_FAILED".to_owned());
        assert_eq!(refusal(&reply), expected, "{path}");
    }
}
