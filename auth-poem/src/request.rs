//! Adapts a request of Poem for the core, and caches its authentication.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use auth_core::http::{BrokenBody, RequestBody, RequestHead};
use auth_core::{Auth, AuthUser, RefreshedRequest, RequestAuth};
use poem::Request;
use poem::http::{HeaderValue, header};
use tokio::io::{AsyncRead, ReadBuf};

/// The borrowed head of a request.
pub(crate) struct Head<'r>(pub(crate) &'r Request);

impl RequestHead for Head<'_> {
    fn method(&self) -> &str {
        self.0.method().as_str()
    }
    // Nesting removes the prefix from the path and does not change the query.
    fn query(&self) -> Option<&str> {
        self.0.uri().query()
    }
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        let mut values = self.0.headers().get_all(name).iter();
        let value = values.nth(index).map(HeaderValue::as_bytes);
        // HTTP/2 has no `Host`: the target has the authority (RFC 9113 §8.3.1).
        let authority = || Some(self.0.original_uri().authority()?.as_str().as_bytes());
        value.or_else(|| authority().filter(|_| index == 0 && name.eq_ignore_ascii_case("host")))
    }
    fn peer(&self) -> Option<std::net::IpAddr> {
        Some(self.0.remote_addr().as_socket_addr()?.ip())
    }
}

/// An unread body, and a buffer for the part of it that arrived last.
struct UnreadBody<R> {
    announced: Option<u64>,
    reader: R,
    part: [u8; 1024],
}

/// Takes the body out of a request.
pub(crate) fn unread_body(request: &mut Request) -> impl RequestBody + use<> {
    let announced = request.header(header::CONTENT_LENGTH);
    UnreadBody {
        announced: announced.and_then(|text| text.parse().ok()),
        reader: request.take_body().into_async_read(),
        part: [0; 1024],
    }
}

impl<R: AsyncRead + Unpin + Send> RequestBody for UnreadBody<R> {
    fn announced(&self) -> Option<u64> {
        self.announced
    }

    fn poll_chunk(&mut self, task: &mut Context<'_>) -> Poll<Result<Option<&[u8]>, BrokenBody>> {
        let mut part = ReadBuf::new(&mut self.part);
        let read = ready!(Pin::new(&mut self.reader).poll_read(task, &mut part));
        read.map_err(|_| BrokenBody)?;
        let length = part.filled().len();
        Poll::Ready(Ok(self.part.get(..length).filter(|part| !part.is_empty())))
    }
}

/// Returns the place of the authentication in a request, and makes one if the request has none of this
/// handle.
///
/// An extractor of Poem cannot change the request, so the place is made before it: by
/// [`provide`](crate::provide), a guard or the CSRF protection.
pub(crate) fn cell_of<U: AuthUser>(auth: &Auth<U>, request: &mut Request) -> RequestAuth<U> {
    let cell = RequestAuth::of(auth, request.data());
    request.set_data(cell.clone());
    cell
}

/// Replaces the cookies of a request whose login was refreshed. Returns the place of its authentication.
pub(crate) fn with_cookies<U: AuthUser>(
    auth: &Auth<U>,
    request: &mut Request,
    refreshed: &RefreshedRequest,
) -> RequestAuth<U> {
    let headers = request.headers_mut();
    headers.remove(header::COOKIE);
    if let Ok(cookies) = HeaderValue::from_bytes(refreshed.request_cookies()) {
        headers.insert(header::COOKIE, cookies);
    }
    let cell = refreshed.request_auth(auth);
    request.set_data(cell.clone());
    cell
}
