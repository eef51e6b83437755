//! Computes and verifies password hashes on dedicated threads.

mod engine;
mod error;
mod idle;
mod job;
mod memory;
mod pool;

#[cfg(test)]
mod tests;

use std::{fmt, num::NonZeroUsize, sync::Arc, thread, time::Duration};

pub use error::{HashError, HashFailure};
use job::{Answer, Job};
use pool::Pool;

use super::{Argon2Params, Password, PasswordHash};

/// The handle to a fixed set of hasher threads. Clones are cheap and share the threads, which end when the last clone
/// is dropped.
///
/// New hashes are Argon2id, version 19, with a salt of 128 and an output of 256 bits. Argon2i, Argon2d, version 16,
/// and other costs are verified too, and with the feature `bcrypt` also `$2a$`, `$2b$` and `$2y$`, so that accounts
/// of another system can log in.
///
/// A thread starts when a hash needs it. Many concurrent logins take no more memory than threads times
/// [`Argon2Params::memory_kib`], and a memory that no hash has used for
/// [a minute](PasswordHasherBuilder::keep_memory) is given back to the operating system. The queue in front of the threads is bounded: if it is full, [`HashError::Busy`] says
/// when to retry. A caller that drops its future leaves the queue. Nothing here blocks the executor.
///
/// # Examples
///
/// ```
/// use auth_core::password::{Password, PasswordHasher, Verdict};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let hasher = PasswordHasher::builder().build();
/// let hash = hasher.hash(&Password::parse("correct horse battery staple")?).await?;
///
/// let right = Password::parse("correct horse battery staple")?;
/// assert_eq!(hasher.verify(&right, Some(&hash)).await?, Verdict::Match { needs_rehash: false });
/// let wrong = Password::parse("incorrect horse")?;
/// assert_eq!(hasher.verify(&wrong, Some(&hash)).await?, Verdict::Mismatch);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
///
/// # Security
///
/// Every call computes exactly one hash. An unknown user and a stored text that is damaged, unknown or too expensive
/// take the time of one hash with this hasher's own parameters. Stored hashes with *other* costs, bcrypt above all,
/// take their own time; until such an account has logged in once and its password was hashed again, its time
/// distinguishes it from an unknown one.
#[derive(Clone)]
pub struct PasswordHasher {
    pool: Arc<Pool>,
}

impl PasswordHasher {
    /// Returns a builder with the defaults: [`Argon2Params::default`], as many threads as the machine runs at once, 512
    /// waiting calls.
    pub fn builder() -> PasswordHasherBuilder {
        PasswordHasherBuilder::default()
    }

    /// Hashes a password for storage, with a random salt.
    ///
    /// # Errors
    ///
    /// [`HashError::Busy`] if too many calls wait, [`HashError::Failed`] if the machine has no memory, threads or
    /// random numbers.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::{Password, PasswordHasher};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let hasher = PasswordHasher::default();
    /// let hash = hasher.hash(&Password::parse("correct horse battery staple")?).await?;
    /// assert!(hash.as_stored_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub async fn hash(&self, password: &Password) -> Result<PasswordHash, HashError> {
        let (job, answer) = Job::hash(password);
        self.pool.submit(job)?;
        receive(answer).await
    }

    /// Returns whether the password matches the hash. `None` stands for a user who does not exist or has no password:
    /// the work is done and the verdict is [`Verdict::Mismatch`].
    ///
    /// bcrypt cannot tell long passwords apart: one of more than 72 bytes, or with a NUL in it, never matches a bcrypt
    /// hash (OWASP Password Storage Cheat Sheet).
    ///
    /// # Errors
    ///
    /// As for [`hash`](Self::hash). A wrong password is a verdict, not an error.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::{Password, PasswordHash, PasswordHasher, Verdict};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let hasher = PasswordHasher::default();
    /// let password = Password::parse("password")?;
    /// assert_eq!(hasher.verify(&password, None).await?, Verdict::Mismatch);
    ///
    /// // A hash of cheaper parameters matches, and should be replaced.
    /// let old = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    /// let stored = PasswordHash::from_stored(old.to_owned());
    /// let verdict = hasher.verify(&password, Some(&stored)).await?;
    /// assert_eq!(verdict, Verdict::Match { needs_rehash: true });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub async fn verify(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
    ) -> Result<Verdict, HashError> {
        let (job, answer) = Job::verify(password, stored);
        self.pool.submit(job)?;
        receive(answer).await
    }

    /// Returns the number of hashes that all threads have computed since the start, unknown users included. A metric.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::{Password, PasswordHasher};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let hasher = PasswordHasher::default();
    /// hasher.verify(&Password::parse("not a user")?, None).await?;
    /// assert_eq!(hasher.hashes_done(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn hashes_done(&self) -> u64 {
        self.pool.shared().done()
    }

    /// Returns the number of calls that wait for a thread. A metric.
    #[must_use]
    pub fn hashes_waiting(&self) -> usize {
        self.pool.shared().waiting()
    }

    /// Returns the memory that hashes use or have used recently, in KiB. A metric.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use auth_core::password::{Password, PasswordHasher};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let hasher = PasswordHasher::default();
    /// assert_eq!(hasher.memory_kib(), 0);
    /// hasher.verify(&Password::parse("not a user")?, None).await?;
    /// assert_eq!(hasher.memory_kib(), 19 * 1024);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn memory_kib(&self) -> usize {
        self.pool.shared().held()
    }

    /// Returns the costs of new hashes.
    #[must_use]
    pub fn params(&self) -> Argon2Params {
        self.pool.shared().params
    }
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = self.pool.shared();
        f.debug_struct("PasswordHasher")
            .field("params", &shared.params)
            .field("threads", &shared.threads)
            .field("queue", &shared.queue)
            .finish_non_exhaustive()
    }
}

/// Builder of a [`PasswordHasher`].
///
/// # Examples
///
/// ```
/// use std::num::NonZeroUsize;
/// use auth_core::password::{Argon2Params, InvalidParams, PasswordHasher};
///
/// let hasher = PasswordHasher::builder()
///     .params(Argon2Params::new(46 * 1024, 1, 1)?)
///     .threads(NonZeroUsize::MIN)
///     .queue(64)
///     .build();
/// assert_eq!(hasher.params().memory_kib(), 46 * 1024);
/// # Ok::<(), InvalidParams>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct PasswordHasherBuilder {
    params: Argon2Params,
    threads: NonZeroUsize,
    queue: usize,
    keep: Duration,
}

impl PasswordHasherBuilder {
    /// Sets the costs of new hashes. Stored hashes of other costs still verify; see [`Verdict::Match`] for when they
    /// are replaced.
    pub fn params(mut self, params: Argon2Params) -> Self {
        self.params = params;
        self
    }

    /// Sets how many hashes are computed at once, each in its own memory.
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets how many calls may wait while all threads are busy. With zero, no call waits.
    pub fn queue(mut self, waiting: usize) -> Self {
        self.queue = waiting;
        self
    }

    /// Sets how long the memory of a hash is kept for the next one. With zero, it is kept only while hashes wait.
    pub fn keep_memory(mut self, duration: Duration) -> Self {
        self.keep = duration;
        self
    }

    /// Builds the hasher. Its threads start with the first hash.
    #[must_use]
    pub fn build(self) -> PasswordHasher {
        PasswordHasher {
            pool: Arc::new(Pool::new(self.params, self.threads, self.queue, self.keep)),
        }
    }
}

impl Default for PasswordHasherBuilder {
    fn default() -> Self {
        Self {
            params: Argon2Params::default(),
            // More threads than cores would only use more memory.
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            // About four seconds of work for two cores: users do not wait longer.
            queue: 512,
            // Allocating it anew takes a few milliseconds, which one login a minute does not notice.
            keep: Duration::from_mins(1),
        }
    }
}

/// The result of [`PasswordHasher::verify`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// The password is correct.
    Match {
        /// Whether the caller should hash the password again and store the new hash in place of the old one
        /// (compare-and-set, without ending sessions).
        ///
        /// True for bcrypt, Argon2i, Argon2d, version 16, a salt under 16 or an output under 32 bytes, and for Argon2id
        /// whose costs differ from the hasher's and are not stronger. Stronger costs have at least as much memory and
        /// as many passes, and more of one; such a hash is kept.
        needs_rehash: bool,
    },
    /// The password is wrong, or there is no hash to compare it with.
    Mismatch,
}

impl Verdict {
    /// Returns whether the password is correct.
    #[must_use]
    pub fn is_match(self) -> bool {
        matches!(self, Self::Match { .. })
    }
}

async fn receive<T>(answer: Answer<T>) -> Result<T, HashError> {
    match answer.await {
        Ok(result) => result.map_err(HashError::Failed),
        Err(_) => Err(HashError::Failed(HashFailure::LOST)),
    }
}
