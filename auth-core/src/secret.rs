//! Secret keys: storage in memory, checks, derivation and comparison.
//!
//! An application configures one [`MasterSecret`]; every key in use is derived from it for one [`Purpose`], and the
//! master can be changed while the application runs. [`Secret::weakness`] finds values that are unfit for production,
//! so that they are reported when the application starts.

mod compare;
mod derive;
mod digest;
mod master;
mod populations;
mod random;
#[cfg(feature = "sealed")]
mod sealed;
mod strength;
mod sub_keys;
mod weakness;

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

pub use self::compare::{constant_time_eq, same_secret};
pub use self::derive::Purpose;
pub use self::digest::keyed_digest;
pub(crate) use self::digest::{hmac_sha256, keyed_digest_bytes};
pub use self::master::MasterSecret;
pub(crate) use self::populations::Population;
pub use self::random::RandomError;
pub(crate) use self::random::random_bytes;
#[cfg(feature = "sealed")]
pub use self::sealed::{OpenSealedError, Opened, SealError, Sealer};
pub use self::sub_keys::{SubKey, SubKeys};
pub use self::weakness::SecretWeakness;

/// The least number of bytes of a secret: the output length of SHA-256, which RFC 7518 §3.2 demands of an HS256 key.
pub const MIN_SECRET_BYTES: usize = 32;

/// The bytes of a secret key. They are wiped from memory when the value is dropped.
///
/// Any bytes make a `Secret`, so that a configuration can report all of its problems at once; [`Secret::weakness`]
/// returns whether these bytes may be used.
///
/// # Security
///
/// `Debug` shows nothing of the bytes, and only [`expose`](Self::expose) returns them.
// Traits that are left out on purpose:
// - `Clone`: each copy is one more place to wipe. Share an `Arc<Secret>` instead.
// - `PartialEq`: `==` on bytes stops at the first difference, so its duration reveals a prefix.
//   `same_secret` compares in constant time.
// - `Display`, `Serialize`, `AsRef`, `Deref`: they would let a secret slip into a log or a reply
//   without the word `expose` to be found in review.
pub struct Secret {
    bytes: Zeroizing<Vec<u8>>,
}

impl Secret {
    /// Takes the bytes of a key unchanged, for instance from a secret manager.
    ///
    /// A `Vec<u8>` or `String` given by value is taken over and wiped with the secret; of a borrowed
    /// value a copy is made, and wiping the original stays with its owner.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::Secret;
    ///
    /// let secret = Secret::new(b"+\x8f\xd1J".to_vec());
    /// assert_eq!(secret.expose().len(), 4);
    /// assert_eq!(format!("{secret:?}"), "Secret([redacted])");
    /// ```
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: Zeroizing::new(bytes.into()),
        }
    }

    /// Reads a key written in base64url without padding (RFC 4648 §5), the form in which 32 random
    /// bytes are 43 characters.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::Secret;
    ///
    /// let secret = Secret::from_base64url("nLc8ktT0fK0VvyNGTtsxXLwnmxRIdTUJwwF9KrVlyW4")?;
    /// assert_eq!(secret.expose().len(), 32);
    /// # Ok::<(), auth_core::secret::InvalidSecretEncoding>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidSecretEncoding`] for padding, white space, characters of plain base64 (`+` and `/`) and unused bits
    /// that are not zero. A line end after the text counts as white space: trim the text of a file.
    pub fn from_base64url(text: &str) -> Result<Self, InvalidSecretEncoding> {
        Base64UrlUnpadded::decode_vec(text)
            .map(Self::new)
            .map_err(|_| InvalidSecretEncoding)
    }

    /// Draws a new key of 32 bytes (256 bits) from the operating system.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::Secret;
    ///
    /// let secret = Secret::generate()?;
    /// assert_eq!(secret.weakness(), None);
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RandomError`] if the operating system returns no random bytes. There is no weaker fallback.
    pub fn generate() -> Result<Self, RandomError> {
        let bytes = Zeroizing::new(random_bytes::<MIN_SECRET_BYTES>()?);
        Ok(Self::new(bytes.as_slice()))
    }

    /// Returns the bytes, for the algorithm that computes with them.
    ///
    /// # Security
    ///
    /// The returned bytes must not be logged, printed, stored or compared with `==`.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::Secret;
    ///
    /// assert_eq!(Secret::new("abc").expose(), b"abc");
    /// ```
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns what makes this secret too weak to sign or derive with; `None` if it is strong enough.
    ///
    /// The rules are those of [`SecretWeakness`], tried in the order of its variants. A value drawn
    /// at random, of 32 bytes or more and in any of the usual notations, passes them all.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{Secret, SecretWeakness};
    ///
    /// let weakness = Secret::new("replace-with-a-long-random-secret-key").weakness();
    /// assert_eq!(weakness, Some(SecretWeakness::Placeholder));
    /// ```
    #[must_use]
    pub fn weakness(&self) -> Option<SecretWeakness> {
        strength::judge(self.expose())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret([redacted])")
    }
}

/// A text is not base64url without padding.
///
/// The error does not show the text, which is most likely a secret in another notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret is not written in base64url without padding")]
pub struct InvalidSecretEncoding;

#[cfg(test)]
mod tests {
    use super::*;

    /// C-SM-07, A16.2.5: an accidental log does not show the secret.
    #[test]
    fn debug_shows_neither_bytes_nor_length() {
        for value in ["", "hunter2", "nLc8ktT0fK0VvyNGTtsxXLwnmxRIdTUJwwF9KrVlyW4"] {
            let secret = Secret::new(value);
            assert_eq!(format!("{secret:?}"), "Secret([redacted])");
            assert_eq!(format!("{secret:#?}"), "Secret([redacted])");
        }
    }

    /// A11.2.4, B-45: this test fails to compile if one of these traits is implemented.
    #[test]
    fn secret_is_not_clone_comparable_or_printable() {
        macro_rules! assert_not {
            ($($property:tt)*) => {{
                // With the trait, two implementations fit and the call becomes ambiguous.
                trait Unambiguous<Marker> {
                    fn check() {}
                }
                struct Marker;
                impl<T: ?Sized> Unambiguous<()> for T {}
                impl<T: ?Sized + $($property)*> Unambiguous<Marker> for T {}
                <Secret as Unambiguous<_>>::check();
            }};
        }
        assert_not!(Clone);
        assert_not!(PartialEq);
        assert_not!(fmt::Display);
        assert_not!(serde::Serialize);
        assert_not!(AsRef<[u8]>);
        assert_not!(std::ops::Deref);
    }

    #[test]
    fn bytes_are_wiped_on_drop() {
        fn assert_wiped(_: &impl zeroize::ZeroizeOnDrop) {}
        assert_wiped(&Secret::new("abc").bytes);
    }

    #[test]
    fn base64url_is_parsed_strictly() {
        let read = |text| Secret::from_base64url(text).map(|secret| secret.expose().to_vec());
        assert_eq!(read("-_8"), Ok(vec![0xfb, 0xff]));
        assert_eq!(read(""), Ok(vec![]));
        for text in ["+/8", "-_8=", "-_9", " -_8", "-_8\n", "-_\u{0}8", "A", "ä"] {
            assert_eq!(read(text), Err(InvalidSecretEncoding), "{text:?}");
        }
    }

    /// N-RN-01, A11.5.1: 256 bits, and different each time.
    #[test]
    fn generated_secrets_are_long_and_differ() {
        let secrets: Vec<Secret> = (0..64).map(|_| Secret::generate().unwrap()).collect();
        for (index, secret) in secrets.iter().enumerate() {
            assert_eq!(secret.expose().len(), MIN_SECRET_BYTES);
            assert_eq!(secret.weakness(), None);
            for earlier in &secrets[..index] {
                assert!(!same_secret(secret, earlier));
            }
        }
    }

    #[test]
    fn owned_buffer_is_moved_and_not_copied() {
        let bytes = vec![7_u8; 64];
        let address = bytes.as_ptr();
        assert_eq!(Secret::new(bytes).expose().as_ptr(), address);
    }
}
