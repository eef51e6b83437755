//! A sink that keeps what it was given.

use std::sync::{Arc, Mutex, PoisonError};

use crate::event::{AuthEvent, EventKind, EventSink};

/// Keeps every event. Clones share what they keep.
#[derive(Debug, Clone, Default)]
pub struct RecordingSink(Arc<Mutex<Vec<AuthEvent>>>);

impl RecordingSink {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The events so far.
    #[must_use]
    pub fn events(&self) -> Vec<AuthEvent> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The kinds of the events so far.
    #[must_use]
    pub fn kinds(&self) -> Vec<EventKind> {
        self.events().into_iter().map(|event| event.kind).collect()
    }
}

impl EventSink for RecordingSink {
    fn record(&self, event: &AuthEvent) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event.clone());
    }
}
