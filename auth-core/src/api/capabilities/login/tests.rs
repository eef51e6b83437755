//! Two backends with cookies in one browser.

use std::sync::Arc;

use serde_json::json;

use crate::api::RequestParts;
use crate::http::{BufferedRequest, Reply};
use crate::store::memory::MemorySessionStore;
use crate::testing::{Outbox, PASSWORD, accounts_builder, master_secret, registration};
use crate::{Auth, Backend, CookieTransport, OpaqueStrategy, Sessions, User};

async fn send(auth: &Auth<User>, method: &str, path: &str, cookies: &str, body: &str) -> Reply {
    let request = BufferedRequest::new(method, body.as_bytes().to_vec())
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json")
        .header("cookie", cookies);
    respond(auth, path, request).await
}

async fn respond(auth: &Auth<User>, path: &str, request: BufferedRequest) -> Reply {
    let BufferedRequest { head, mut body } = request;
    let route = auth.routes().find(|route| route.path() == path).unwrap();
    let parts = RequestParts {
        head: &head,
        id: None,
        path: None,
        body: &mut body,
    };
    auth.respond(route, parts).await
}

fn cookies(reply: &Reply) -> Vec<String> {
    let lines = reply
        .headers()
        .filter(|header| header.name() == "set-cookie");
    let pairs = lines.filter_map(|header| header.value().split(';').next());
    pairs.map(str::to_owned).collect()
}

async fn two_backends() -> Auth<User> {
    let sessions = Sessions::new(MemorySessionStore::new(), &master_secret());
    let accounts = accounts_builder(Arc::new(Outbox::new())).sessions(sessions);
    let web = CookieTransport::new();
    let admin = web.clone().name("admin");
    let auth = Auth::builder(accounts)
        .backend(Backend::new("web", web, OpaqueStrategy::new()).rotating())
        .backend(Backend::new("admin", admin, OpaqueStrategy::new()).rotating())
        .build()
        .unwrap();
    let registration = registration("ada@example.com");
    auth.accounts()
        .register(registration, &auth.accounts().context())
        .await
        .unwrap();
    auth
}

async fn log_in(auth: &Auth<User>, path: &str, cookies: &str) -> Reply {
    let login = json!({"identifier": "ada@example.com", "password": PASSWORD}).to_string();
    let reply = send(auth, "POST", path, cookies, &login).await;
    assert_eq!(reply.status(), 204);
    reply
}

/// A logout belongs to its backend: where that one's cookie is stale, the cookie of another one,
/// which is good, is not taken away.
#[tokio::test]
async fn a_logout_leaves_the_cookies_of_other_backends() {
    let auth = two_backends().await;
    let good = cookies(&log_in(&auth, "/auth/admin/login", "").await).swap_remove(0);
    let both = format!("__Host-auth=stale; {good}");
    let reply = send(&auth, "POST", "/auth/logout", &both, "").await;
    assert_eq!(reply.status(), 204);
    let cleared = ["__Host-auth=", "__Host-auth-refresh=", "__Host-auth-csrf="];
    assert_eq!(cookies(&reply), cleared);
    let reply = send(&auth, "GET", "/users/me", &both, "").await;
    assert_eq!(reply.status(), 200);
}

/// C-SM-02: under the names of another backend cookies open nothing, and a login there does not take
/// their session for the one that it replaces.
#[tokio::test]
async fn cookies_under_the_names_of_another_backend() {
    let auth = two_backends().await;
    let own = cookies(&log_in(&auth, "/auth/login", "").await);
    let swapped = own.join("; ").replace("-auth", "-admin");
    assert!(swapped.contains("__Host-admin-refresh="), "{swapped}");
    let reply = send(&auth, "GET", "/users/me", &swapped, "").await;
    assert_eq!(reply.status(), 401);
    for (path, status) in [("/auth/admin/refresh", 401), ("/auth/admin/logout", 204)] {
        let request = BufferedRequest::new("POST", Vec::new())
            .header("sec-fetch-site", "same-origin")
            .header("cookie", swapped.as_str());
        assert_eq!(
            respond(&auth, path, request).await.status(),
            status,
            "{path}"
        );
    }
    log_in(&auth, "/auth/admin/login", &swapped).await;
    let reply = send(&auth, "GET", "/users/me", &own.join("; "), "").await;
    assert_eq!(reply.status(), 200);
}
