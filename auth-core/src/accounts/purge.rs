//! Purges expired rows.

use std::future::Future;
use std::time::Duration;

use super::Accounts;
use crate::error::{StoreError, Unavailable};
use crate::user::AuthUser;

/// The number of rows in one statement: few enough not to delay concurrent requests.
const BATCH: u32 = 500;

impl<U: AuthUser> Accounts<U> {
    /// Removes expired sessions and entries of the expiring store, in batches, and answers how many.
    /// Expired rows count as absent anyway: this only frees space. Several processes may do so at
    /// once.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when a store cannot answer; what was removed until then is gone.
    pub async fn purge_expired(&self) -> Result<u64, Unavailable> {
        let now = self.now();
        let mut removed = 0;
        if let Some(store) = &self.inner.expiring {
            removed += in_batches(|| store.purge(now, BATCH)).await?;
        }
        if let Some(sessions) = &self.inner.sessions {
            removed += in_batches(|| sessions.store().purge_sessions(now, BATCH)).await?;
        }
        Ok(removed)
    }

    /// [`purge_expired`](Self::purge_expired), again and again with this pause in between: a future
    /// that never ends, to be spawned. A store that cannot answer is logged, and asked again after the
    /// next pause.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::{Accounts, User};
    /// use std::time::Duration;
    ///
    /// fn keep_tidy(accounts: &Accounts<User>) -> tokio::task::JoinHandle<()> {
    ///     tokio::spawn(accounts.purge_every(Duration::from_secs(600)))
    /// }
    /// ```
    pub fn purge_every(&self, pause: Duration) -> impl Future<Output = ()> + Send + use<U> {
        let this = self.clone();
        async move {
            loop {
                tokio::time::sleep(pause).await;
                if let Err(error) = this.purge_expired().await {
                    this.background_failed("the purge of expired rows", &error, &this.context());
                }
            }
        }
    }
}

async fn in_batches<F>(purge: impl Fn() -> F) -> Result<u64, StoreError>
where
    F: Future<Output = Result<u64, StoreError>>,
{
    let mut removed = 0;
    loop {
        let batch = purge().await?;
        removed += batch;
        if batch < u64::from(BATCH) {
            return Ok(removed);
        }
    }
}
