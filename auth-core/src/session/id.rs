//! The public name of a session.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use uuid::Uuid;

use crate::secret::{RandomError, random_bytes};

/// The public name of a session: 128 random bits, written as a UUID of version 4 (RFC 9562 §5.4).
///
/// It is public: it is not sufficient to use or to end the session. It appears in
/// lists, in events and in the claim `sid` of a JWT.
///
/// # Examples
///
/// ```
/// use auth_core::SessionId;
///
/// let id: SessionId = "0d6f3a52-7c1e-4a86-9b1f-5e2c8d7a4b10".parse()?;
/// assert_eq!(id.to_string(), "0d6f3a52-7c1e-4a86-9b1f-5e2c8d7a4b10");
/// assert!("0D6F3A527C1E4A869B1F5E2C8D7A4B10".parse::<SessionId>().is_err());
/// # Ok::<(), auth_core::InvalidSessionId>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(Uuid);

impl SessionId {
    /// Returns a new random id, which cannot be guessed, unlike one that contains the time.
    ///
    /// # Errors
    ///
    /// [`RandomError`] when the operating system has no random bytes to give.
    pub fn generate() -> Result<Self, RandomError> {
        Ok(Self(
            uuid::Builder::from_random_bytes(random_bytes()?).into_uuid(),
        ))
    }

    /// From a stored value.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The value to store.
    #[must_use]
    pub const fn as_uuid(&self) -> &Uuid {
        &self.0
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

/// A text is not the name of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a session id is a UUID in lower case with hyphens")]
pub struct InvalidSessionId;

/// Only the form that it prints in: one session has one name.
impl FromStr for SessionId {
    type Err = InvalidSessionId;

    fn from_str(text: &str) -> Result<Self, InvalidSessionId> {
        let uuid = Uuid::try_parse(text).map_err(|_| InvalidSessionId)?;
        let id = Self(uuid);
        (id.to_string() == text)
            .then_some(id)
            .ok_or(InvalidSessionId)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}
