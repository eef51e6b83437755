//! The function that answers the requests to a route.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::api::endpoint::{Answer, Caller, RequestParts};
use crate::auth::Auth;
use crate::backend::Backend;
use crate::context::Context;
use crate::http::{Reply, RequestHead};
use crate::user::AuthUser;

/// A reply that is being made.
pub(crate) type Answering<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

pub(super) type Handle<U> =
    for<'a, 'r> fn(&'a Auth<U>, &'a mut RequestParts<'r>, &'a Context) -> Answering<'a>;

pub(super) type HandleCaller<U> =
    for<'a, 'r> fn(&'a Auth<U>, Caller<U>, &'a mut RequestParts<'r>, &'a Context) -> Answering<'a>;

pub(super) type HandleBackend<U> = for<'a, 'r> fn(
    &'a Auth<U>,
    &'a Backend<U>,
    &'a mut RequestParts<'r>,
    &'a Context,
) -> Answering<'a>;

/// Adds headers to the reply to `OPTIONS`.
pub(super) type Offer<U> = fn(&Auth<U>, &Backend<U>, &dyn RequestHead, Reply) -> Reply;

/// What answers the requests to a route.
pub(in crate::api) enum Handler<U: AuthUser> {
    Common(Handle<U>),
    /// Runs only for a caller who has passed the guard of the route.
    Guarded(HandleCaller<U>),
    OfBackend {
        backend: Arc<Backend<U>>,
        handle: HandleBackend<U>,
        offer: Option<Offer<U>>,
    },
}
