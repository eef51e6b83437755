//! The session for which a strategy issues an access token.

use std::fmt;

use super::SessionId;

/// The session for which a strategy issues an access token.
///
/// # Security
///
/// `Debug` shows nothing of the secret, and [`expose`](Self::expose) is the only way to it.
#[derive(Clone, Copy)]
pub struct SessionKeyMaterial<'a> {
    id: &'a SessionId,
    secret: &'a [u8; 32],
    generation: u64,
}

impl<'a> SessionKeyMaterial<'a> {
    pub(super) fn new(id: &'a SessionId, secret: &'a [u8; 32], generation: u64) -> Self {
        Self {
            id,
            secret,
            generation,
        }
    }

    /// Returns the generation of the session's tokens: 0 at a login, and one more after each refresh. A
    /// self-contained token carries it
    /// ([`Subject::of_generation`](crate::strategy::Subject::of_generation)), so that its first use is
    /// recognised.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns the public id of the session, for a token that names it.
    #[must_use]
    pub fn id(&self) -> &'a SessionId {
        self.id
    }

    /// Returns 32 secret bytes of this session and of this generation of its tokens, for a token that
    /// *is* the secret of its session
    /// ([`Strategy::is_session_secret`](crate::Strategy::is_session_secret)).
    #[must_use]
    pub fn expose(&self) -> &'a [u8; 32] {
        self.secret
    }
}

impl fmt::Debug for SessionKeyMaterial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionKeyMaterial")
            .field("id", self.id)
            .finish_non_exhaustive()
    }
}
