//! A browser's cookie jar, limited to the features of the toolkit's cookies.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::app::{App, PASSWORD, login};
use crate::client::{Request, Response, get};

/// The flags of a server for browsers on a loopback address.
pub(crate) const COOKIES: [&str; 3] = [
    "--backend=web=cookie+opaque",
    "--rotating",
    "--insecure-cookies",
];

/// The cookies of a browser, which its tabs read and write independently.
#[derive(Debug, Default)]
pub(crate) struct Jar(Mutex<BTreeMap<String, Cookie>>);

#[derive(Debug)]
struct Cookie {
    value: String,
    path: String,
}

impl Jar {
    /// Adds the matching cookies to a request, like a page of the server.
    pub(crate) fn with_cookies(&self, path: &str, request: Request) -> Request {
        let cookies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs = cookies
            .iter()
            .filter(|(_, cookie)| path.starts_with(&cookie.path))
            .map(|(name, cookie)| format!("{name}={}", cookie.value));
        request
            .header("cookie", &pairs.collect::<Vec<_>>().join("; "))
            .header("sec-fetch-site", "same-origin")
    }

    /// Sends a request with the matching cookies, and stores those that the reply sets.
    pub(crate) fn send(&self, app: &App, path: &str, request: Request) -> Response {
        let reply = app.client.send(&self.with_cookies(path, request));
        self.put(&reply);
        reply
    }

    /// Logs in as a user with the default password.
    #[track_caller]
    pub(crate) fn log_in(&self, app: &App, email: &str) -> Response {
        let reply = self.send(app, "/auth/login", login(email, PASSWORD));
        reply.expect(204);
        reply
    }

    /// Returns the reply to a request of the own account.
    pub(crate) fn me(&self, app: &App) -> Response {
        self.send(app, "/users/me", get("/users/me"))
    }

    /// Stores the cookies that a reply sets, and removes those that it deletes.
    pub(crate) fn put(&self, reply: &Response) {
        let mut cookies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for header in reply.headers("set-cookie") {
            let mut parts = header.split("; ");
            let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).unwrap();
            let attributes: Vec<_> = parts.collect();
            if attributes.contains(&"Max-Age=0") {
                cookies.remove(name);
                continue;
            }
            let mut paths = attributes.iter().filter_map(|it| it.strip_prefix("Path="));
            let cookie = Cookie {
                value: value.to_owned(),
                path: paths.next().unwrap().to_owned(),
            };
            cookies.insert(name.to_owned(), cookie);
        }
    }

    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let cookies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.get(name).map(|cookie| cookie.value.clone())
    }
}
