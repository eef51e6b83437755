//! The keys for one purpose, of all accepted masters.

use std::fmt;
use std::sync::Arc;

use super::{MasterSecret, Purpose, Secret, SecretWeakness, keyed_digest_bytes};
use crate::keys::{Derived, KeyId, RotatableKey, Rotation};

/// A key for one purpose, and the name of the master that it was derived from.
// No `Clone`: it is shared by `Arc`, so that the key stays in one place in memory.
#[derive(Debug)]
pub struct SubKey {
    kid: KeyId,
    secret: Secret,
}

impl SubKey {
    /// Returns the name of the master. Store it beside a digest to find the key of the digest
    /// again.
    ///
    /// # Examples
    ///
    /// See [`SubKeys`].
    #[must_use]
    pub fn kid(&self) -> &KeyId {
        &self.kid
    }

    /// Returns the key.
    ///
    /// # Examples
    ///
    /// See [`SubKeys`].
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }
}

impl RotatableKey for SubKey {
    fn kid(&self) -> &KeyId {
        &self.kid
    }

    fn weakness(&self) -> Option<SecretWeakness> {
        self.secret.weakness()
    }
}

/// A handle to the keys for one purpose. It follows its master: after a rotation, every method
/// returns the new keys.
///
/// Use the [active](Self::active) key for new values. Store the name of the key beside a long-lived
/// value to [find](Self::find) the key again; try [all](Self::all) keys for a short-lived value.
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Purpose, Secret, keyed_digest};
///
/// let master = MasterSecret::new(Secret::generate()?);
/// let keys = master.keys(Purpose::custom("invitations"));
/// let digest = keyed_digest(keys.active().secret(), &[b"ada@example.com"]);
/// let made_with = keys.active().kid().clone();
///
/// let new = master.add_next(Secret::generate()?)?;
/// master.activate(&new)?;
/// assert_eq!(keys.active().kid(), &new);
/// let key = keys.find(made_with.as_str()).expect("it is accepted");
/// assert_eq!(keyed_digest(key.secret(), &[b"ada@example.com"]), digest);
///
/// master.retire(&made_with)?;
/// assert!(keys.find(made_with.as_str()).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SubKeys {
    keys: Derived<Rotation<SubKey>>,
}

impl SubKeys {
    pub(super) fn of(master: MasterSecret, purpose: Purpose) -> Self {
        let keys = Derived::following(
            move || master.ring(),
            move |masters| {
                masters.map(|master| {
                    Arc::new(SubKey {
                        kid: RotatableKey::kid(&**master).clone(),
                        secret: master.derive(purpose),
                    })
                })
            },
        );
        Self { keys }
    }

    /// Returns one key that is not derived and never changes, for applications that configure a
    /// secret for each purpose.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{Secret, SubKeys};
    ///
    /// let keys = SubKeys::fixed(Secret::generate()?);
    /// assert_eq!(keys.all().len(), 1);
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    #[must_use]
    pub fn fixed(secret: Secret) -> Self {
        let digest = keyed_digest_bytes(&secret, &[b"auth-core/kid/v1", b"fixed"]);
        let kid = KeyId::from_digest(&digest);
        let key = Arc::new(SubKey { kid, secret });
        Self {
            keys: Derived::fixed(Rotation::new(key)),
        }
    }

    /// Returns the key for new values.
    ///
    /// # Examples
    ///
    /// See [`SubKeys`].
    #[must_use]
    pub fn active(&self) -> Arc<SubKey> {
        Arc::clone(self.ring().active())
    }

    /// Returns the key of the master with this name; `None` if that was retired or is unknown.
    ///
    /// # Examples
    ///
    /// See [`SubKeys`].
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<Arc<SubKey>> {
        self.ring().find(kid).map(Arc::clone)
    }

    /// Returns all keys that are accepted, the active one first.
    ///
    /// # Examples
    ///
    /// See [`SubKeys::fixed`].
    #[must_use]
    pub fn all(&self) -> Vec<Arc<SubKey>> {
        self.ring().keys().map(Arc::clone).collect()
    }

    /// Returns the keys in their current states.
    pub(crate) fn ring(&self) -> Arc<Rotation<SubKey>> {
        self.keys.get()
    }
}

impl fmt::Debug for SubKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ring = self.ring();
        let states: Vec<_> = ring
            .states()
            .map(|(state, key)| (&key.kid, state))
            .collect();
        f.debug_tuple("SubKeys").field(&states).finish()
    }
}
