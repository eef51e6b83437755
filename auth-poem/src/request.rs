//! A Poem request in the eyes of the core, and the one authentication that it gets.

use std::ptr;
use std::sync::Arc;

use async_trait::async_trait;
use auth_core::api::BODY_TIMEOUT;
use auth_core::http::{BodyError, RequestBody, RequestHead};
use auth_core::{Auth, AuthUser, Authentication, Unavailable};
use poem::Request;
use poem::http::{HeaderValue, header};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::OnceCell;
use tokio::time::timeout;

/// A borrowed head.
pub(crate) struct Head<'r>(pub(crate) &'r Request);

impl RequestHead for Head<'_> {
    fn method(&self) -> &str {
        self.0.method().as_str()
    }
    // Nesting takes the prefix from the path and leaves the query alone.
    fn query(&self) -> Option<&str> {
        self.0.uri().query()
    }
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        let mut values = self.0.headers().get_all(name).iter();
        let value = values.nth(index).map(HeaderValue::as_bytes);
        // HTTP/2 has no `Host`, and says it in the target (RFC 9113 §8.3.1).
        let authority = || Some(self.0.original_uri().authority()?.as_str().as_bytes());
        value.or_else(|| authority().filter(|_| name == "host" && index == 0))
    }
    fn peer(&self) -> Option<std::net::IpAddr> {
        Some(self.0.remote_addr().as_socket_addr()?.ip())
    }
}

/// A body that nobody has read yet.
struct UnreadBody<R> {
    /// The length that the client announced. Where it announced none, or one that is no number, the
    /// bytes are counted as they come.
    announced: u64,
    reader: R,
}

/// Takes the body out of a request.
pub(crate) fn unread_body(request: &mut Request) -> impl RequestBody + use<> {
    let announced = request.header(header::CONTENT_LENGTH);
    UnreadBody {
        announced: announced.and_then(|text| text.parse().ok()).unwrap_or(0),
        reader: request.take_body().into_async_read(),
    }
}

#[async_trait]
impl<R: AsyncRead + Unpin + Send> RequestBody for UnreadBody<R> {
    async fn read(&mut self, limit: usize) -> Result<Vec<u8>, BodyError> {
        // A length that the client announced and that is too long is refused before a byte is read.
        if usize::try_from(self.announced).map_or(true, |length| length > limit) {
            return Err(BodyError::TooLarge);
        }
        let whole = timeout(BODY_TIMEOUT, self.collect(limit)).await;
        whole.unwrap_or(Err(BodyError::TooSlow))
    }
}

impl<R: AsyncRead + Unpin + Send> UnreadBody<R> {
    async fn collect(&mut self, limit: usize) -> Result<Vec<u8>, BodyError> {
        let mut bytes = Vec::new();
        // One byte more than allowed tells a body that is too long from one that is just so long.
        let most = u64::try_from(limit).map_or(u64::MAX, |limit| limit.saturating_add(1));
        let mut reader = (&mut self.reader).take(most);
        let read = reader.read_to_end(&mut bytes).await;
        read.map_err(|_| BodyError::Broken)?;
        let fits = bytes.len() <= limit;
        fits.then_some(bytes).ok_or(BodyError::TooLarge)
    }
}

/// A place in a request for the answer to who is asking.
///
/// An extractor of Poem sees a request that it cannot change, so the place is made beforehand, by
/// [`provide`](crate::provide) or by a guard, and whoever asks first fills it. It belongs to the
/// handle that fills it: an application with two kinds of users may have two handles over one type
/// of user, and neither takes the other's word.
#[derive(Clone)]
struct Answer<U: AuthUser> {
    auth: Auth<U>,
    who: Known<U>,
}

/// The answer, once it is known.
pub(crate) type Known<U> = Arc<OnceCell<Authentication<U>>>;

impl<U: AuthUser> Answer<U> {
    /// The place of this handle in a request. An entry keeps its handle alive, so equal addresses are
    /// one handle.
    fn of<'r>(auth: &Auth<U>, request: &'r Request) -> Option<&'r Self> {
        let known = request.data::<Self>();
        known.filter(|known| ptr::eq(known.auth.accounts(), auth.accounts()))
    }
}

/// The place for the answer of this handle, made where there is none yet.
pub(crate) fn make_place<U: AuthUser>(auth: &Auth<U>, request: &mut Request) -> Known<U> {
    if let Some(place) = Answer::of(auth, request) {
        return Arc::clone(&place.who);
    }
    let who = Known::default();
    request.set_data(Answer {
        auth: auth.clone(),
        who: Arc::clone(&who),
    });
    who
}

/// Authenticates a request the first time, and repeats the answer from then on. A store that could
/// not answer is asked again.
pub(crate) async fn authenticate_once<U: AuthUser>(
    auth: &Auth<U>,
    request: &Request,
) -> Result<Authentication<U>, Unavailable> {
    let ask = async || auth.authenticate(&Head(request)).await;
    match Answer::of(auth, request) {
        Some(place) => place.who.get_or_try_init(ask).await.cloned(),
        None => ask().await,
    }
}
