//! A bounded queue between the requests and a slow sink.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use super::{AuthEvent, EventSink};
use crate::error::BoxError;

/// A slow destination for events: a database, a message broker, a file.
///
/// # Examples
///
/// ```
/// use auth_core::{AuthEvent, BoxError};
/// use auth_core::event::AsyncEventSink;
///
/// struct AuditTable;
///
/// #[async_trait::async_trait]
/// impl AsyncEventSink for AuditTable {
///     async fn record(&self, events: &[AuthEvent]) -> Result<(), BoxError> {
///         for event in events {
///             println!("{} {} {:?}", event.at, event.kind.name(), event.user);
///         }
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait AsyncEventSink: Send + Sync + 'static {
    /// Takes events in the order in which they were raised: between one and [`EventWorker::BATCH`].
    /// It is called again only after it has returned.
    ///
    /// The implementer limits the duration of a call. During a call the queue fills up, and
    /// [`QueuedSink::flush`](EventSink::flush) waits.
    ///
    /// # Errors
    ///
    /// Any error. It is logged, the events count as dropped, and the next call gets the next events:
    /// the sink itself retries if it needs to.
    async fn record(&self, events: &[AuthEvent]) -> Result<(), BoxError>;
}

/// A sink that puts events into a bounded queue, from which an [`EventWorker`] delivers them.
///
/// A full queue drops the new event, so that a slow destination never slows a request down. Dropped
/// events are counted ([`dropped`](Self::dropped)) and logged as an error, the first one and then
/// each time that their number has doubled. Clones share one queue.
///
/// # Examples
///
/// ```
/// use auth_core::event::{AsyncEventSink, QueuedSink};
/// use auth_core::{Accounts, User};
/// # use auth_core::{AuthEvent, BoxError};
/// use auth_core::secret::{MasterSecret, Secret};
/// use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
///
/// # struct AuditTable;
/// # #[async_trait::async_trait]
/// # impl AsyncEventSink for AuditTable {
/// #     async fn record(&self, _: &[AuthEvent]) -> Result<(), BoxError> { Ok(()) }
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let (sink, worker) = QueuedSink::new(AuditTable, 10_000);
/// tokio::spawn(worker.run());
///
/// let master = MasterSecret::new(Secret::generate()?);
/// let accounts: Accounts<User> = Accounts::builder(MemoryUserDatabase::new(), &master)
///     .expiring_store(MemoryExpiringStore::new())
///     .event_sink(sink.clone())
///     .build()?;
/// // … serve requests …
///
/// // At an orderly shutdown: deliver the queued events.
/// accounts.wait_idle().await;
/// assert_eq!(sink.dropped(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct QueuedSink {
    queue: mpsc::Sender<Entry>,
    dropped: Dropped,
}

/// Delivers the events of a [`QueuedSink`].
#[must_use = "events are delivered only while the worker runs: `tokio::spawn(worker.run())`"]
pub struct EventWorker {
    queue: mpsc::Receiver<Entry>,
    sink: Arc<dyn AsyncEventSink>,
    dropped: Dropped,
}

enum Entry {
    Event(Box<AuthEvent>),
    /// Answered when all events queued before it are delivered.
    Flush(oneshot::Sender<()>),
}

impl QueuedSink {
    /// Creates a queue in front of `sink` with room for `capacity` events (at least one), and the
    /// worker that empties it. The application runs the worker, usually on its own task.
    pub fn new(sink: impl AsyncEventSink, capacity: usize) -> (Self, EventWorker) {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        let dropped = Dropped::default();
        let worker = EventWorker {
            queue: receiver,
            sink: Arc::new(sink),
            dropped: dropped.clone(),
        };
        let queue = sender;
        (Self { queue, dropped }, worker)
    }

    /// Returns the number of events that were not delivered: the queue was full, the sink failed, or
    /// the worker had ended.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.0.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl EventSink for QueuedSink {
    fn record(&self, event: &AuthEvent) {
        let entry = Entry::Event(Box::new(event.clone()));
        match self.queue.try_send(entry) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => self.dropped.add(1, "the queue is full"),
            Err(mpsc::error::TrySendError::Closed(_)) => self.dropped.add(1, "the worker is gone"),
        }
    }

    /// Waits until the worker has delivered all events queued before. Returns at once if the worker
    /// has ended, and never if the worker exists and is not run.
    async fn flush(&self) {
        let (done, delivered) = oneshot::channel();
        if self.queue.send(Entry::Flush(done)).await.is_ok() {
            // An error means that the worker has ended.
            let _ = delivered.await;
        }
    }
}

impl EventWorker {
    /// The most events in one call of a sink.
    pub const BATCH: usize = 64;

    /// Delivers events until every clone of the [`QueuedSink`] is dropped.
    ///
    /// A panic of the sink loses only the events of its call.
    pub async fn run(mut self) {
        let mut entries = Vec::with_capacity(Self::BATCH);
        while self.queue.recv_many(&mut entries, Self::BATCH).await > 0 {
            let mut events = Vec::with_capacity(entries.len());
            let mut waiting = Vec::new();
            for entry in entries.drain(..) {
                match entry {
                    Entry::Event(event) => events.push(*event),
                    Entry::Flush(done) => waiting.push(done),
                }
            }
            self.deliver(events).await;
            for done in waiting {
                // An error means that the caller has stopped waiting.
                let _ = done.send(());
            }
        }
    }

    async fn deliver(&self, events: Vec<AuthEvent>) {
        if events.is_empty() {
            return;
        }
        let count = events.len() as u64;
        let sink = Arc::clone(&self.sink);
        // On its own task, so that a panic ends only that task.
        let call = tokio::spawn(async move { sink.record(&events).await });
        match call.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(target: "auth", %error, count, "an event sink failed");
                self.dropped.add(count, "the sink failed");
            }
            Err(_) => self.dropped.add(count, "the sink panicked"),
        }
    }
}

/// Counts the events that a worker leaves in its queue.
impl Drop for EventWorker {
    fn drop(&mut self) {
        self.queue.close();
        let mut left = 0;
        while let Ok(entry) = self.queue.try_recv() {
            left += u64::from(matches!(entry, Entry::Event(_)));
        }
        if left > 0 {
            self.dropped.add(left, "the worker is gone");
        }
    }
}

/// The number of dropped events.
#[derive(Debug, Clone, Default)]
struct Dropped(Arc<AtomicU64>);

impl Dropped {
    fn add(&self, count: u64, reason: &'static str) {
        let before = self.0.fetch_add(count, Ordering::Relaxed);
        let dropped = before.saturating_add(count);
        // The number of bits grows when the number has doubled: a line per event would flood the
        // log.
        if before.checked_ilog2() != dropped.checked_ilog2() {
            tracing::error!(target: "auth", dropped, reason, "events were dropped");
        }
    }
}

impl fmt::Debug for QueuedSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueuedSink")
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EventWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventWorker").finish_non_exhaustive()
    }
}
