//! The programs of the guides, driven like by a browser.

use std::net::SocketAddr;

use auth_core::accounts::Registration;
use auth_core::testing::conformance::{Client, HttpClient, WireReply, WireRequest};
use auth_core::testing::{PASSWORD, master_secret};
use auth_diesel::SqliteStore;

use crate::support::serve;

#[expect(
    clippy::disallowed_methods,
    dead_code,
    reason = "the program of the guide has a main function"
)]
#[path = "../../docs/pages.rs"]
mod pages;

#[path = "../../docs/from_axum_login.rs"]
mod from_axum_login;

const ADA: &str = "ada@example.com";
const FORM: &str = "application/x-www-form-urlencoded";

/// A browser without scripts.
struct Browser {
    server: SocketAddr,
    cookies: Vec<(String, String)>,
    requests: usize,
}

impl Browser {
    fn at(server: SocketAddr) -> Self {
        Self {
            server,
            cookies: Vec::new(),
            requests: 0,
        }
    }

    async fn send(&mut self, request: WireRequest) -> WireReply {
        self.requests += 1;
        let pairs = self.cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header("accept", "text/html")
            .header("cookie", pairs.join("; "));
        let reply = HttpClient::new(self.server).send(request).await;
        for line in reply.header("set-cookie") {
            let line = String::from_utf8_lossy(line).into_owned();
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(other, _)| other != name);
            if !rest.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        reply
    }

    /// Opens a page, and returns its HTML, or the target of its redirect.
    async fn open(&mut self, path: &str) -> String {
        let reply = self.send(WireRequest::get(path)).await;
        body_or_target(&reply)
    }

    /// Sends a form, and returns the target of the redirect.
    async fn submit(&mut self, action: &str, fields: &str) -> String {
        let request = WireRequest::new("POST", action).header("sec-fetch-site", "same-origin");
        let reply = self.send(request.text(FORM, fields)).await;
        assert_eq!(reply.status, 303, "{action}");
        body_or_target(&reply)
    }
}

fn body_or_target(reply: &WireReply) -> String {
    let target = reply.header("location").next();
    let text = target.map_or_else(|| reply.body.clone(), <[u8]>::to_vec);
    String::from_utf8(text).unwrap()
}

fn login(password: &str) -> String {
    let password = password.replace(' ', "+");
    format!("identifier=ada%40example.com&password={password}")
}

#[tokio::test]
async fn program_of_the_guide_signs_up_logs_in_and_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("site.db").display().to_string();
    let store = SqliteStore::open(&format!("sqlite://{file}"))
        .await
        .unwrap();
    let auth = pages::auth(store, &master_secret()).unwrap();
    let mut browser = Browser::at(serve(pages::app(&auth)).await);
    assert_eq!(browser.open("/").await, "/login?next=%2F");
    assert!(
        browser
            .open("/login?next=%2F")
            .await
            .contains("value=\"/\"")
    );
    let short = "email=ada%40example.com&password=short";
    assert_eq!(browser.submit("/auth/register", short).await, "/sign-up");
    let page = browser.open("/sign-up").await;
    assert!(page.contains("role=\"alert\"") && page.contains("value=\"ada@example.com\""));
    let account = format!(
        "email=ada%40example.com&password={}",
        PASSWORD.replace(' ', "+")
    );
    assert_eq!(browser.submit("/auth/register", &account).await, "/login");
    let wrong = login("wrong");
    assert_eq!(browser.submit("/auth/login", &wrong).await, "/login");
    assert!(browser.open("/login").await.contains("role=\"alert\""));
    let fields = login(PASSWORD) + "&next=%2F";
    assert_eq!(browser.submit("/auth/login", &fields).await, "/");
    assert!(browser.open("/").await.contains("ada@example.com"));
    assert_eq!(browser.submit("/auth/logout", "").await, "/");
    assert_eq!(browser.open("/").await, "/login?next=%2F");
}

/// Fifty requests of a user of axum-login: pages with and without a login, wrong and right passwords, `next`, and
/// logouts.
#[tokio::test]
async fn habits_of_axum_login_users_work() {
    let auth = from_axum_login::auth(&master_secret()).unwrap();
    let accounts = auth.accounts();
    let ada = Registration::new(ADA, PASSWORD).unwrap();
    let ada = accounts.register(ada, &accounts.context()).await.unwrap();
    let server = serve(from_axum_login::app(&auth)).await;
    let mut requests = 0;
    for next in [
        "/protected",
        "/",
        "/protected?page=2",
        "//evil.example",
        "/login",
    ] {
        let mut browser = Browser::at(server);
        assert_eq!(browser.open("/").await, "Hello, stranger");
        assert_eq!(browser.open("/protected").await, "/login?next=%2Fprotected");
        assert!(browser.open("/login").await.contains("<form"));
        assert_eq!(
            browser.submit("/auth/login", &login("wrong")).await,
            "/login"
        );
        assert!(
            browser
                .open("/login")
                .await
                .contains("<p>Invalid credentials.</p>")
        );
        let encoded = next
            .replace('/', "%2F")
            .replace('?', "%3F")
            .replace('=', "%3D");
        let fields = format!("{}&next={encoded}", login(PASSWORD));
        let expected = if next.starts_with("//") {
            "/protected"
        } else {
            next
        };
        assert_eq!(browser.submit("/auth/login", &fields).await, expected);
        let greeting = format!("Logged in as: {}", ada.id);
        assert_eq!(browser.open("/protected").await, greeting);
        assert_eq!(browser.open("/").await, format!("Hello, {}", ada.id));
        assert_eq!(browser.submit("/auth/logout", "").await, "/");
        assert_eq!(browser.open("/protected").await, "/login?next=%2Fprotected");
        requests += browser.requests;
    }
    assert_eq!(requests, 50);
}
