//! The contract of a store of credentials.

mod data;
mod id;
mod kind;

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::Owner;
use crate::config::ConfigReport;
use crate::error::StoreError;

pub use self::data::CredentialData;
pub use self::id::CredentialId;
pub use self::kind::CredentialKind;

/// Stores credentials: everything that belongs to a user and proves its identity, or links it to an
/// account elsewhere. TOTP secrets, recovery codes, passkeys, accounts at providers and API keys are
/// rows of one table with different [`CredentialKind`]s.
///
/// Three rules hold for every method.
///
/// * **Absence is not an error, and an error is not absence.** A credential that does not exist is
///   `Ok(None)`, `false`, zero or an empty list; a store that cannot answer returns `Err`, and
///   clients get 503.
/// * **A method is one atomic step**, also when its future is dropped. Two calls at the same time
///   behave as if one ran after the other. Each method is one statement.
/// * **Written data is visible to every later read** (no stale replica). Otherwise a deleted
///   credential would still open an account.
///
/// A credential is identified by its kind and its id. The id is unique within its kind, for all
/// owners together. Kinds, ids and owners are compared byte for byte.
///
/// Values that change together are one row. A set of recovery codes that is replaced as a whole, for
/// example, is one credential whose data lists the digests of the codes; a code is used by removing
/// its digest with [`swap_credential`](Self::swap_credential).
///
/// A credential never expires: it exists until it is deleted. Deleting a user removes its
/// credentials; see [`UserDatabase::delete`](crate::UserDatabase::delete). A deactivated user keeps
/// them.
///
/// `auth_core::testing::contract` (feature `contract`) tests every guarantee of this trait on a store.
///
/// # Examples
///
/// Stores a credential that an owner has once, and notes a use:
///
/// ```
/// use auth_core::store::memory::MemoryCredentialStore;
/// use auth_core::store::{
///     CredentialData, CredentialId, CredentialInsert, CredentialKind, CredentialStore, Owner,
///     StoredCredential,
/// };
/// use auth_core::{Clock, StoreError, SystemClock};
///
/// const BADGE: CredentialKind = CredentialKind::from_static("badge");
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let store = MemoryCredentialStore::new();
/// let owner = Owner::new("users", "7").ok_or_else(|| StoreError::new("key is too long"))?;
/// let badge = StoredCredential {
///     kind: BADGE,
///     id: CredentialId::of_owner(&owner),
///     owner,
///     data: CredentialData::new(b"a digest".to_vec())
///         .ok_or_else(|| StoreError::new("data is too long"))?,
///     label: Some("front door".to_owned()),
///     created_at: SystemClock.now(),
///     last_used_at: None,
///     version: 0,
/// };
/// let inserted = store.insert_credential(badge.clone()).await?;
/// assert_eq!(inserted, CredentialInsert::Inserted);
/// let again = store.insert_credential(badge.clone()).await?;
/// assert_eq!(again, CredentialInsert::Taken);
///
/// let used = StoredCredential {
///     last_used_at: Some(SystemClock.now()),
///     ..badge.next_version()
/// };
/// assert!(store.swap_credential(&used).await?);
/// # Ok::<(), StoreError>(())
/// # }).unwrap();
/// ```
#[async_trait]
pub trait CredentialStore: Send + Sync + 'static {
    /// Stores a new credential, unless its kind has this id already.
    ///
    /// Called when a user enrols. Of any number of simultaneous calls with one kind and id exactly
    /// one returns [`CredentialInsert::Inserted`]; all others return [`CredentialInsert::Taken`] and
    /// write nothing. A unique index decides, not a read before the write.
    ///
    /// The store does not know users. A caller that inserts while its user may be deleted reads the
    /// user afterwards, and deletes the credential if the user no longer exists.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer. The credential may or may not be stored then.
    async fn insert_credential(
        &self,
        credential: StoredCredential,
    ) -> Result<CredentialInsert, StoreError>;

    /// Returns the credential of this kind with this id; `None` if it does not exist.
    ///
    /// Called for each use of a credential: make it one look-up by primary key.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer, or the row is not valid.
    async fn credential(
        &self,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<Option<StoredCredential>, StoreError>;

    /// Returns the credentials of an owner, of one kind or, for `None`, of all kinds: at most
    /// `limit`, the oldest first (`created_at`) and those of one time by kind and id.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer, or a row is not valid.
    async fn credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError>;

    /// Returns the credentials of a kind, of all owners, in ascending order of their ids: at most
    /// `limit`, from the first whose id is greater than `after`.
    ///
    /// Called by maintenance, such as sealing all data anew before a key is retired. It visits every
    /// credential that exists the whole time, while others are inserted and deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer, or a row is not valid.
    async fn credentials_after(
        &self,
        kind: &CredentialKind,
        after: Option<&CredentialId>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError>;

    /// Replaces a credential if the stored version is the one before [`StoredCredential::version`]
    /// of `next`; returns whether it did. Comparison and write are one step.
    ///
    /// Of any number of simultaneous calls with one version exactly one returns `true`. What
    /// identifies the credential (`kind`, `id`, `owner`, `created_at`) never changes: a credential
    /// of another owner is not replaced, and a deleted one is not inserted again.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer. The credential may or may not be replaced then.
    async fn swap_credential(&self, next: &StoredCredential) -> Result<bool, StoreError>;

    /// Deletes a credential of this owner; returns whether it existed. A credential of another owner
    /// is not deleted.
    ///
    /// Of simultaneous calls exactly one returns `true`. A credential that works once is used by
    /// deleting it: only the caller that gets `true` continues.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer. The credential may or may not be deleted then.
    async fn delete_credential(
        &self,
        owner: &Owner,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<bool, StoreError>;

    /// Deletes all credentials of an owner, of one kind or, for `None`, of all kinds; returns how
    /// many there were.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer.
    async fn delete_credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
    ) -> Result<u64, StoreError>;

    /// Adds problems and warnings to the report of `build()`. A store in the memory of one process
    /// reports that here.
    ///
    /// It has no default: a wrapper that forgets to forward it does not compile.
    fn validate(&self, report: &mut ConfigReport);
}

/// A credential as it is stored.
///
/// All fields are public and the struct is exhaustive on purpose: a store destructures it
/// completely, so that a field that is added later is a compile error there and not a lost value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCredential {
    /// The kind. With `id` it is the primary key.
    pub kind: CredentialKind,
    /// The public id, unique within the kind.
    pub id: CredentialId,
    /// The owner: a user in a realm.
    pub owner: Owner,
    /// The data: at most [`CredentialData::MAX_BYTES`].
    pub data: CredentialData,
    /// The user's name for it: at most 255 characters, without control characters.
    pub label: Option<String>,
    /// When it was stored. A store that cannot hold every fraction of a microsecond rounds down.
    pub created_at: OffsetDateTime,
    /// When it was last used, rounded like `created_at`; `None` if it never was.
    pub last_used_at: Option<OffsetDateTime>,
    /// The number of replacements: 0 for a new credential.
    pub version: i64,
}

/// The outcome of an insertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialInsert {
    /// The credential is stored.
    Inserted,
    /// The kind has a credential with this id already.
    Taken,
}

impl StoredCredential {
    /// The longest label, in characters.
    pub const MAX_LABEL_CHARS: usize = 255;

    /// Returns the context under which the data is sealed: the identity of the row. See
    /// [`Sealer`](crate::secret::Sealer).
    ///
    /// # Examples
    ///
    #[cfg_attr(feature = "sealed", doc = "```")]
    #[cfg_attr(not(feature = "sealed"), doc = "```ignore")]
    /// use auth_core::secret::{MasterSecret, Sealer, Secret};
    /// use auth_core::store::{CredentialData, CredentialId, CredentialKind, Owner, StoredCredential};
    /// # use auth_core::{Clock, SystemClock};
    ///
    /// # let owner = Owner::new("users", "7").ok_or("too long")?;
    /// # let mut row = StoredCredential {
    /// #     kind: CredentialKind::from_static("badge"),
    /// #     id: CredentialId::of_owner(&owner),
    /// #     owner,
    /// #     data: CredentialData::new(b"".to_vec()).ok_or("too long")?,
    /// #     label: None,
    /// #     created_at: SystemClock.now(),
    /// #     last_used_at: None,
    /// #     version: 0,
    /// # };
    /// let sealer = Sealer::new(&MasterSecret::new(Secret::generate()?));
    /// let sealed = sealer.seal(&row.seal_context(), b"a secret")?;
    /// row.data = CredentialData::new(sealed).ok_or("too long")?;
    ///
    /// let opened = sealer.open(&row.seal_context(), row.data.as_bytes())?;
    /// assert_eq!(opened.data.expose(), b"a secret");
    ///
    /// row.owner = Owner::new("users", "8").ok_or("too long")?;
    /// assert!(sealer.open(&row.seal_context(), row.data.as_bytes()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn seal_context(&self) -> [&[u8]; 4] {
        [
            b"credential",
            self.owner.as_str().as_bytes(),
            self.kind.as_str().as_bytes(),
            self.id.as_str().as_bytes(),
        ]
    }

    /// Returns the credential with the next version, to be changed and written by
    /// [`CredentialStore::swap_credential`].
    ///
    /// # Examples
    ///
    /// See [`CredentialStore`].
    #[must_use]
    pub fn next_version(&self) -> Self {
        Self {
            version: self.version.saturating_add(1),
            ..self.clone()
        }
    }
}

#[async_trait]
impl<S: CredentialStore + ?Sized> CredentialStore for Arc<S> {
    async fn insert_credential(
        &self,
        credential: StoredCredential,
    ) -> Result<CredentialInsert, StoreError> {
        (**self).insert_credential(credential).await
    }
    async fn credential(
        &self,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<Option<StoredCredential>, StoreError> {
        (**self).credential(kind, id).await
    }
    async fn credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        (**self).credentials_of(owner, kind, limit).await
    }
    async fn credentials_after(
        &self,
        kind: &CredentialKind,
        after: Option<&CredentialId>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        (**self).credentials_after(kind, after, limit).await
    }
    async fn swap_credential(&self, next: &StoredCredential) -> Result<bool, StoreError> {
        (**self).swap_credential(next).await
    }
    async fn delete_credential(
        &self,
        owner: &Owner,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<bool, StoreError> {
        (**self).delete_credential(owner, kind, id).await
    }
    async fn delete_credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
    ) -> Result<u64, StoreError> {
        (**self).delete_credentials_of(owner, kind).await
    }
    fn validate(&self, report: &mut ConfigReport) {
        (**self).validate(report);
    }
}
