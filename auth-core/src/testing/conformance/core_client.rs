//! The client that calls the core directly: the reference for every other client.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Client, Harness, Stores, WireReply, WireRequest};
use crate::api::{RequestParts, Route};
use crate::auth::Auth;
use crate::http::{BufferedRequest, Header};
use crate::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use crate::user::{AuthUser, User};

/// Calls [`Auth::respond`] for the route whose path matches; 404 without a body where none does.
pub struct CoreClient<U: AuthUser>(Auth<U>);

/// Stores in memory behind a [`CoreClient`].
#[derive(Debug, Clone, Copy, Default)]
pub struct CoreHarness;

impl CoreHarness {
    /// Creates the harness; it has no settings.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl<U: AuthUser> CoreClient<U> {
    /// Creates a client of `auth`.
    #[must_use]
    pub fn new(auth: Auth<U>) -> Self {
        Self(auth)
    }

    /// The route of a path, and the text that stands for `{id}` in it. A path that is written out
    /// comes before one with a place for an id.
    fn route(&self, path: &str) -> Option<(&Route<U>, Option<String>)> {
        let exact = self.0.routes().find(|route| route.path() == path);
        exact.map(|route| (route, None)).or_else(|| {
            let (base, last) = path.rsplit_once('/')?;
            let parent = |route: &&Route<U>| route.path().strip_suffix("/{id}") == Some(base);
            let route = self.0.routes().find(parent).filter(|_| !last.is_empty())?;
            Some((route, percent_decoded(last)))
        })
    }
}

#[async_trait]
impl<U: AuthUser> Client for CoreClient<U> {
    async fn send(&self, request: WireRequest) -> WireReply {
        let (path, query) = match request.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (request.target.as_str(), None),
        };
        let Some((route, id)) = self.route(path) else {
            return WireReply {
                status: 404,
                headers: Vec::new(),
                body: Vec::new(),
            };
        };
        let is_head = request.method == "HEAD";
        let mut buffered = BufferedRequest::new(&request.method, request.body);
        buffered = buffered.peer(Ipv4Addr::LOCALHOST);
        // Every client sends it.
        buffered = buffered.header("host", "localhost");
        for (name, value) in request.headers {
            buffered = buffered.header(&name, value);
        }
        if let Some(query) = query {
            buffered = buffered.query(query);
        }
        let BufferedRequest { head, mut body } = buffered;
        let parts = RequestParts {
            head: &head,
            id: id.as_deref(),
            path: Some(path),
            body: &mut body,
        };
        let reply = self.0.respond(route, parts).await;
        let header = |header: &Header| (header.name().to_owned(), header.value().into());
        WireReply {
            status: reply.status(),
            headers: reply.headers().map(header).collect(),
            // The core leaves this to the HTTP server (RFC 9110 §9.3.2).
            body: if is_head {
                Vec::new()
            } else {
                reply.into_body()
            },
        }
    }
}

#[async_trait]
impl Harness for CoreHarness {
    async fn stores(&self) -> Stores {
        Stores {
            users: Arc::new(MemoryUserDatabase::new()),
            expiring: Arc::new(MemoryExpiringStore::new()),
            sessions: Arc::new(MemorySessionStore::new()),
        }
    }

    async fn open(&self, auth: Auth<User>) -> Box<dyn Client> {
        Box::new(CoreClient::new(auth))
    }
}

/// Decodes `%41` (RFC 3986 §2.1); `None` if the result is not valid UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let digits =
            (byte == b'%').then(|| (ahead.next().and_then(hex), ahead.next().and_then(hex)));
        if let Some((Some(high), Some(low))) = digits {
            decoded.push(high * 16 + low);
            bytes = ahead;
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

impl<U: AuthUser> fmt::Debug for CoreClient<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CoreClient").field(&self.0).finish()
    }
}
