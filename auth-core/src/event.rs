//! The events of accounts, as values for the application.

mod data;
mod kind;
mod queue;
mod sink;

pub use data::{
    AccessRefusal, EventData, LoginRefusal, RegistrationRefusal, SessionsEnded, UpdateSummary,
};
pub use kind::EventKind;
pub use queue::{AsyncEventSink, EventWorker, QueuedSink};
pub use sink::{EventSink, TracingSink};

use std::fmt;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::context::{Actor, Client, Context};
use crate::session::SessionId;

/// An event: a result of an authentication or a change of an account.
///
/// Events are raised after the change is committed, never before. They carry keys and never a
/// password, a token or an e-mail address. The client's network address and user agent are part of
/// them: an application that stores events stores personal data.
///
/// # Examples
///
/// ```
/// use auth_core::event::{EventData, LoginRefusal};
/// use auth_core::{Actor, AuthEvent, Context, EventKind};
/// use time::OffsetDateTime;
///
/// // A test of a sink makes an event; otherwise the toolkit raises them.
/// let context = Context::new(OffsetDateTime::UNIX_EPOCH).with_actor(Actor::Anonymous);
/// let event = AuthEvent::new(EventKind::LoginFailed, &context)
///     .with_user(&42)
///     .with_data(LoginRefusal::Inactive);
///
/// assert_eq!(event.user.as_deref(), Some("42"));
/// assert_eq!(event.data, EventData::LoginRefused(LoginRefusal::Inactive));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthEvent {
    /// The kind of the event.
    pub kind: EventKind,
    /// The time of the event, in UTC, by the injected clock.
    pub at: OffsetDateTime,
    /// The cause of the event.
    pub actor: Actor,
    /// The client whose request caused it.
    pub client: Client,
    /// The key of the affected user, as text; `None` if there is no user or it is not known.
    pub user: Option<Arc<str>>,
    /// The backend of the event.
    pub backend: Option<Arc<str>>,
    /// The session of the event, by its public id.
    pub session: Option<SessionId>,
    /// The details beyond the kind.
    pub data: EventData,
}

impl AuthEvent {
    /// Creates an event with the time, actor, client and backend of a context.
    #[must_use]
    pub fn new(kind: EventKind, context: &Context) -> Self {
        Self {
            kind,
            at: context.now(),
            actor: context.actor().clone(),
            client: context.client().clone(),
            user: None,
            backend: context.backend().map(Arc::from),
            session: None,
            data: EventData::None,
        }
    }

    /// Sets the affected user, by its key.
    #[must_use]
    pub fn with_user(mut self, key: &(impl fmt::Display + ?Sized)) -> Self {
        self.user = Some(key.to_string().into());
        self
    }

    /// Sets the backend, by its name.
    #[must_use]
    pub fn with_backend(mut self, name: impl Into<Arc<str>>) -> Self {
        self.backend = Some(name.into());
        self
    }

    /// Sets the session.
    #[must_use]
    pub fn with_session(mut self, id: &SessionId) -> Self {
        self.session = Some(*id);
        self
    }

    /// Sets the details beyond the kind.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<EventData>) -> Self {
        self.data = data.into();
        self
    }
}
