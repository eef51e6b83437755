//! A prefix of the routes that the configuration does not name.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use auth_core::accounts::AdminUpdate;
use auth_core::session::Sessions;
use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::testing::conformance::{Client, HttpClient, WireReply, WireRequest};
use auth_core::testing::{self, Outbox, PASSWORD};
use auth_core::{Accounts, Auth, Backend, CookieTransport, OpaqueStrategy, User};
use auth_poem::{RouteExt, routes};
use poem::Route;
use serde_json::json;
use tracing_subscriber::util::SubscriberInitExt;

use crate::support::{self, serve};

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn auth(cookies: CookieTransport, prefix: &str) -> Auth<User> {
    let master = testing::master_secret();
    let accounts = Accounts::builder(MemoryUserDatabase::new(), &master)
        .expiring_store(MemoryExpiringStore::new())
        .sessions(Sessions::new(MemorySessionStore::new(), &master))
        .hasher(testing::fast_hasher())
        .hooks(Outbox::new());
    Auth::builder(accounts)
        .backend(Backend::new("web", cookies, OpaqueStrategy::new()).rotating())
        .public_prefix(prefix)
        .build()
        .unwrap()
}

/// Logs in twice below the prefix `/api/v1`, and returns how often the log has the sentence.
async fn warnings(auth: Auth<User>) -> usize {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone());
    let _guard = subscriber.finish().set_default();
    support::user(&auth, "ada@example.com", AdminUpdate::default()).await;
    let server = serve(Route::new().merge(routes(&auth).under("/api/v1"))).await;
    for _ in 0..2 {
        let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
        let login =
            WireRequest::post("/api/v1/auth/login", &body).header("sec-fetch-site", "same-origin");
        let reply: WireReply = HttpClient::new(server).send(login).await;
        assert_eq!(reply.status, 204);
    }
    let log = log.0.lock().unwrap();
    String::from_utf8_lossy(&log)
        .matches("set `.public_prefix")
        .count()
}

/// Browsers do not send a cookie that is bound to `/auth/refresh` to `/api/v1/auth/refresh`.
#[tokio::test]
async fn unknown_prefix_of_a_narrowed_cookie_is_logged_once() {
    let narrow = || CookieTransport::new().narrow_refresh_path();
    assert_eq!(warnings(auth(narrow(), "")).await, 1);
    assert_eq!(warnings(auth(narrow(), "/v1")).await, 1);
    assert_eq!(warnings(auth(narrow(), "/api/v1")).await, 0);
    assert_eq!(warnings(auth(CookieTransport::new(), "")).await, 0);
}
