//! Cookies that are no longer accepted: the layer makes the browser delete them.

use super::OWN_COOKIE;
use super::app::{App, assert_refused, with};
use crate::testing::conformance::{WireReply, WireRequest};

/// The values of `Set-Cookie` for the access cookie.
fn cookies(reply: &WireReply) -> Vec<String> {
    let values = reply.header("set-cookie");
    let values = values.map(|value| String::from_utf8_lossy(value).into_owned());
    values
        .filter(|value| value.starts_with("__Host-auth="))
        .collect()
}

#[track_caller]
fn assert_deleted(what: &str, reply: &WireReply) {
    let cookies = cookies(reply);
    let is_deleted = cookies.iter().all(|cookie| cookie.contains("Max-Age=0"));
    assert!(cookies.len() == 1 && is_deleted, "{what}: {cookies:?}");
    // A shared cache would log out its other readers.
    let cache: Vec<_> = reply.header("cache-control").collect();
    assert!(cache.contains(&b"no-store".as_slice()), "{what}: {cache:?}");
}

/// The cookies of a session that has ended, and an invalid cookie.
async fn stale_cookies(app: &App) -> [(String, String); 2] {
    let ada = app.main.ada().await;
    let [cookie, token] = app.main.cookies(&ada).await;
    let logout = with(
        WireRequest::new("POST", "/auth/logout"),
        &[cookie.clone(), token],
    );
    assert_eq!(app.send(logout).await.status, 204);
    [cookie, ("cookie".into(), "__Host-auth=invalid".into())]
}

pub(super) async fn layer_deletes_a_stale_cookie_on_every_reply(app: &App) {
    for cookie in stale_cookies(app).await {
        let cookie = [cookie];
        let optional = app.get("/layer/optional", &cookie).await;
        assert_eq!(optional.body, b"anonymous");
        assert_deleted("a reply of a handler", &optional);

        let error = app.get("/layer/error", &cookie).await;
        assert_eq!((error.status, &*error.body), (418, &b"teapot"[..]));
        assert_deleted("an error of a handler", &error);

        let refused = app.get("/layer/active", &cookie).await;
        assert_refused("an extractor", &refused, 401, "AUTHENTICATION_FAILED");
        assert_deleted("a refusal", &refused);

        // A request that no part of the application authenticates deletes nothing.
        let public = app.get("/layer/public", &cookie).await;
        assert_eq!((public.status, cookies(&public)), (200, Vec::new()));
    }
}

pub(super) async fn cookie_of_the_handler_is_kept(app: &App) {
    for cookie in stale_cookies(app).await {
        let reply = app.get("/layer/cookie", &[cookie]).await;
        assert_eq!((reply.status, &*reply.body), (200, &b"public"[..]));
        assert_eq!(cookies(&reply), [OWN_COOKIE]);
    }
}

/// A store that cannot answer says nothing about the cookie.
pub(super) async fn outage_deletes_no_cookie(app: &App) {
    let ada = app.main.ada().await;
    let [cookie, _] = app.main.cookies(&ada).await;
    let cookie = [cookie];
    app.main.sessions.fail(true);
    for page in ["/layer/optional", "/layer/error", "/layer/active"] {
        let reply = app.get(page, &cookie).await;
        assert_refused(page, &reply, 503, "SERVICE_UNAVAILABLE");
        assert_eq!(cookies(&reply), [""; 0], "{page}");
    }
    app.main.sessions.fail(false);
    assert_eq!(app.get("/layer/active", &cookie).await.status, 200);
}
