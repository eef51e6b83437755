//! The endpoints.

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::api::ErrorCode;
use crate::api::endpoint::{Answer, Caller, RequestParts};
use crate::auth::Auth;
use crate::http::Reply;
use crate::session::Session;
use crate::session::SessionId;
use crate::user::AuthUser;

#[derive(Serialize)]
struct SessionList {
    sessions: Vec<SessionRead>,
}

#[derive(Serialize)]
struct SessionRead {
    session_id: String,
    created_at: Option<String>,
    last_used_at: Option<String>,
    expires_at: Option<String>,
    is_current: bool,
    client: Option<Client>,
}

#[derive(Serialize)]
struct Client {
    user_agent: String,
}

impl<U: AuthUser> Auth<U> {
    pub(super) async fn list_sessions(&self, caller: Caller<U>) -> Answer {
        let user = caller.user;
        let sessions = self.accounts().sessions(user.user()).await?;
        let read = |session| SessionRead::new(session, user.session());
        let sessions = sessions.into_iter().map(read).collect();
        Ok(Reply::json(200, &SessionList { sessions }))
    }

    /// Ends one of the caller's sessions. Ending the caller's own session answers like a logout.
    pub(super) async fn end_session(
        &self,
        caller: Caller<U>,
        request: &mut RequestParts<'_>,
    ) -> Answer {
        let user = caller.user;
        let id: Option<SessionId> = request.id.and_then(|text| text.parse().ok());
        let id = id.ok_or(ErrorCode::SessionNotFound)?;
        if !self
            .accounts()
            .end_session(user.id(), &id, &user.context())
            .await?
        {
            return Err(ErrorCode::SessionNotFound.into());
        }
        let mut backends = self.backends().iter();
        match backends.find(|b| b.name() == user.backend()) {
            Some(backend) if user.session() == Some(&id) => Ok(Self::logout_response(backend)),
            _ => Ok(Reply::empty(204)),
        }
    }

    pub(super) async fn end_other_sessions(&self, caller: Caller<U>) -> Answer {
        let user = caller.user;
        let accounts = self.accounts();
        let ended = accounts
            .end_other_sessions(user.user(), user.session(), &user.context())
            .await?;
        match ended {
            Some(_) => Ok(Reply::empty(204)),
            None => Err(self.outdated()),
        }
    }
}

impl SessionRead {
    fn new(session: Session, current: Option<&SessionId>) -> Self {
        let Session {
            id,
            backend: _,
            created_at,
            last_used_at,
            expires_at,
            ends_at: _,
            client,
            auth_time: _,
            methods: _,
        } = session;
        Self {
            session_id: id.to_string(),
            created_at: shown(created_at),
            last_used_at: shown(last_used_at),
            expires_at: shown(expires_at),
            is_current: current == Some(&id),
            client: client.map(|user_agent| Client { user_agent }),
        }
    }
}

/// To the second, in UTC (RFC 3339). A year beyond 9999 has no such form.
fn shown(time: OffsetDateTime) -> Option<String> {
    let seconds = time.replace_nanosecond(0).unwrap_or(time);
    seconds.format(&Rfc3339).ok()
}
