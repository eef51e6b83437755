//! Work that goes on after the reply, and work that a vanished client must not stop.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::Unavailable;

/// A bounded set of tasks that run after the reply.
#[derive(Debug)]
pub(super) struct Background {
    places: Arc<Semaphore>,
}

impl Background {
    /// How many tasks may be under way. Beyond it a request is 503: whether the place is missing
    /// depends on the load and never on the address asked for.
    const PLACES: u32 = 1024;

    pub(super) fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(Self::PLACES as usize)),
        }
    }

    /// Takes a place, to be filled with [`Place::run`].
    pub(super) fn place(&self) -> Result<Place, Unavailable> {
        let places = Arc::clone(&self.places);
        let permit = places.try_acquire_owned().map_err(Unavailable::new)?;
        Ok(Place { permit })
    }

    /// Waits until nothing is under way.
    pub(super) async fn settled(&self) {
        // The semaphore is never closed, so this cannot fail.
        let all_places = self.places.acquire_many(Self::PLACES).await;
        drop(all_places);
    }
}

/// A taken place.
#[derive(Debug)]
pub(super) struct Place {
    permit: tokio::sync::OwnedSemaphorePermit,
}

impl Place {
    pub(super) fn run(self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(async move {
            task.await;
            drop(self.permit);
        });
    }
}

/// Runs `task` to its end on a task of its own, also when the caller goes away: what was begun (a
/// row written, the hook that follows it) is finished. A panic in it is an error here.
pub(super) async fn shielded<T, E>(
    task: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Unavailable> + Send + 'static,
{
    match tokio::spawn(task).await {
        Ok(result) => result,
        Err(failed) => Err(Unavailable::new(failed).into()),
    }
}
