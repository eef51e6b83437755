//! Key rotation: the key in use, the keys to come, and the keys before it.

mod derived;
mod error;
mod kid;

use std::sync::Arc;

pub(crate) use self::derived::{Derived, Swap};
pub use self::error::{KeyRingError, KeyRingProblem};
pub use self::kid::{InvalidKeyId, KeyId};
use crate::secret::SecretWeakness;

/// The state of a key in a rotation.
///
/// A key goes from *next* to *active* to *verify-only*. A retired key is in no ring, and everything
/// made with it is refused.
///
/// # Examples
///
/// ```
/// use auth_core::secret::Secret;
/// use auth_core::token::{JwtKey, KeyRing, KeyState};
///
/// let ring = KeyRing::new(JwtKey::hs256_auto_kid(Secret::generate()?))
///     .with_next(JwtKey::hs256_auto_kid(Secret::generate()?));
/// let states: Vec<KeyState> = ring.states().map(|(state, _)| state).collect();
/// assert_eq!(states, [KeyState::Active, KeyState::Next]);
/// # Ok::<(), auth_core::secret::RandomError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyState {
    /// Published and accepted, but does not sign yet.
    Next,
    /// Signs.
    Active,
    /// Was active before: what it signed is accepted until the key is retired.
    VerifyOnly,
}

/// A key that can be rotated.
pub(crate) trait RotatableKey {
    fn kid(&self) -> &KeyId;

    /// Returns the reason why this key must not be used.
    fn weakness(&self) -> Option<SecretWeakness>;

    /// Returns whether this key can be the active one.
    fn can_sign(&self) -> bool {
        true
    }
}

/// Keys in their states, exactly one of them active. Every change returns a new value.
#[derive(Debug)]
pub(crate) struct Rotation<K> {
    active: Arc<K>,
    /// In the order in which they were added; none of them is active.
    others: Vec<(KeyState, Arc<K>)>,
}

impl<K> Rotation<K> {
    pub(crate) fn new(active: Arc<K>) -> Self {
        Self {
            active,
            others: Vec::new(),
        }
    }

    pub(crate) fn active(&self) -> &Arc<K> {
        &self.active
    }

    /// Returns all keys, the active one first.
    pub(crate) fn states(&self) -> impl Iterator<Item = (KeyState, &Arc<K>)> {
        let others = self.others.iter().map(|(state, key)| (*state, key));
        std::iter::once((KeyState::Active, &self.active)).chain(others)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Arc<K>> {
        self.states().map(|(_, key)| key)
    }

    /// Adds a key without a check: see [`checked`](Self::checked).
    pub(crate) fn with_next(mut self, key: Arc<K>) -> Self {
        self.others.push((KeyState::Next, key));
        self
    }

    /// Adds a key that was active before, like [`with_next`](Self::with_next).
    pub(crate) fn with_verify_only(mut self, key: Arc<K>) -> Self {
        self.others.push((KeyState::VerifyOnly, key));
        self
    }

    /// Returns the results of `make` for all keys, in the same states.
    pub(crate) fn map<T>(&self, mut make: impl FnMut(&Arc<K>) -> Arc<T>) -> Rotation<T> {
        let active = make(&self.active);
        let others = self.others.iter();
        Rotation {
            active,
            others: others.map(|(state, key)| (*state, make(key))).collect(),
        }
    }
}

impl<K: RotatableKey> Rotation<K> {
    /// Returns the key with this name. The name may come from a token, so it is only compared.
    pub(crate) fn find(&self, kid: &str) -> Option<&Arc<K>> {
        self.keys().find(|key| key.kid().as_str() == kid)
    }

    pub(crate) fn problems(&self) -> Vec<KeyRingProblem> {
        let verify_only = (!self.active.can_sign())
            .then(|| KeyRingProblem::SignerVerifiesOnly(self.active.kid().clone()));
        let mut kids: Vec<&KeyId> = self.keys().map(|key| key.kid()).collect();
        kids.sort_unstable();
        let mut duplicates: Vec<&KeyId> = std::iter::zip(&kids, kids.iter().skip(1))
            .filter(|(kid, next)| kid == next)
            .map(|(kid, _)| *kid)
            .collect();
        duplicates.dedup();
        let duplicates = duplicates.into_iter().cloned();
        verify_only
            .into_iter()
            .chain(duplicates.map(KeyRingProblem::DuplicateKid))
            .collect()
    }

    pub(crate) fn weaknesses(&self) -> Vec<(KeyId, SecretWeakness)> {
        self.keys()
            .filter_map(|key| Some((key.kid().clone(), key.weakness()?)))
            .collect()
    }

    /// Returns the ring if it has no problem and no weak key.
    pub(crate) fn checked(self) -> Result<Self, KeyRingError> {
        if let Some(problem) = self.problems().into_iter().next() {
            return Err(KeyRingError::Problem(problem));
        }
        match self.weaknesses().into_iter().next() {
            Some((kid, weakness)) => Err(KeyRingError::Weak { kid, weakness }),
            None => Ok(self),
        }
    }

    /// Returns the ring with an additional key.
    pub(crate) fn add_next(&self, key: Arc<K>) -> Result<Self, KeyRingError> {
        self.clone().with_next(key).checked()
    }

    /// Returns the ring with another active key. The previous one stays as verify-only.
    pub(crate) fn activate(&self, kid: &KeyId) -> Result<Self, KeyRingError> {
        if self.active.kid() == kid {
            return Ok(self.clone());
        }
        let others = self.others.iter();
        let (chosen, others): (Vec<_>, Vec<_>) =
            others.cloned().partition(|(_, key)| key.kid() == kid);
        let Some((_, active)) = chosen.into_iter().next() else {
            return Err(KeyRingError::Unknown(kid.clone()));
        };
        let former = (KeyState::VerifyOnly, Arc::clone(&self.active));
        let others = std::iter::once(former).chain(others).collect();
        Self { active, others }.checked()
    }

    /// Returns the ring without this key.
    pub(crate) fn retire(&self, kid: &KeyId) -> Result<Self, KeyRingError> {
        if self.active.kid() == kid {
            return Err(KeyRingError::Active(kid.clone()));
        }
        let mut ring = self.clone();
        ring.others.retain(|(_, key)| key.kid() != kid);
        if ring.others.len() == self.others.len() {
            return Err(KeyRingError::Unknown(kid.clone()));
        }
        Ok(ring)
    }
}

// A derived `Clone` would require `K: Clone`; this one copies pointers.
impl<K> Clone for Rotation<K> {
    fn clone(&self) -> Self {
        self.map(Arc::clone)
    }
}

#[cfg(test)]
mod tests;
