//! Work that continues after the reply, and work that a disconnected client must not stop.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::Accounts;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventData, EventKind};
use crate::user::AuthUser;

/// The tasks of the accounts that outlive a call: a bounded set that runs after replies, and the
/// flows that a vanished caller left behind.
#[derive(Debug)]
pub(crate) struct Background {
    places: Arc<Semaphore>,
    flows: Arc<Semaphore>,
}

impl Background {
    /// How many tasks may be under way after replies. Beyond it a request is 503: whether the place
    /// is missing depends on the load and never on the address asked for.
    const PLACES: u32 = 1024;
    /// More flows than a process can have in memory.
    const FLOWS: u32 = 1 << 24;

    pub(super) fn new() -> Self {
        let semaphore = |permits: u32| Arc::new(Semaphore::new(permits as usize));
        Self {
            places: semaphore(Self::PLACES),
            flows: semaphore(Self::FLOWS),
        }
    }

    /// Takes a place, to be filled with [`Place::run`].
    pub(crate) fn place(&self) -> Result<Place, Unavailable> {
        let places = Arc::clone(&self.places);
        let permit = places.try_acquire_owned().map_err(Unavailable::new)?;
        Ok(Place { permit })
    }

    /// Runs `task` to its end on a task of its own, also when the caller goes away: what was begun
    /// (a row written, the hook that follows it) is finished. A panic in it is an error here.
    pub(crate) async fn shielded<T, E>(
        &self,
        task: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Unavailable> + Send + 'static,
    {
        let flow = Arc::clone(&self.flows).try_acquire_owned();
        let flow = flow.map_err(Unavailable::new)?;
        let running = tokio::spawn(async move {
            let result = task.await;
            drop(flow);
            result
        });
        match running.await {
            Ok(result) => result,
            Err(failed) => Err(Unavailable::new(failed).into()),
        }
    }

    /// Waits until nothing is under way.
    pub(super) async fn wait_idle(&self) {
        // The semaphores are never closed, so neither can fail. A flow may begin work after the
        // reply, and not the other way round.
        let all_flows = self.flows.acquire_many(Self::FLOWS).await;
        let all_places = self.places.acquire_many(Self::PLACES).await;
        drop((all_flows, all_places));
    }
}

/// A taken place.
#[derive(Debug)]
pub(crate) struct Place {
    permit: tokio::sync::OwnedSemaphorePermit,
}

impl Place {
    pub(crate) fn run(self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(async move {
            task.await;
            drop(self.permit);
        });
    }
}

impl<U: AuthUser> Accounts<U> {
    /// Logs and raises that work after the reply failed.
    pub(crate) fn background_failed(
        &self,
        what: &'static str,
        error: &Unavailable,
        context: &Context,
    ) {
        let source = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(target: "auth", what, source, "work after the reply failed");
        let event = AuthEvent::new(EventKind::ServiceUnavailable, context);
        self.raise(event.with_data(EventData::Work(what)));
    }
}
