//! A connection that an operation uses, closed unless the operation is known to have ended on it.

use std::fmt;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use auth_core::StoreError;
use diesel_async::TransactionManager as _;
use diesel_async::pooled_connection::PoolError;
use futures_util::future::BoxFuture;

use crate::engine::{Engine, Pool};
use crate::error::Failure;

/// A connection of the pool, or one beside it.
///
/// An operation that is dropped half-way leaves a statement on its connection: the next
/// operation would wait for it, or read its answer. So a connection is closed when it is dropped, unless
/// [`keep`](Self::keep) was called.
pub(crate) struct Lease<C: Engine> {
    held: Held<C>,
    is_kept: bool,
}

enum Held<C: Engine> {
    Pooled(bb8::PooledConnection<'static, C::Manager>),
    Own(C),
}

impl<C: Engine> Lease<C> {
    /// Returns an open connection. After a restart of the server all connections in the pool are closed:
    /// they are returned, which removes them, until an open one is found or made.
    pub(crate) async fn of_pool(pool: &Pool<C>) -> Result<Self, StoreError> {
        loop {
            let mut connection = pool.get_owned().await.map_err(|e| Failure::of_pool(&e))?;
            if !connection.is_broken() {
                return Ok(Self {
                    held: Held::Pooled(connection),
                    is_kept: false,
                });
            }
        }
    }

    /// Returns a new connection beside the pool, where every connection may have the same defect.
    pub(crate) async fn new_connection(
        pool: &Pool<C>,
        limit: Duration,
    ) -> Result<Self, StoreError> {
        let connected = tokio::time::timeout(limit, pool.dedicated_connection()).await;
        let connected = connected.map_err(|_| Failure::NoConnection)?;
        let connection = connected.map_err(|_: PoolError| Failure::Connection)?;
        Ok(Self {
            held: Held::Own(connection),
            is_kept: false,
        })
    }

    /// Lets the connection return to its pool when it is dropped.
    pub(crate) fn keep(&mut self) {
        self.is_kept = true;
    }
}

/// The time limit of an operation, and what ends its statement on the server.
pub(crate) struct Limited {
    limit: Duration,
    cancellation: Option<BoxFuture<'static, ()>>,
}

impl Limited {
    /// Returns the limit of an operation on this connection.
    pub(crate) fn of<C: Engine>(connection: &C, limit: Duration) -> Self {
        Self {
            // A statement on SQLite that is dropped while it runs blocks its worker thread until it ends.
            limit: if C::DIALECT.server {
                limit
            } else {
                Duration::MAX
            },
            cancellation: connection.cancellation(),
        }
    }

    /// Runs an operation; `None` if it takes too long. Asks the server to cancel its statement then, without
    /// a wait: the server may not answer at all.
    pub(crate) async fn run<T>(self, operation: impl Future<Output = T>) -> Option<T> {
        let outcome = tokio::time::timeout(self.limit, operation).await.ok();
        if let (None, Some(cancellation)) = (&outcome, self.cancellation) {
            tokio::spawn(tokio::time::timeout(self.limit, cancellation));
        }
        outcome
    }
}

impl<C: Engine> Deref for Lease<C> {
    type Target = C;

    fn deref(&self) -> &C {
        match &self.held {
            Held::Pooled(connection) => connection,
            Held::Own(connection) => connection,
        }
    }
}

impl<C: Engine> DerefMut for Lease<C> {
    fn deref_mut(&mut self) -> &mut C {
        match &mut self.held {
            Held::Pooled(connection) => connection,
            Held::Own(connection) => connection,
        }
    }
}

impl<C: Engine> Drop for Lease<C> {
    fn drop(&mut self) {
        if !self.is_kept {
            // The pool closes a connection in this state.
            C::TransactionManager::transaction_manager_status_mut(&mut **self).set_in_error();
        }
    }
}

impl<C: Engine> fmt::Debug for Lease<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("is_kept", &self.is_kept)
            .finish_non_exhaustive()
    }
}
