//! The login pages on Poem: the views are the same, only the handlers are of another framework.
#![cfg(test)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "handlers take their extractors by value"
)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use auth_core::secret::{MasterSecret, Secret};
use auth_core::{Auth, User};
use auth_diesel::SqliteStore;
use auth_poem::{
    CsrfToken, Flash, OptionalUser, PageUser, RouteExt, csrf_protection, provide, routes,
};
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::web::{Data, Html, Query};
use poem::{Endpoint, EndpointExt, Response, Route, Server, get, handler};

use crate::mailer::Mailer;
use crate::page::account::Account;
use crate::page::{account, home, login, sign_up};
use crate::view::Frame;

/// Returns what a page shows around its content.
fn frame<'v>(
    user: Option<&'v User>,
    flash: &'v Flash<User>,
    csrf: &'v CsrfToken<User>,
) -> Frame<'v> {
    Frame {
        user,
        message: flash.message(),
        csrf: csrf.token(),
    }
}

#[handler]
fn show_home(
    OptionalUser(user): OptionalUser<User>,
    flash: Flash<User>,
    csrf: CsrfToken<User>,
) -> Response {
    let user = user.as_ref().map(|user| user.user());
    let page = home::view(&frame(user, &flash, &csrf));
    csrf.on(flash.on(Html(page.into_string())))
}

#[handler]
fn show_sign_up(flash: Flash<User>, csrf: CsrfToken<User>) -> Response {
    let page = sign_up::view(&frame(None, &flash, &csrf));
    csrf.on(flash.on(Html(page.into_string())))
}

#[handler]
fn show_login(
    flash: Flash<User>,
    csrf: CsrfToken<User>,
    Query(query): Query<login::Next>,
) -> Response {
    let page = login::view(&frame(None, &flash, &csrf), query.next.as_deref());
    csrf.on(flash.on(Html(page.into_string())))
}

#[handler]
async fn show_account(
    Data(auth): Data<&Auth<User>>,
    user: PageUser<User>,
    flash: Flash<User>,
    csrf: CsrfToken<User>,
) -> Result<Response, auth_poem::AuthRejection> {
    let sessions = auth.accounts().sessions(&user).await?;
    let account = Account {
        user: user.user(),
        sessions: &sessions,
        current: user.session(),
    };
    let page = account::view(&frame(Some(user.user()), &flash, &csrf), &account);
    Ok(csrf.on(flash.on(Html(page.into_string()))))
}

fn app(auth: &Auth<User>) -> impl Endpoint<Output = Response> + use<> {
    let app = Route::new()
        .at("/", get(show_home))
        .at("/sign-up", get(show_sign_up))
        .at("/login", get(show_login))
        .at("/account", get(show_account))
        .merge(routes(auth))
        .with(csrf_protection(auth))
        .with(provide(auth));
    app.map_to_response()
}

/// A browser without scripts, and the site that it visits.
struct Visitor {
    site: SocketAddr,
    cookies: Vec<(String, String)>,
}

impl Visitor {
    /// Opens a page, and returns its HTML, or the target of its redirect.
    fn open(&mut self, path: &str) -> String {
        self.send("GET", path, "")
    }

    /// Sends a form, and returns the target of the redirect.
    fn submit(&mut self, action: &str, fields: &str) -> String {
        self.send("POST", action, fields)
    }

    fn send(&mut self, method: &str, path: &str, fields: &str) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             accept: text/html\r\nsec-fetch-site: same-origin\r\ncookie: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{fields}",
            pairs.join("; "),
            fields.len()
        );
        let mut stream = TcpStream::connect(self.site).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let headers = head.lines().filter_map(|line| line.split_once(": "));
        let mut target = None;
        for (name, value) in headers {
            match name {
                "location" => target = Some(value.to_owned()),
                "set-cookie" => self.keep(value),
                _ => {}
            }
        }
        let expected = if target.is_some() { "303" } else { "200" };
        assert_eq!(head.split(' ').nth(1), Some(expected), "{path}: {reply}");
        target.unwrap_or_else(|| body.to_owned())
    }

    fn keep(&mut self, cookie: &str) {
        let (name, rest) = cookie.split_once('=').unwrap();
        let value = rest.split(';').next().unwrap();
        self.cookies.retain(|(other, _)| other != name);
        if !rest.contains("Max-Age=0") {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn login_pages_work_on_poem() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("auth.db").display().to_string();
    let store = SqliteStore::open(&format!("sqlite://{file}"))
        .await
        .unwrap();
    let secret = MasterSecret::new(Secret::generate().unwrap());
    let mailer = Mailer::new("http://localhost");
    let auth = crate::auth::builder(store, &secret, mailer)
        .build()
        .unwrap();
    let acceptor = TcpListener::bind("127.0.0.1:0")
        .into_acceptor()
        .await
        .unwrap();
    let site = *acceptor.local_addr()[0].as_socket_addr().unwrap();
    tokio::spawn(Server::new_with_acceptor(acceptor).run(app(&auth)));
    let mut visitor = Visitor {
        site,
        cookies: Vec::new(),
    };
    assert_eq!(visitor.open("/account"), "/login?next=%2Faccount");
    assert!(visitor.open("/sign-up").contains("<h1>Sign up</h1>"));
    let account = "email=ada%40example.com&password=a+mill+that+weaves+algebra";
    assert_eq!(visitor.submit("/auth/register", account), "/login");
    let page = visitor.open("/login?next=%2F");
    assert!(page.contains("Your account is made.") && page.contains("name=\"next\" value=\"/\""));

    let wrong = "identifier=ada%40example.com&password=wrong";
    assert_eq!(visitor.submit("/auth/login", wrong), "/login");
    let page = visitor.open("/login");
    assert!(page.contains("The address or the password is wrong."));
    let login = "identifier=ada%40example.com&password=a+mill+that+weaves+algebra";
    assert_eq!(visitor.submit("/auth/login", login), "/account");
    let page = visitor.open("/account");
    assert!(page.contains("<strong>ada@example.com</strong>"));
    assert!(visitor.open("/").contains("You are logged in as"));

    assert_eq!(visitor.submit("/auth/logout", ""), "/");
    assert_eq!(visitor.open("/account"), "/login?next=%2Faccount");
}
