//! A session as its owner and administrators see it.

use time::OffsetDateTime;

use crate::login::Methods;
use crate::session::SessionId;
use crate::store::StoredSession;

/// A session as its owner and an administrator see it. It contains nothing of its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Session {
    /// The public id.
    pub id: SessionId,
    /// The name of the backend that started it.
    pub backend: String,
    /// When the session was started.
    pub created_at: OffsetDateTime,
    /// When the session was last used. A use is recorded at most once a minute (a classic session: once an
    /// hour), or at most once in a twentieth of the idle time if that is shorter.
    pub last_used_at: OffsetDateTime,
    /// When the session ends unless it is used before; never after `ends_at`.
    pub expires_at: OffsetDateTime,
    /// When the session ends however often it is used.
    pub ends_at: OffsetDateTime,
    /// The name that the client sent when it logged in. Never trust it.
    pub client: Option<String>,
    /// When the user was authenticated for this session.
    pub auth_time: OffsetDateTime,
    /// The methods by which the user was authenticated; empty if they are not known.
    pub methods: Methods,
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
            auth_time,
            methods,
        } = row;
        Self {
            id,
            backend,
            created_at,
            last_used_at,
            expires_at,
            ends_at,
            client,
            auth_time,
            methods,
        }
    }
}
