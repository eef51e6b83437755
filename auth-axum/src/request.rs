//! An Axum request in the eyes of the core, and the one authentication that it gets.

use std::future::poll_fn;
use std::pin::Pin;
use std::ptr;

use async_trait::async_trait;
use auth_core::api::BODY_TIMEOUT;
use auth_core::http::{BodyError, RequestBody, RequestHead};
use auth_core::{Auth, AuthUser, Authentication, Unavailable};
use axum::body::{Body, HttpBody};
use axum::http::HeaderValue;
use axum::http::request::Parts;
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
        values.nth(index).map(HeaderValue::as_bytes)
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

/// What is known of a request already, and which handle found it out: an application with two kinds
/// of users may have two handles over one type of user, and neither takes the other's word.
#[derive(Clone)]
struct Known<U: AuthUser> {
    auth: Auth<U>,
    who: Authentication<U>,
}

/// Authenticates a request the first time, and repeats the answer from then on.
pub(crate) async fn authenticate_once<U: AuthUser>(
    auth: &Auth<U>,
    parts: &mut Parts,
) -> Result<Authentication<U>, Unavailable> {
    // The entry keeps its handle alive, so equal addresses are one handle.
    if let Some(known) = parts.extensions.get::<Known<U>>()
        && ptr::eq(known.auth.accounts(), auth.accounts())
    {
        return Ok(known.who.clone());
    }
    let who = auth.authenticate(&Head(parts)).await?;
    parts.extensions.insert(Known {
        auth: auth.clone(),
        who: who.clone(),
    });
    Ok(who)
}
