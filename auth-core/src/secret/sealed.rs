//! Sealed data: encrypted data in a store that the application must read again.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{MasterSecret, Purpose, RandomError, Secret, SubKeys, constant_time_eq, random_bytes};
use crate::keys::KeyId;

/// Encrypts data for a store (AES-256-GCM), and decrypts it.
///
/// Use it for data that must be read again, such as a TOTP secret or a token of a provider. Data
/// that must only be recognised is stored as a [`keyed_digest`](super::keyed_digest) instead.
///
/// The keys are those of a [`MasterSecret`]: the active one seals, and every key of the ring opens.
/// [`Opened::needs_reseal`] says that data was sealed with a key that is no longer the active one;
/// the caller then seals it again and writes it back by a compare-and-swap.
///
/// # Context
///
/// Each call takes a *context*: the identity of the row that holds the data, as a list of parts (for
/// a credential,
/// [`StoredCredential::seal_context`](crate::store::StoredCredential::seal_context)). Data opens under
/// the context that it was sealed with and under no other, so a row that is copied over another row
/// is refused. Use values that never change: keys and kinds, not an e-mail address.
///
/// # Format
///
/// | bytes | content |
/// | --- | --- |
/// | 1 | version, `1` |
/// | 1 | length of the key id |
/// | 1 to 64 | key id |
/// | 32 | salt: random bytes of the operating system |
/// | 32 | key commitment |
/// | as long as the data | ciphertext |
/// | 16 | tag |
///
/// HKDF-SHA-256 (RFC 5869) derives the encryption key and the commitment from the key of the ring,
/// the salt and the context. Each encryption key is thus used once, and the number of messages has
/// no practical limit, unlike with one key and random nonces of 96 bits (NIST SP 800-38D §8.3). The
/// commitment is compared before anything is decrypted, because GCM by itself allows a ciphertext
/// that opens under two keys.
///
/// # Security
///
/// Retiring a master secret makes the data that was sealed under it unreadable for ever. Keep the old
/// master in the ring until no row names its key.
///
/// Sealing hides the data and not its length.
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Sealer, Secret};
///
/// let master = MasterSecret::new(Secret::generate()?);
/// let sealer = Sealer::new(&master);
/// let context: [&[u8]; 2] = [b"invitation", b"42"];
/// let sealed = sealer.seal(&context, b"the data")?;
///
/// let opened = sealer.open(&context, &sealed)?;
/// assert_eq!(opened.data.expose(), b"the data");
/// assert!(!opened.needs_reseal);
/// assert!(sealer.open(&[b"invitation", b"43"], &sealed).is_err());
///
/// let new = master.add_next(Secret::generate()?)?;
/// master.activate(&new)?;
/// assert!(sealer.open(&context, &sealed)?.needs_reseal);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sealer {
    keys: SubKeys,
}

/// Sealed data after decryption.
///
/// The data is wiped from memory when the value is dropped, and `Debug` does not show it.
#[derive(Debug)]
pub struct Opened {
    /// The data.
    pub data: Secret,
    /// Whether the data was sealed with a key that is no longer the active one. Seal it again, and
    /// write it back unless another caller has changed the row.
    pub needs_reseal: bool,
}

/// Why data could not be sealed. Nothing was stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The operating system returned no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The cipher failed.
    #[error("AES-256-GCM failed to encrypt")]
    Cipher,
}

/// Why sealed data could not be opened.
///
/// It never means that the data does not exist: a caller answers 503, as for a store that fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenSealedError {
    /// The bytes are shorter than a header, or the header is not valid.
    #[error("sealed data is malformed")]
    Malformed,
    /// A newer version of this crate has sealed the data.
    #[error("sealed data has version {0}; only version 1 is known")]
    UnknownVersion(u8),
    /// The key is in no state of the ring: it was retired, or another process has a newer ring.
    #[error(
        "sealed data names the key `{0}`, which is not known: add its master secret with `also_accept`"
    )]
    UnknownKey(KeyId),
    /// The data was changed, belongs to another row, or was sealed with another key of this name.
    #[error("sealed data does not match its key and its row")]
    Mismatch,
}

const VERSION: u8 = 1;
const SALT_BYTES: usize = 32;
const COMMITMENT_BYTES: usize = 32;
const TAG_BYTES: usize = 16;

/// The beginning of the HKDF info; the context follows it.
const LABEL: &[u8] = b"auth-core/sealed/v1";

impl Sealer {
    /// How much longer than the data the sealed data is at most, in bytes.
    pub const MAX_OVERHEAD: usize =
        2 + KeyId::MAX_LENGTH + SALT_BYTES + COMMITMENT_BYTES + TAG_BYTES;

    /// Seals with the keys that a master secret has for [`Purpose::DATA_AT_REST`], and follows its
    /// changes.
    ///
    /// # Examples
    ///
    /// See [`Sealer`].
    #[must_use]
    pub fn new(master: &MasterSecret) -> Self {
        Self {
            keys: master.keys(Purpose::DATA_AT_REST),
        }
    }

    /// Seals with one secret that never changes, for applications that configure a secret for each
    /// purpose.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{Sealer, Secret};
    ///
    /// let sealer = Sealer::with_secret(Secret::generate()?);
    /// let sealed = sealer.seal(&[b"row 1"], b"the data")?;
    /// assert!(!sealer.open(&[b"row 1"], &sealed)?.needs_reseal);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_secret(secret: Secret) -> Self {
        Self {
            keys: SubKeys::fixed(secret),
        }
    }

    /// Encrypts data with the active key, for the row that `context` names.
    ///
    /// # Errors
    ///
    /// [`SealError`] where the operating system returns no random bytes, or the cipher fails.
    ///
    /// # Examples
    ///
    /// See [`Sealer`].
    pub fn seal(&self, context: &[&[u8]], data: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal_with_salt(context, data, &random_bytes()?)
    }

    fn seal_with_salt(
        &self,
        context: &[&[u8]],
        data: &[u8],
        salt: &[u8; SALT_BYTES],
    ) -> Result<Vec<u8>, SealError> {
        let key = self.keys.active();
        let context = encoded(context);
        let derived = Derived::new(key.secret(), salt, &context);
        let header = derived.header(key.kid(), salt)?;
        derived.encrypt(&header, &context, data)
    }

    /// Decrypts data that was sealed for the row that `context` names.
    ///
    /// # Errors
    ///
    /// [`OpenSealedError`] where the bytes are not sealed data of this row, or their key is not known.
    ///
    /// # Examples
    ///
    /// See [`Sealer`].
    pub fn open(&self, context: &[&[u8]], sealed: &[u8]) -> Result<Opened, OpenSealedError> {
        let parts = Parts::split(sealed)?;
        let ring = self.keys.ring();
        let Some(key) = ring.find(parts.kid.as_str()) else {
            return Err(OpenSealedError::UnknownKey(parts.kid));
        };
        let context = encoded(context);
        let derived = Derived::new(key.secret(), parts.salt, &context);
        if !constant_time_eq(&derived.commitment, parts.commitment) {
            return Err(OpenSealedError::Mismatch);
        }
        Ok(Opened {
            data: derived.decrypt(parts.header, &context, parts.body)?,
            needs_reseal: parts.kid != *ring.active().kid(),
        })
    }
}

/// The keys that are derived for one message.
struct Derived {
    key: Zeroizing<[u8; 32]>,
    commitment: [u8; COMMITMENT_BYTES],
}

impl Derived {
    fn new(key: &Secret, salt: &[u8; SALT_BYTES], context: &[u8]) -> Self {
        let mut derived = Self {
            key: Zeroizing::new([0; 32]),
            commitment: [0; COMMITMENT_BYTES],
        };
        let mut output = Zeroizing::new([0; 32 + COMMITMENT_BYTES]);
        let hkdf = Hkdf::<Sha256>::new(Some(salt), key.expose());
        #[expect(
            clippy::expect_used,
            reason = "the limit of RFC 5869 §2.3 is 255 × 32 bytes"
        )]
        hkdf.expand_multi_info(&[LABEL, context], &mut *output)
            .expect("64 bytes are within the limit");
        let (key, commitment) = output.split_at(derived.key.len());
        derived.key.copy_from_slice(key);
        derived.commitment.copy_from_slice(commitment);
        derived
    }

    fn header(&self, kid: &KeyId, salt: &[u8; SALT_BYTES]) -> Result<Vec<u8>, SealError> {
        let kid = kid.as_str().as_bytes();
        let length = u8::try_from(kid.len()).map_err(|_| SealError::Cipher)?;
        Ok([&[VERSION, length][..], kid, salt, &self.commitment].concat())
    }

    /// Returns the header, the ciphertext and the tag.
    fn encrypt(&self, header: &[u8], context: &[u8], data: &[u8]) -> Result<Vec<u8>, SealError> {
        // The data is copied once, to where it is encrypted, and wiped there if that fails.
        let length = header.len() + data.len() + TAG_BYTES;
        let mut sealed = Zeroizing::new(Vec::with_capacity(length));
        sealed.extend_from_slice(header);
        sealed.extend_from_slice(data);
        let (_, body) = sealed.split_at_mut(header.len());
        let aad = Aad::from([header, context].concat());
        let tag = self
            .cipher()
            .and_then(|cipher| cipher.seal_in_place_separate_tag(nonce(), aad, body))
            .map_err(|Unspecified| SealError::Cipher)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(std::mem::take(&mut *sealed))
    }

    fn decrypt(
        &self,
        header: &[u8],
        context: &[u8],
        body: &[u8],
    ) -> Result<Secret, OpenSealedError> {
        let mut body = Zeroizing::new(body.to_vec());
        let aad = Aad::from([header, context].concat());
        let length = self
            .cipher()
            .and_then(|cipher| Ok(cipher.open_in_place(nonce(), aad, &mut body)?.len()))
            .map_err(|Unspecified| OpenSealedError::Mismatch)?;
        body.truncate(length);
        Ok(Secret::new(std::mem::take(&mut *body)))
    }

    fn cipher(&self) -> Result<LessSafeKey, Unspecified> {
        Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*self.key)?))
    }
}

/// Returns a constant nonce, because each key encrypts one message: the salt makes the key unique.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

/// Returns the context as one byte string: each part after its length, so that no two lists are the
/// same.
fn encoded(context: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in context {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// The parts of sealed data, checked for their form only.
struct Parts<'s> {
    kid: KeyId,
    salt: &'s [u8; SALT_BYTES],
    commitment: &'s [u8; COMMITMENT_BYTES],
    /// Everything before the body.
    header: &'s [u8],
    /// The ciphertext and the tag.
    body: &'s [u8],
}

impl<'s> Parts<'s> {
    fn split(sealed: &'s [u8]) -> Result<Self, OpenSealedError> {
        let (version, rest) = sealed.split_first().ok_or(OpenSealedError::Malformed)?;
        if *version != VERSION {
            return Err(OpenSealedError::UnknownVersion(*version));
        }
        Self::split_first_version(sealed, rest).ok_or(OpenSealedError::Malformed)
    }

    fn split_first_version(sealed: &'s [u8], rest: &'s [u8]) -> Option<Self> {
        let (kid_length, rest) = rest.split_first()?;
        let (kid, rest) = rest.split_at_checked(usize::from(*kid_length))?;
        let (salt, rest) = rest.split_first_chunk()?;
        let (commitment, body) = rest.split_first_chunk()?;
        let header_length = sealed.len() - body.len();
        Some(Self {
            kid: KeyId::parse(std::str::from_utf8(kid).ok()?).ok()?,
            salt,
            commitment,
            header: sealed.get(..header_length)?,
            body,
        })
    }
}

#[cfg(test)]
mod tests;
