//! An Axum request in the eyes of the core, and the one authentication that it gets.

use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::ptr;
use std::sync::Arc;

use async_trait::async_trait;
use auth_core::api::BODY_TIMEOUT;
use auth_core::http::{BodyError, RequestBody, RequestHead};
use auth_core::{Auth, AuthUser, Authentication, Unavailable};
use axum::body::{Body, HttpBody};
use axum::extract::ConnectInfo;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use tokio::sync::OnceCell;
use tokio::time::timeout;

/// A borrowed head.
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
        // HTTP/2 has no `Host`, and says it in the target (RFC 9113 §8.3.1).
        let authority = || Some(self.0.uri.authority()?.as_str().as_bytes());
        value.or_else(|| authority().filter(|_| name == "host" && index == 0))
    }
    fn peer(&self) -> Option<IpAddr> {
        let extensions = &self.0.extensions;
        let real = extensions.get::<ConnectInfo<SocketAddr>>();
        let mock = || extensions.get::<MockConnectInfo<SocketAddr>>();
        let address = real.map(|info| info.0).or_else(|| Some(mock()?.0))?;
        Some(address.ip())
    }
}

/// A body that nobody has read yet.
pub(crate) struct UnreadBody(pub(crate) Body);

#[async_trait]
impl RequestBody for UnreadBody {
    async fn read(&mut self, limit: usize) -> Result<Vec<u8>, BodyError> {
        // A length that the client announced and that is too long is refused before a byte is read.
        let announced = self.0.size_hint().lower();
        if usize::try_from(announced).map_or(true, |length| length > limit) {
            return Err(BodyError::TooLarge);
        }
        let whole = timeout(BODY_TIMEOUT, self.collect(limit));
        whole.await.unwrap_or(Err(BodyError::TooSlow))
    }
}

impl UnreadBody {
    async fn collect(&mut self, limit: usize) -> Result<Vec<u8>, BodyError> {
        let mut bytes = Vec::new();
        while let Some(frame) = poll_fn(|task| Pin::new(&mut self.0).poll_frame(task)).await {
            // What is no data are trailers: nobody has use for them.
            let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else {
                continue;
            };
            if data.len() > limit.saturating_sub(bytes.len()) {
                return Err(BodyError::TooLarge);
            }
            bytes.extend_from_slice(&data);
        }
        Ok(bytes)
    }
}

/// A place in a request for the answer to who is asking: whoever asks first fills it.
///
/// It belongs to the handle that fills it: an application with two kinds of users may have two
/// handles over one type of user, and neither takes the other's word.
pub(crate) struct Answer<U: AuthUser> {
    auth: Auth<U>,
    pub(crate) who: Arc<OnceCell<Authentication<U>>>,
}

impl<U: AuthUser> Answer<U> {
    /// The place of this handle in a request, made where there is none yet.
    pub(crate) fn of(auth: &Auth<U>, parts: &mut Parts) -> Self {
        // The entry keeps its handle alive, so equal addresses are one handle.
        if let Some(known) = parts.extensions.get::<Self>()
            && ptr::eq(known.auth.accounts(), auth.accounts())
        {
            return known.clone();
        }
        let place = Self {
            auth: auth.clone(),
            who: Arc::default(),
        };
        parts.extensions.insert(place.clone());
        place
    }
}

/// Authenticates a request the first time, and repeats the answer from then on. A store that could
/// not answer is asked again.
pub(crate) async fn authenticate_once<U: AuthUser>(
    auth: &Auth<U>,
    parts: &mut Parts,
) -> Result<Authentication<U>, Unavailable> {
    let place = Answer::of(auth, parts);
    let ask = async || auth.authenticate(&Head(parts)).await;
    place.who.get_or_try_init(ask).await.cloned()
}

impl<U: AuthUser> Clone for Answer<U> {
    fn clone(&self) -> Self {
        Self {
            auth: self.auth.clone(),
            who: Arc::clone(&self.who),
        }
    }
}
