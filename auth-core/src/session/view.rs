//! A session as its owner sees it.

use time::OffsetDateTime;

use crate::session::SessionId;
use crate::store::StoredSession;

/// A session as its owner and an administrator see it: nothing of its tokens is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Session {
    /// The public name.
    pub id: SessionId,
    /// The backend that started it.
    pub backend: String,
    /// When it was started.
    pub created_at: OffsetDateTime,
    /// When it was last used, not exactly: a use is noted at most once a minute, or, where sessions
    /// may idle for less than twenty minutes, at most once in a twentieth of that.
    pub last_used_at: OffsetDateTime,
    /// When it ends unless it is used before; never after `ends_at`.
    pub expires_at: OffsetDateTime,
    /// When it ends whatever happens.
    pub ends_at: OffsetDateTime,
    /// What the client called itself when it logged in; never to be trusted.
    pub client: Option<String>,
}

impl Session {
    pub(crate) fn of(row: StoredSession) -> Self {
        let StoredSession {
            id,
            owner: _,
            backend,
            epoch: _,
            created_at,
            last_used_at,
            expires_at,
            ends_at,
            client,
            version: _,
            tokens: _,
        } = row;
        Self {
            id,
            backend,
            created_at,
            last_used_at,
            expires_at,
            ends_at,
            client,
        }
    }
}
