//! The data of a credential.

use std::fmt;

/// The data of a credential, sealed or digested.
///
/// A store keeps the bytes as they are. What must be read again is sealed
/// ([`Sealer`](crate::secret::Sealer)), what must only be recognised is a digest
/// ([`keyed_digest`](crate::secret::keyed_digest)), and what is public (the public key of a passkey)
/// may be stored as it is. A secret is never stored in clear.
///
/// `Debug` shows the length alone.
///
/// # Examples
///
/// ```
/// use auth_core::store::CredentialData;
///
/// let data = CredentialData::new(b"sealed".to_vec()).unwrap();
/// assert_eq!(data.as_bytes(), b"sealed");
/// assert_eq!(format!("{data:?}"), "CredentialData(6 bytes)");
/// assert_eq!(CredentialData::new(vec![0; CredentialData::MAX_BYTES + 1]), None);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CredentialData(Vec<u8>);

impl CredentialData {
    /// The longest data, in bytes: 16 KiB.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// Creates the data from these bytes; `None` if there are more than [`MAX_BYTES`](Self::MAX_BYTES).
    ///
    /// # Examples
    ///
    /// See [`CredentialData`].
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        let bytes = bytes.into();
        (bytes.len() <= Self::MAX_BYTES).then_some(Self(bytes))
    }

    /// Returns the bytes to store.
    ///
    /// # Examples
    ///
    /// See [`CredentialData`].
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for CredentialData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialData({} bytes)", self.0.len())
    }
}
