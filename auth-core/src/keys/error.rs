//! What is wrong with a ring of keys, and why a step is refused.

use super::KeyId;
use crate::secret::SecretWeakness;

/// What is wrong with a [`KeyRing`](crate::token::KeyRing).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingProblem {
    /// Two keys have one name, so that only the first of them is ever found.
    #[error("two keys are named `{0}`")]
    DuplicateKid(KeyId),
    /// The active key cannot sign.
    #[error("the key `{0}` is the active one but can only verify")]
    SignerVerifiesOnly(KeyId),
}

/// Why a ring in use is not changed. It stays what it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// The ring has no key of this name.
    #[error("no key is named `{0}`")]
    Unknown(KeyId),
    /// The active key cannot be retired: the ring would have none that signs.
    #[error("the key `{0}` is the active one: activate another one first")]
    Active(KeyId),
    /// The ring would have a problem.
    #[error(transparent)]
    Problem(#[from] KeyRingProblem),
    /// A secret is too weak.
    #[error("the key `{kid}` {weakness}")]
    Weak {
        /// The name of the key.
        kid: KeyId,
        /// What is wrong with its secret.
        weakness: SecretWeakness,
    },
    /// The keys are derived from a master secret, and change with it.
    #[error("the keys are derived from a master secret: take this step there")]
    Derived,
}
