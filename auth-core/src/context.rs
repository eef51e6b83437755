//! The context of one request: its time, its client, the backend, and the actor.

mod actor;
mod client;

pub use actor::Actor;
pub use client::Client;

use std::fmt;
use std::sync::Arc;

use time::OffsetDateTime;

/// The facts of a flow about its request.
///
/// The core makes one context per request and passes it to every flow, hook and event. A program
/// without HTTP makes its own with [`Context::new`]. A context proves nothing: no flow uses the
/// [`actor`](Self::actor) to decide about permissions.
///
/// Cloning is cheap: texts are shared.
///
/// # Examples
///
/// ```
/// use auth_core::{Actor, Client, Context};
/// use time::OffsetDateTime;
///
/// let context = Context::new(OffsetDateTime::UNIX_EPOCH)
///     .with_client(Client::unknown().with_address([203, 0, 113, 7]))
///     .with_backend("api");
///
/// assert_eq!(context.backend(), Some("api"));
/// assert_eq!(context.client().address(), Some([203, 0, 113, 7].into()));
/// assert_eq!(context.actor(), &Actor::System);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    now: OffsetDateTime,
    client: Client,
    backend: Option<Arc<str>>,
    actor: Actor,
}

impl Context {
    /// Creates a context without a client and without a backend, whose actor is
    /// [`Actor::System`]: the context of a job, a command line or a test.
    ///
    /// `now` is the present time by the injected [`Clock`](crate::Clock), in UTC.
    #[must_use]
    pub const fn new(now: OffsetDateTime) -> Self {
        Self {
            now,
            client: Client::unknown(),
            backend: None,
            actor: Actor::System,
        }
    }

    /// Sets the client that sent the request.
    #[must_use]
    pub fn with_client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    /// Sets the backend that serves the request, by its name.
    #[must_use]
    pub fn with_backend(mut self, name: impl Into<Arc<str>>) -> Self {
        self.backend = Some(name.into());
        self
    }

    /// Sets the actor: the cause of the events.
    #[must_use]
    pub fn with_actor(mut self, actor: Actor) -> Self {
        self.actor = actor;
        self
    }

    /// Returns this context with the user of this key as the actor, if the actor was
    /// [`Actor::Anonymous`]: the flow has checked a password or a token of that user.
    pub(crate) fn identified_as(&self, key: &impl fmt::Display) -> Self {
        let context = self.clone();
        match self.actor {
            Actor::Anonymous => context.with_actor(Actor::user(key)),
            _ => context,
        }
    }

    /// Returns the time of the request, in UTC. It stays the same for the whole request.
    #[must_use]
    pub const fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// Returns the client that sent the request.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the name of the backend that serves the request; `None` outside of a backend.
    #[must_use]
    pub fn backend(&self) -> Option<&str> {
        self.backend.as_deref()
    }

    /// Returns the actor: the cause of the events.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }
}
