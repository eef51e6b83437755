//! Connections that look-ups share: the statements of many requests are under way on one connection at a time,
//! and the server answers them in their order.
//!
//! A look-up that is dropped leaves its answer to the driver, which throws it away. After an error or a
//! statement over its time limit the connection gets no new statements, and is closed after its last one.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use auth_core::StoreError;
use diesel::QueryResult;
use diesel_async::{AsyncConnectionCore as _, AsyncPgConnection};
use futures_util::TryStreamExt as _;
use tokio::runtime::Handle;

use super::read_row;
use crate::engine::{Consequence, Engine as _, LookupConnections, Pool};
use crate::error::Failure;
use crate::sql::{Row, Statement};

/// The number of connections unless the application sets another one.
const DEFAULT: usize = 2;

/// The most connections.
const MOST: usize = 64;

/// The most look-ups under way on one connection; further ones take the pool.
const MOST_UNDER_WAY: usize = 64;

/// The time between two attempts to open a connection.
const PAUSE: Duration = Duration::from_secs(1);

/// The time after which an unused connection is replaced: a firewall may have forgotten it.
const MOST_IDLE: Duration = Duration::from_mins(5);

/// The time after which a connection is replaced in any case, as one of the pool.
const MOST_AGE: Duration = Duration::from_mins(30);

/// The shared connections of a store; none behind a pooler that lends a connection for each transaction.
#[derive(Clone, Default)]
pub struct SharedConnections(Option<Arc<Slots>>);

struct Slots {
    pool: Pool<AsyncPgConnection>,
    places: Box<[Mutex<Slot>]>,
    /// The number of the next closing of a place.
    closings: AtomicU64,
}

/// A place for one connection.
enum Slot {
    /// None. It is opened at once, or later after a failure or while it is being opened.
    Closed {
        open_at: Option<Instant>,
        /// Its own number: a connection that was asked for before the place was closed again is not used.
        number: u64,
    },
    Open(Arc<Shared>, Instant),
}

/// One connection.
struct Shared {
    connection: AsyncPgConnection,
    opened_at: Instant,
    under_way: AtomicUsize,
}

/// A look-up on a connection, counted until it is dropped.
struct UnderWay(Arc<Shared>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

impl SharedConnections {
    /// Returns this number of connections, which are opened at the first look-up.
    pub(super) fn of_pool(pool: &Pool<AsyncPgConnection>, connections: Option<u32>) -> Self {
        let count = connections.map_or(DEFAULT, |count| usize::try_from(count).unwrap_or(MOST));
        let slot = || {
            Mutex::new(Slot::Closed {
                open_at: None,
                number: 0,
            })
        };
        Self((count > 0).then(|| {
            Arc::new(Slots {
                pool: pool.clone(),
                places: std::iter::repeat_with(slot).take(count.min(MOST)).collect(),
                closings: AtomicU64::new(1),
            })
        }))
    }
}

impl LookupConnections for SharedConnections {
    async fn fetch(
        &self,
        statement: &Statement,
        limit: Duration,
    ) -> Result<Option<Vec<Row>>, StoreError> {
        let Some(slots) = &self.0 else {
            return Ok(None);
        };
        let Some(under_way) = slots.begin(limit) else {
            return Ok(None);
        };
        let connection = &under_way.0.connection;
        let outcome = tokio::time::timeout(limit, rows(connection, statement)).await;
        match outcome {
            Ok(Ok(rows)) => Ok(Some(rows)),
            Ok(Err(error)) => {
                if AsyncPgConnection::consequence(&error) != Consequence::Failed {
                    slots.give_up(&under_way.0);
                }
                Ok(None)
            }
            Err(_) => {
                // One cancellation is enough for the statement that all others wait for.
                let is_first = slots.give_up(&under_way.0);
                if let Some(cancellation) = connection.cancellation().filter(|_| is_first) {
                    tokio::spawn(tokio::time::timeout(limit, cancellation));
                }
                Err(Failure::NoAnswer(limit).into())
            }
        }
    }

    fn close(&self) {
        if let Some(slots) = &self.0 {
            for place in &slots.places {
                *lock(place) = slots.closed();
            }
        }
    }
}

impl Slots {
    /// Returns the connection with the fewest look-ups; `None` if each has too many, or none is open. Opens
    /// those that are missing or old.
    fn begin(self: &Arc<Self>, limit: Duration) -> Option<UnderWay> {
        let now = Instant::now();
        let mut best: Option<(usize, usize, Arc<Shared>)> = None;
        for (place, slot) in self.places.iter().enumerate() {
            let mut slot = lock(slot);
            if let Slot::Open(shared, used_at) = &mut *slot {
                let is_old = now.duration_since(shared.opened_at) >= MOST_AGE
                    || now.duration_since(*used_at) >= MOST_IDLE;
                let count = shared.under_way.load(Ordering::Relaxed);
                let is_better = best.as_ref().is_none_or(|(least, ..)| count < *least);
                if !is_old {
                    if is_better && count < MOST_UNDER_WAY {
                        best = Some((count, place, Arc::clone(shared)));
                    }
                    continue;
                }
                *slot = Slot::Closed {
                    open_at: None,
                    number: self.next_closing(),
                };
            }
            if let Slot::Closed { open_at, number } = &mut *slot
                && open_at.is_none_or(|open_at| open_at <= now)
            {
                *open_at = Some(now + PAUSE.max(limit));
                self.open_later(place, *number, limit);
            }
        }
        let (_, place, shared) = best?;
        if let Some(slot) = self.places.get(place)
            && let Slot::Open(open, used_at) = &mut *lock(slot)
            && Arc::ptr_eq(open, &shared)
        {
            *used_at = now;
        }
        shared.under_way.fetch_add(1, Ordering::Relaxed);
        Some(UnderWay(shared))
    }

    /// Opens a connection in a task.
    fn open_later(self: &Arc<Self>, place: usize, asked_in: u64, limit: Duration) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let slots = Arc::clone(self);
        runtime.spawn(async move {
            let connected = tokio::time::timeout(limit, slots.pool.dedicated_connection()).await;
            let Some(slot) = slots.places.get(place) else {
                return;
            };
            let (now, mut slot) = (Instant::now(), lock(slot));
            if !matches!(&*slot, Slot::Closed { number, .. } if *number == asked_in) {
                return;
            }
            *slot = match connected {
                Ok(Ok(connection)) => {
                    let shared = Shared {
                        connection,
                        opened_at: now,
                        under_way: AtomicUsize::new(0),
                    };
                    Slot::Open(Arc::new(shared), now)
                }
                _ => slots.closed(),
            };
        });
    }

    /// Lets no further look-up use a connection. Returns `false` if another look-up has done so.
    fn give_up(&self, shared: &Arc<Shared>) -> bool {
        let mut is_first = false;
        for slot in &self.places {
            let mut slot = lock(slot);
            if matches!(&*slot, Slot::Open(open, _) if Arc::ptr_eq(open, shared)) {
                *slot = self.closed();
                is_first = true;
            }
        }
        is_first
    }

    /// Returns a place whose connection was given up.
    fn closed(&self) -> Slot {
        Slot::Closed {
            open_at: Some(Instant::now() + PAUSE),
            number: self.next_closing(),
        }
    }

    fn next_closing(&self) -> u64 {
        self.closings.fetch_add(1, Ordering::Relaxed)
    }
}

async fn rows(mut connection: &AsyncPgConnection, statement: &Statement) -> QueryResult<Vec<Row>> {
    let mut stream = connection.load(statement).await?;
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        rows.push(read_row(&row, statement.columns())?);
    }
    Ok(rows)
}

fn lock(slot: &Mutex<Slot>) -> std::sync::MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for SharedConnections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.as_ref().map_or(0, |slots| slots.places.len());
        f.debug_tuple("SharedConnections").field(&count).finish()
    }
}
