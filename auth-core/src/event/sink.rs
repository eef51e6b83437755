//! The trait of event sinks, and the sink that writes to the log.

use async_trait::async_trait;

use super::{AuthEvent, EventData};

/// Receives every event.
///
/// `record` runs inside of the request: it must return at once and must not block. A sink that
/// writes to a database or a network implements [`AsyncEventSink`](super::AsyncEventSink) instead
/// and is placed behind a [`QueuedSink`](super::QueuedSink).
///
/// # Examples
///
/// ```
/// use auth_core::{AuthEvent, EventKind, EventSink};
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// #[derive(Default)]
/// struct FailedLogins(AtomicU64);
///
/// impl EventSink for FailedLogins {
///     fn record(&self, event: &AuthEvent) {
///         if event.kind == EventKind::LoginFailed {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait EventSink: Send + Sync + 'static {
    /// Takes one event.
    fn record(&self, event: &AuthEvent);

    /// Waits until every event that was recorded before this call has reached its destination.
    /// [`Accounts::wait_idle`](crate::Accounts::wait_idle) calls it. A sink whose `record` is
    /// complete when it returns keeps the default, which does nothing.
    async fn flush(&self) {}
}

/// Writes every event to `tracing`, under the target `auth`: failures as warnings, all others as
/// information. It is always active; other sinks receive the same events.
#[derive(Debug, Clone, Copy, Default)]
pub struct TracingSink;

impl EventSink for TracingSink {
    fn record(&self, event: &AuthEvent) {
        let AuthEvent {
            kind,
            // The log has its own time.
            at: _,
            actor,
            client,
            user,
            backend,
            session,
            data,
        } = event;
        let name = kind.name();
        let actor = tracing::field::display(actor);
        let client = client.address().map(tracing::field::display);
        let (user, backend) = (user.as_deref(), backend.as_deref());
        let session = session.map(tracing::field::display);
        let detail = (*data != EventData::None).then(|| tracing::field::display(data));
        if kind.is_failure() {
            tracing::warn!(target: "auth", event = name, actor, client, user, backend, session, detail);
        } else {
            tracing::info!(target: "auth", event = name, actor, client, user, backend, session, detail);
        }
    }
}
