//! Adapts a request of Axum for the core, and caches its authentication.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use auth_core::http::{BrokenBody, RequestBody, RequestHead};
use auth_core::{Auth, AuthUser, RefreshedRequest, RequestAuth};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};

/// The borrowed head of a request.
pub(crate) struct Head<'r>(pub(crate) &'r Parts);

impl RequestHead for Head<'_> {
    fn method(&self) -> &str {
        self.0.method.as_str()
    }
    fn query(&self) -> Option<&str> {
        self.0.uri.query()
    }
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        let mut values = self.0.headers.get_all(name).iter();
        let value = values.nth(index).map(HeaderValue::as_bytes);
        // HTTP/2 has no `Host`: the target has the authority (RFC 9113 §8.3.1).
        let authority = || Some(self.0.uri.authority()?.as_str().as_bytes());
        value.or_else(|| authority().filter(|_| index == 0 && name.eq_ignore_ascii_case("host")))
    }
    fn peer(&self) -> Option<IpAddr> {
        let extensions = &self.0.extensions;
        let real = extensions.get::<ConnectInfo<SocketAddr>>();
        let mock = || extensions.get::<MockConnectInfo<SocketAddr>>();
        let address = real.map(|info| info.0).or_else(|| Some(mock()?.0))?;
        Some(address.ip())
    }
}

/// An unread body, and the part of it that arrived last.
pub(crate) struct UnreadBody {
    body: Body,
    part: Bytes,
}

impl UnreadBody {
    pub(crate) fn new(body: Body) -> Self {
        let part = Bytes::new();
        Self { body, part }
    }
}

impl RequestBody for UnreadBody {
    fn announced(&self) -> Option<u64> {
        Some(self.body.size_hint().lower())
    }

    fn poll_chunk(&mut self, task: &mut Context<'_>) -> Poll<Result<Option<&[u8]>, BrokenBody>> {
        while let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(task)) {
            // Trailers are ignored.
            if let Ok(data) = frame.map_err(|_| BrokenBody)?.into_data() {
                self.part = data;
                return Poll::Ready(Ok(Some(&self.part)));
            }
        }
        Poll::Ready(Ok(None))
    }
}

/// Returns the place of the authentication in a request, and makes one if the request has none of this
/// handle.
pub(crate) fn cell_of<U: AuthUser>(auth: &Auth<U>, parts: &mut Parts) -> RequestAuth<U> {
    let cell = RequestAuth::of(auth, parts.extensions.get());
    parts.extensions.insert(cell.clone());
    cell
}

/// Replaces the cookies of a request whose login was refreshed. Returns the place of its authentication.
pub(crate) fn with_cookies<U: AuthUser>(
    auth: &Auth<U>,
    parts: &mut Parts,
    refreshed: &RefreshedRequest,
) -> RequestAuth<U> {
    parts.headers.remove(header::COOKIE);
    if let Ok(cookies) = HeaderValue::from_bytes(refreshed.request_cookies()) {
        parts.headers.insert(header::COOKIE, cookies);
    }
    let cell = refreshed.request_auth(auth);
    parts.extensions.insert(cell.clone());
    cell
}
