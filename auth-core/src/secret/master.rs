//! One master secret, a derived key for every purpose, and the rotation of masters.

use std::fmt;
use std::sync::Arc;

use super::derive::derive;
use super::populations::{Population, Populations};
use super::{Purpose, Secret, SecretWeakness, SubKeys, keyed_digest_bytes};
use crate::keys::{KeyId, KeyRingError, KeyState, RotatableKey, Rotation, Swap};

/// The one secret that an application configures; every key in use is derived from it.
///
/// Keys of two purposes are independent: a token for resetting a password fails as an access token
/// because of its key, and a leaked key reveals neither other derived keys nor the master.
///
/// The value is a handle: clones share the secret, and a new master reaches all of them and
/// everything that was configured with them. Masters are rotated like the keys of a ring
/// ([`KeyState`]), with the steps of a [`SharedKeyRing`](crate::token::SharedKeyRing).
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Purpose, Secret, same_secret};
///
/// let master = MasterSecret::new(Secret::generate()?);
/// let access = master.derive(Purpose::ACCESS_TOKEN);
/// let reset = master.derive(Purpose::RESET_TOKEN);
/// assert!(!same_secret(&access, &reset));
/// # Ok::<(), auth_core::secret::RandomError>(())
/// ```
///
/// A new master in a running application, and at its next start:
///
/// ```
/// use auth_core::secret::{MasterSecret, Secret};
///
/// let read = || Secret::from_base64url("nLc8ktT0fK0VvyNGTtsxXLwnmxRIdTUJwwF9KrVlyW4");
/// let read_new = || Secret::from_base64url("pQ7dU0m3sYv5xKzB1hTgR9cWfJ2aLeN8oXiV6rMkHtA");
///
/// let master = MasterSecret::new(read()?);
/// let old = master.kid();
/// let new = master.add_next(read_new()?)?; // in every process, before the next step
/// master.activate(&new)?; // in every process, before the last one
///
/// // A process that starts in between:
/// let started = MasterSecret::new(read_new()?).also_accept(read()?);
/// assert_eq!(started.states(), master.states());
///
/// master.retire(&old)?; // when the last token of the old master has expired
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// `Clone` is fine here although `Secret` has none: it copies a pointer, so the bytes stay in one
// place and are wiped when the last owner is dropped. Several parts of a configuration need the
// master.
#[derive(Clone)]
pub struct MasterSecret {
    ring: Arc<Swap<Rotation<Master>>>,
    populations: Arc<Populations>,
}

/// A master secret and its name.
pub(crate) struct Master {
    kid: KeyId,
    secret: Secret,
}

impl Master {
    fn new(secret: Secret) -> Self {
        let digest = keyed_digest_bytes(&secret, &[b"auth-core/kid/v1", b"master"]);
        Self {
            kid: KeyId::from_digest(&digest),
            secret,
        }
    }

    pub(crate) fn derive(&self, purpose: Purpose) -> Secret {
        derive(&self.secret, purpose)
    }
}

impl RotatableKey for Master {
    fn kid(&self) -> &KeyId {
        &self.kid
    }

    fn weakness(&self) -> Option<SecretWeakness> {
        self.secret.weakness()
    }
}

impl MasterSecret {
    /// Creates a master from this secret.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{MasterSecret, Secret};
    ///
    /// let master = MasterSecret::new(Secret::generate()?);
    /// assert_eq!(master.weakness(), None);
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    #[must_use]
    pub fn new(secret: Secret) -> Self {
        let ring = Rotation::new(Arc::new(Master::new(secret)));
        Self {
            ring: Arc::new(Swap::new(ring)),
            populations: Arc::default(),
        }
    }

    /// Creates a master from these bytes; short for [`Secret::new`] and [`MasterSecret::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::MasterSecret;
    ///
    /// assert!(MasterSecret::from_bytes("too short").weakness().is_some());
    /// ```
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Secret::new(bytes))
    }

    /// Accepts everything made with an older master; for use while the configuration is built.
    ///
    /// A weak master is accepted here and reported when the configuration is built. A master that is
    /// accepted already changes nothing.
    ///
    /// # Examples
    ///
    /// See [`MasterSecret`].
    #[must_use]
    pub fn also_accept(self, old: Secret) -> Self {
        let old = Arc::new(Master::new(old));
        let _ = self.ring.replace(|ring| {
            if ring.find(old.kid.as_str()).is_some() {
                return Err(());
            }
            Ok(ring.clone().with_verify_only(old))
        });
        self
    }

    /// Returns the key of 32 bytes for one purpose: HKDF with SHA-256 (RFC 5869), always the same
    /// for the same master and purpose.
    ///
    /// It is derived from the active master and does not change when another one becomes active. Use
    /// [`keys`](Self::keys) to follow the rotation.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{MasterSecret, Purpose, Secret, same_secret};
    ///
    /// const INVITATION: Purpose = Purpose::custom("invitation token");
    ///
    /// let master = MasterSecret::new(Secret::generate()?);
    /// assert!(same_secret(&master.derive(INVITATION), &master.derive(INVITATION)));
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    #[must_use]
    pub fn derive(&self, purpose: Purpose) -> Secret {
        self.ring().active().derive(purpose)
    }

    /// Returns the keys for one purpose, of all accepted masters, kept up to date. For an example
    /// see [`SubKeys`].
    #[must_use]
    pub fn keys(&self, purpose: Purpose) -> SubKeys {
        SubKeys::of(self.clone(), purpose)
    }

    /// Returns what makes a master, and with it every key derived from it, too weak: of the active
    /// one, or else of the first other weak one.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{MasterSecret, SecretWeakness};
    ///
    /// let master = MasterSecret::from_bytes([b'a'; 32]);
    /// assert_eq!(master.weakness(), Some(SecretWeakness::Repeats { unit: 1 }));
    /// ```
    #[must_use]
    pub fn weakness(&self) -> Option<SecretWeakness> {
        let weaknesses = self.ring().weaknesses();
        weaknesses.first().map(|(_, weakness)| *weakness)
    }

    /// Returns the name of the active master: the first 64 bits of a keyed digest, which reveal
    /// nothing about the secret and are the same on every machine.
    ///
    /// # Examples
    ///
    /// See [`MasterSecret`].
    #[must_use]
    pub fn kid(&self) -> KeyId {
        self.ring().active().kid.clone()
    }

    /// Returns the names of all accepted masters with their states, the active one first.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{MasterSecret, Secret};
    /// use auth_core::token::KeyState;
    ///
    /// let master = MasterSecret::new(Secret::generate()?);
    /// assert_eq!(master.states(), [(master.kid(), KeyState::Active)]);
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    #[must_use]
    pub fn states(&self) -> Vec<(KeyId, KeyState)> {
        let ring = self.ring();
        let states = ring.states();
        states
            .map(|(state, master)| (master.kid.clone(), state))
            .collect()
    }

    /// Adds a master and returns its name: everything made with it in another process is accepted
    /// from now on.
    ///
    /// # Examples
    ///
    /// See [`MasterSecret`].
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] for a weak secret and for one that is in the ring already.
    pub fn add_next(&self, secret: Secret) -> Result<KeyId, KeyRingError> {
        let master = Arc::new(Master::new(secret));
        let kid = master.kid.clone();
        self.ring.replace(|ring| ring.add_next(master))?;
        Ok(kid)
    }

    /// Makes this master the active one; everything made with the previous one is accepted until
    /// that is retired.
    ///
    /// Counts that are stored under a digest, such as those of login attempts, start again at zero.
    ///
    /// # Examples
    ///
    /// See [`MasterSecret`].
    ///
    /// # Errors
    ///
    /// [`KeyRingError::Unknown`] for a name that is not in the ring.
    pub fn activate(&self, kid: &KeyId) -> Result<(), KeyRingError> {
        self.ring.replace(|ring| ring.activate(kid))
    }

    /// Removes a master: everything made with it is refused from now on.
    ///
    /// # Security
    ///
    /// Data that was sealed under this master ([`Sealer`](super::Sealer)) can never be read again:
    /// seal it anew before.
    ///
    /// # Examples
    ///
    /// See [`MasterSecret`].
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] for a name that is not in the ring and for the active master.
    pub fn retire(&self, kid: &KeyId) -> Result<(), KeyRingError> {
        self.ring.replace(|ring| ring.retire(kid))
    }

    /// Adds a population whose keys are derived from this master, for as long as the caller keeps it.
    pub(crate) fn add_population(&self, population: &Arc<Population>) {
        self.populations.add(population);
    }

    /// Returns the populations whose keys are derived from this master, or from a clone of it.
    pub(crate) fn populations(&self) -> Vec<Arc<Population>> {
        self.populations.living()
    }

    /// Returns all masters in their current states.
    pub(crate) fn ring(&self) -> Arc<Rotation<Master>> {
        self.ring.get()
    }
}

impl fmt::Debug for MasterSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MasterSecret").field(&self.states()).finish()
    }
}

#[cfg(test)]
mod tests;
