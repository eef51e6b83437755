//! Problems of a key ring, and errors of its changes.

use super::KeyId;
use crate::secret::SecretWeakness;

/// A problem of a [`KeyRing`](crate::token::KeyRing).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingProblem {
    /// Two keys have the same name, so that only the first of them is ever found.
    #[error("two keys are named `{0}`")]
    DuplicateKid(KeyId),
    /// The active key cannot sign.
    #[error("the key `{0}` is the active one but can only verify")]
    SignerVerifiesOnly(KeyId),
}

/// Why a change of a ring was refused. The ring is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// The ring has no key with this name.
    #[error("no key is named `{0}`")]
    Unknown(KeyId),
    /// The active key cannot be retired: the ring would have no signing key.
    #[error("the key `{0}` is the active one: activate another one first")]
    Active(KeyId),
    /// The ring would have a problem after the change.
    #[error(transparent)]
    Problem(#[from] KeyRingProblem),
    /// A secret is too weak.
    #[error("the key `{kid}` {weakness}")]
    Weak {
        /// The name of the key.
        kid: KeyId,
        /// The weakness of its secret.
        weakness: SecretWeakness,
    },
    /// The keys are derived from a master secret and change only with it.
    #[error("the keys are derived from a master secret: rotate the master secret instead")]
    Derived,
}
