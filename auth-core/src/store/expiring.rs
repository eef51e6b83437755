//! The contract of an expiring store.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use time::{Duration, OffsetDateTime};

use super::StoreId;
use crate::config::ConfigReport;
use crate::error::StoreError;

/// Stores counters that expire: revoked tokens, spent tokens, generations of reset tokens, and other
/// facts that are kept for a limited time and decided exactly once.
///
/// Each method is **one atomic step**: two simultaneous calls behave as if one ran after the other,
/// and a future that is dropped leaves the step done or not done, never half done.
///
/// An entry is alive while `now < expires_at`. The caller passes `now` from its injected clock, so
/// that the whole toolkit uses one time; an expired entry counts as absent whether or not it was
/// purged.
///
/// `auth_core::testing::contract` (feature `contract`) tests every guarantee of this trait on a store.
#[async_trait]
pub trait ExpiringStore: Send + Sync + 'static {
    /// Stores `key` with a count of one, unless it is present and alive.
    ///
    /// Of any number of simultaneous calls with one key exactly one returns [`Inserted::New`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer.
    async fn insert_once(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Inserted, StoreError>;

    /// Adds one to the count of `key` and returns the new count; an absent key begins at one.
    ///
    /// Simultaneous calls return different counts. `window` sets when the entry expires. The count
    /// stops at `u64::MAX`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer.
    async fn increment(
        &self,
        key: &ExpiringKey,
        window: Window,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError>;

    /// Returns the count of `key`: zero if it is absent or expired.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer.
    async fn count(&self, key: &ExpiringKey, now: OffsetDateTime) -> Result<u64, StoreError>;

    /// Removes `key`, and returns whether it was present.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer.
    async fn remove(&self, key: &ExpiringKey) -> Result<bool, StoreError>;

    /// Removes at most `limit` expired entries and returns how many. Calls may run at the same time
    /// on several processes.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer.
    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError>;

    /// Returns the identity of the storage behind this store, if the
    /// [`AccessLookup`](super::AccessLookup) of a storage can answer in its place: see
    /// [`AccessLookup::store_id`](super::AccessLookup::store_id). `None` by default. A store that changes what
    /// another one answers must not return the identity of that one.
    fn store_id(&self) -> Option<StoreId> {
        None
    }

    /// Adds problems and warnings to the report of `build()`. A store in the memory of one process
    /// reports that here, because a revocation must be known to every process.
    ///
    /// It has no default: a wrapper that forgets to forward it does not compile.
    fn validate(&self, report: &mut ConfigReport);
}

/// The key of an entry: a purpose, and a name within it.
///
/// The text is `purpose:name`, at most [`ExpiringKey::MAX_BYTES`] bytes, so that every engine can
/// index it. Names are digests and token ids, never something that a client chose the length of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpiringKey(String);

/// Whether an insertion was the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The key was absent, and is now stored.
    New,
    /// The key was present.
    Present,
}

/// When a counted entry expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// This long after its first count.
    Fixed(Duration),
    /// This long after its latest count.
    Sliding(Duration),
}

impl ExpiringKey {
    /// The longest key, in bytes.
    pub const MAX_BYTES: usize = 191;

    /// Creates a key. A name that is too long, or contains a NUL, which some engines cannot store, is
    /// replaced by its digest.
    ///
    /// ```
    /// use auth_core::store::ExpiringKey;
    ///
    /// assert_eq!(ExpiringKey::new("jti", "4XcE").as_str(), "jti:4XcE");
    /// ```
    #[must_use]
    pub fn new(purpose: &'static str, name: &str) -> Self {
        use base64ct::{Base64UrlUnpadded, Encoding};
        use sha2::{Digest, Sha256};

        let key = format!("{purpose}:{name}");
        if key.len() <= Self::MAX_BYTES && !key.contains('\0') {
            return Self(key);
        }
        let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(name.as_bytes()));
        Self(format!("{purpose}:sha256:{digest}"))
    }

    /// Returns the text to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Window {
    /// Returns the expiry of an entry whose first count is at `now`.
    #[must_use]
    pub fn expires_at(self, now: OffsetDateTime) -> OffsetDateTime {
        let (Self::Fixed(length) | Self::Sliding(length)) = self;
        now.saturating_add(length)
    }
}

impl fmt::Display for ExpiringKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[async_trait]
impl<S: ExpiringStore + ?Sized> ExpiringStore for Arc<S> {
    async fn insert_once(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Inserted, StoreError> {
        (**self).insert_once(key, expires_at, now).await
    }
    async fn increment(
        &self,
        key: &ExpiringKey,
        window: Window,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        (**self).increment(key, window, now).await
    }
    async fn count(&self, key: &ExpiringKey, now: OffsetDateTime) -> Result<u64, StoreError> {
        (**self).count(key, now).await
    }
    async fn remove(&self, key: &ExpiringKey) -> Result<bool, StoreError> {
        (**self).remove(key).await
    }
    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        (**self).purge(now, limit).await
    }
    fn store_id(&self) -> Option<StoreId> {
        (**self).store_id()
    }
    fn validate(&self, report: &mut ConfigReport) {
        (**self).validate(report);
    }
}
