//! A browser's cookie jar, limited to the features of the toolkit's cookies.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::client::{Request, Response};

/// The flags of a server for browsers on a loopback address.
pub(crate) const COOKIES: [&str; 2] = ["--backend=web=cookie+opaque", "--insecure-cookies"];

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
