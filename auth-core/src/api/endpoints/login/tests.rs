//! Two backends with cookies in one browser.

use std::sync::Arc;

use serde_json::json;

use super::RequestParts;
use crate::http::{BufferedBody, BufferedRequest, Reply};
use crate::store::memory::MemorySessionStore;
use crate::testing::{Outbox, PASSWORD, accounts_builder, master_secret, registration};
use crate::{Auth, Backend, CookieTransport, OpaqueStrategy, Sessions, User};

async fn send(auth: &Auth<User>, method: &str, path: &str, cookies: &str, body: &str) -> Reply {
    let request = BufferedRequest::new(method, body.as_bytes().to_vec())
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json")
        .header("cookie", cookies);
    let BufferedRequest { head, mut body } = request;
    let body: &mut BufferedBody = &mut body;
    let route = auth.routes().find(|route| route.path() == path).unwrap();
    let parts = RequestParts {
        head: &head,
        id: None,
        body,
    };
    auth.respond(route, parts).await
}

fn cookies(reply: &Reply) -> Vec<String> {
    let lines = reply.headers().filter(|(name, _)| *name == "set-cookie");
    let pairs = lines.filter_map(|(_, line)| line.split(';').next());
    pairs.map(str::to_owned).collect()
}

/// A logout belongs to its backend: where that one's cookie is stale, the cookie of another one,
/// which is good, is not taken away.
#[tokio::test]
async fn a_logout_leaves_the_cookies_of_other_backends() {
    let sessions = Sessions::new(MemorySessionStore::new(), &master_secret());
    let accounts = accounts_builder(Arc::new(Outbox::new())).sessions(sessions);
    let admin = CookieTransport::new().name("admin");
    let auth = Auth::builder(accounts)
        .backend(Backend::new(
            "web",
            CookieTransport::new(),
            OpaqueStrategy::new(),
        ))
        .backend(Backend::new("admin", admin, OpaqueStrategy::new()))
        .build()
        .unwrap();
    let registration = registration("ada@example.com");
    auth.accounts().register(registration).await.unwrap();
    let login = json!({"identifier": "ada@example.com", "password": PASSWORD}).to_string();
    let reply = send(&auth, "POST", "/auth/admin/login", "", &login).await;
    assert_eq!(reply.status(), 204);
    let good = cookies(&reply).swap_remove(0);
    let both = format!("__Host-auth=stale; {good}");
    let reply = send(&auth, "POST", "/auth/logout", &both, "").await;
    assert_eq!(reply.status(), 401);
    assert_eq!(cookies(&reply), ["__Host-auth="]);
    let reply = send(&auth, "GET", "/users/me", &both, "").await;
    assert_eq!(reply.status(), 200);
}
