//! The database file, and how work on it is done without blocking anybody who waits.

use std::path::Path;
use std::sync::Arc;

use auth_core::{BoxError, StoreError};
use redb::{Database, ReadTransaction, ReadableDatabase, WriteTransaction};

/// Users and expiring entries in one file.
#[derive(Debug, Clone)]
pub struct RedbStore {
    database: Arc<Database>,
}

impl RedbStore {
    /// Opens the file, and makes it where there is none.
    ///
    /// # Errors
    ///
    /// Where the file cannot be opened, is open in another process, or is something else.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::create(path.as_ref()).map_err(StoreError::new)
    }

    fn create(path: &Path) -> Result<Self, BoxError> {
        let database = Database::create(path)?;
        let transaction = database.begin_write()?;
        // A table is made by the first writer that opens it.
        transaction.open_table(crate::rows::USERS)?;
        transaction.open_table(crate::rows::LOGINS)?;
        transaction.open_table(crate::entries::ENTRIES)?;
        transaction.commit()?;
        Ok(Self {
            database: Arc::new(database),
        })
    }

    /// Runs `job` on one consistent state of the file.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&ReadTransaction) -> Result<T, BoxError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let database = Arc::clone(&self.database);
        off_the_executor(move || job(&database.begin_read()?)).await
    }

    /// Runs `job` while nobody else writes, and keeps what it wrote: as a whole, on disk, or, after
    /// an error, not at all. There is one writer at a time, so a look before a write is still true
    /// when it is acted upon.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&WriteTransaction) -> Result<T, BoxError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let database = Arc::clone(&self.database);
        off_the_executor(move || {
            let transaction = database.begin_write()?;
            let answer = job(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        })
        .await
    }
}

/// The engine blocks, so it works on a thread that may be blocked. A call whose future is dropped
/// runs to its end there: it is never left half done.
async fn off_the_executor<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, BoxError> + Send + 'static,
) -> Result<T, StoreError> {
    let answer = tokio::task::spawn_blocking(job).await;
    answer.map_err(StoreError::new)?.map_err(StoreError::new)
}
