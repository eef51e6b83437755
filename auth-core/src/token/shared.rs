//! A ring of keys that can be replaced while it is used.

use std::fmt;
use std::sync::Arc;

use super::{JwtKey, KeyId, KeyRing, KeyRingError};
use crate::keys::{Derived, Rotation, Swap};
use crate::secret::{Secret, SubKeys};

/// A handle to a [`KeyRing`] that can be replaced in a running application; clones are handles to
/// the same ring.
///
/// To change a key without ending sessions, take three steps, each in every process before the next:
/// [`add_next`](Self::add_next), so that every process accepts the new key;
/// [`activate`](Self::activate), so that it signs; and when the last token of the old key has expired,
/// [`retire`](Self::retire). Retire a leaked key at once.
///
/// A ring that was made from the [sub-keys](SubKeys) of a master secret follows the master: take these
/// steps there; they are refused here.
///
/// # Examples
///
/// ```
/// use auth_core::secret::Secret;
/// use auth_core::token::{JwtKey, KeyId, KeyRing, KeyRingError, SharedKeyRing};
///
/// let (old, new) = (KeyId::parse("2025")?, KeyId::parse("2026")?);
/// let keys = SharedKeyRing::new(KeyRing::new(JwtKey::hs256(old.clone(), Secret::generate()?)));
///
/// keys.add_next(JwtKey::hs256(new.clone(), Secret::generate()?))?;
/// assert_eq!(keys.current().signer().kid(), &old);
/// keys.activate(&new)?;
/// assert_eq!(keys.current().signer().kid(), &new);
/// assert_eq!(keys.current().keys().count(), 2, "the old key verifies");
/// keys.retire(&old)?;
/// assert_eq!(keys.current().keys().count(), 1);
///
/// assert_eq!(keys.retire(&new), Err(KeyRingError::Active(new)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SharedKeyRing {
    source: Source,
}

#[derive(Clone)]
enum Source {
    Own(Arc<Swap<KeyRing>>),
    Derived(Derived<KeyRing>),
}

impl SharedKeyRing {
    /// Creates a handle to this ring.
    ///
    /// A ring with problems also makes a handle, so that the configuration can report all of them when
    /// it is built.
    ///
    /// # Examples
    ///
    /// See [`SharedKeyRing`].
    #[must_use]
    pub fn new(ring: KeyRing) -> Self {
        Self {
            source: Source::Own(Arc::new(Swap::new(ring))),
        }
    }

    /// Returns the current ring. Call it again for each token: the returned ring does not change.
    ///
    /// # Examples
    ///
    /// See [`SharedKeyRing`].
    #[must_use]
    pub fn current(&self) -> Arc<KeyRing> {
        match &self.source {
            Source::Own(ring) => ring.get(),
            Source::Derived(ring) => ring.get(),
        }
    }

    /// Replaces the whole ring, for keys that are managed elsewhere and read again.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::Secret;
    /// use auth_core::token::{JwtKey, KeyRing, SharedKeyRing};
    ///
    /// let key = || Secret::generate().map(JwtKey::hs256_auto_kid);
    /// let keys = SharedKeyRing::new(KeyRing::new(key()?));
    /// let old = keys.current();
    /// let old = old.keys().next().expect("the signing key");
    /// keys.replace(KeyRing::new(key()?).also_verify(old.clone()))?;
    /// assert_ne!(keys.current().signer().kid(), old.kid());
    ///
    /// let weak = KeyRing::new(JwtKey::hs256_auto_kid(Secret::new("hunter2")));
    /// assert!(keys.replace(weak).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] for a ring with a problem or a weak secret, and if the keys are derived. The
    /// ring is then unchanged.
    pub fn replace(&self, ring: KeyRing) -> Result<(), KeyRingError> {
        self.step(|_| ring.keys.checked())
    }

    /// Adds a key that is published and verifies from now on, but does not sign yet.
    ///
    /// # Examples
    ///
    /// See [`SharedKeyRing`].
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] for a name that is in the ring already and a weak secret, and if the keys are
    /// derived.
    pub fn add_next(&self, key: impl Into<Arc<JwtKey>>) -> Result<(), KeyRingError> {
        self.step(|keys| keys.add_next(key.into()))
    }

    /// Makes this key the signing key; the previous one still verifies. A previously active key can
    /// become active again.
    ///
    /// # Examples
    ///
    /// See [`SharedKeyRing`].
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] for a name that is not in the ring and a key that cannot sign, and if the keys
    /// are derived.
    pub fn activate(&self, kid: &KeyId) -> Result<(), KeyRingError> {
        self.step(|keys| keys.activate(kid))
    }

    /// Removes a key: every token that it signed is refused from now on.
    ///
    /// # Examples
    ///
    /// See [`SharedKeyRing`].
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] for a name that is not in the ring and for the active key, and if the keys are
    /// derived.
    pub fn retire(&self, kid: &KeyId) -> Result<(), KeyRingError> {
        self.step(|keys| keys.retire(kid))
    }

    fn step(
        &self,
        step: impl FnOnce(&Rotation<JwtKey>) -> Result<Rotation<JwtKey>, KeyRingError>,
    ) -> Result<(), KeyRingError> {
        match &self.source {
            Source::Own(ring) => ring.replace(|ring| step(&ring.keys).map(|keys| KeyRing { keys })),
            Source::Derived(_) => Err(KeyRingError::Derived),
        }
    }
}

impl From<KeyRing> for SharedKeyRing {
    fn from(ring: KeyRing) -> Self {
        Self::new(ring)
    }
}

impl From<SubKeys> for SharedKeyRing {
    /// Creates HS256 keys from these sub-keys, in the same states.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{MasterSecret, Purpose, Secret};
    /// use auth_core::token::SharedKeyRing;
    ///
    /// let master = MasterSecret::new(Secret::generate()?);
    /// let keys = SharedKeyRing::from(master.keys(Purpose::custom("tokens of partners")));
    /// let before = keys.current().signer().kid().clone();
    /// let new = master.add_next(Secret::generate()?)?;
    /// master.activate(&new)?;
    /// assert_ne!(keys.current().signer().kid(), &before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn from(keys: SubKeys) -> Self {
        let ring = Derived::following(
            move || keys.ring(),
            |keys| KeyRing {
                keys: keys.map(|key| {
                    let secret = Secret::new(key.secret().expose());
                    Arc::new(JwtKey::hs256_auto_kid(secret))
                }),
            },
        );
        Self {
            source: Source::Derived(ring),
        }
    }
}

impl fmt::Debug for SharedKeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedKeyRing")
            .field(&self.current())
            .finish()
    }
}

#[cfg(test)]
mod tests;
