//! The queue in front of a slow sink: order, overload, failure, shutdown.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use super::{AsyncEventSink, EventWorker, QueuedSink};
use crate::context::Context;
use crate::error::BoxError;
use crate::event::{AuthEvent, EventKind, EventSink};

/// A sink that records the users of its events, and continues only as often as it is allowed to.
#[derive(Clone)]
struct Slow {
    permits: Arc<Semaphore>,
    calls: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Slow {
    fn new(permits: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(permits)),
            calls: Arc::default(),
        }
    }

    fn calls(&self) -> Vec<Vec<String>> {
        self.calls.lock().unwrap().clone()
    }

    fn users(&self) -> Vec<String> {
        self.calls().concat()
    }
}

#[async_trait]
impl AsyncEventSink for Slow {
    async fn record(&self, events: &[AuthEvent]) -> Result<(), BoxError> {
        self.permits.acquire().await?.forget();
        let users = events.iter().filter_map(|event| event.user.as_deref());
        let users: Vec<String> = users.map(str::to_owned).collect();
        let panics = users.iter().any(|user| user == "panic");
        assert!(!panics, "as the test wants");
        if users.iter().any(|user| user == "error") {
            return Err("as the test wants".into());
        }
        self.calls.lock().unwrap().push(users);
        Ok(())
    }
}

fn event(user: &str) -> AuthEvent {
    let context = Context::new(OffsetDateTime::UNIX_EPOCH);
    AuthEvent::new(EventKind::UserUpdated, &context).with_user(&user)
}

#[tokio::test]
async fn events_are_delivered_in_order_and_in_batches() {
    let slow = Slow::new(100);
    let (sink, worker) = QueuedSink::new(slow.clone(), 1000);
    let names: Vec<String> = (0..150).map(|number| number.to_string()).collect();
    for name in &names {
        sink.record(&event(name));
    }
    assert!(slow.users().is_empty(), "recording waits for nothing");
    let worker = tokio::spawn(worker.run());
    sink.flush().await;
    assert_eq!(slow.users(), names);
    assert!(
        slow.calls()
            .iter()
            .all(|call| call.len() <= EventWorker::BATCH)
    );
    assert_eq!(slow.calls().len(), 3);
    assert_eq!(sink.dropped(), 0);
    drop(sink);
    worker.await.unwrap();
}

#[tokio::test]
async fn full_queue_drops_new_events_and_counts_them() {
    let slow = Slow::new(100);
    let (sink, worker) = QueuedSink::new(slow.clone(), 3);
    for name in ["a", "b", "c", "d", "e"] {
        sink.record(&event(name));
    }
    assert_eq!(sink.dropped(), 2);
    tokio::spawn(worker.run());
    sink.flush().await;
    sink.record(&event("f"));
    sink.flush().await;
    assert_eq!(slow.users(), ["a", "b", "c", "f"], "the oldest stay");
    assert_eq!(sink.dropped(), 2);
}

#[tokio::test]
async fn blocked_sink_never_blocks_record() {
    let slow = Slow::new(0);
    let (sink, worker) = QueuedSink::new(slow.clone(), 8);
    tokio::spawn(worker.run());
    for number in 0..1000 {
        sink.record(&event(&number.to_string()));
        tokio::task::yield_now().await;
    }
    assert!(slow.users().is_empty());
    let dropped = sink.dropped();
    // The worker holds a batch, and the queue is full.
    assert!(
        (1000 - 8 - EventWorker::BATCH as u64..1000 - 8).contains(&dropped),
        "{dropped}"
    );
    slow.permits.add_permits(100);
    sink.flush().await;
    assert_eq!(slow.users().len() as u64 + dropped, 1000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_events_are_each_delivered_or_counted() {
    const THREADS: u64 = 4;
    const EVENTS: u64 = 2000;
    let slow = Slow::new(Semaphore::MAX_PERMITS);
    let (sink, worker) = QueuedSink::new(slow.clone(), 16);
    tokio::spawn(worker.run());
    let start = Arc::new(tokio::sync::Barrier::new(4));
    let tasks: Vec<_> = (0..THREADS)
        .map(|thread| {
            let (sink, start) = (sink.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                for number in 0..EVENTS {
                    sink.record(&event(&format!("{thread}-{number}")));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    sink.flush().await;
    let mut delivered = slow.users();
    assert_eq!(delivered.len() as u64 + sink.dropped(), THREADS * EVENTS);
    let all = delivered.len();
    delivered.sort();
    delivered.dedup();
    assert_eq!(delivered.len(), all, "no event is delivered twice");
}

#[tokio::test]
async fn events_of_a_failed_call_are_counted_and_the_next_call_follows() {
    let slow = Slow::new(100);
    let (sink, worker) = QueuedSink::new(slow.clone(), 100);
    tokio::spawn(worker.run());
    for (number, name) in ["error", "a", "panic", "b"].iter().enumerate() {
        sink.record(&event(name));
        sink.flush().await;
        assert_eq!(sink.dropped(), [1, 1, 2, 2][number], "{name}");
    }
    assert_eq!(slow.users(), ["a", "b"]);
}

#[tokio::test]
async fn without_a_worker_events_are_counted_and_flush_returns() {
    let (sink, worker) = QueuedSink::new(Slow::new(0), 100);
    sink.record(&event("a"));
    assert_eq!(sink.dropped(), 0);
    drop(worker);
    assert_eq!(sink.dropped(), 1, "what was left in the queue");
    sink.record(&event("b"));
    sink.flush().await;
    assert_eq!(sink.dropped(), 2);
}

#[test]
fn debug_shows_the_count_and_no_event() {
    let (sink, worker) = QueuedSink::new(Slow::new(0), 0);
    sink.record(&event("a"));
    sink.record(&event("b"));
    assert_eq!(format!("{sink:?}"), "QueuedSink { dropped: 1, .. }");
    assert_eq!(format!("{worker:?}"), "EventWorker { .. }");
}
