//! The endpoints.

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::query::{self, SessionQuery};
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
    /// Only where the list is asked for with `after`.
    #[serde(flatten)]
    position: Option<Position>,
}

#[derive(Serialize)]
struct Position {
    /// Where the next page begins, if there is one.
    next: Option<String>,
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
    /// Lists a page of the caller's sessions. The caller's own is on the first page, in addition if it is
    /// not among those that were used last, and on no later page.
    pub(super) async fn list_sessions(
        &self,
        caller: Caller<U>,
        request: &mut RequestParts<'_>,
    ) -> Answer {
        let (user, accounts) = (caller.user, self.accounts());
        let SessionQuery { page, is_keyset } = SessionQuery::read(request.head.query())?;
        let mut sessions = accounts.session_page(user.user(), page).await?;
        let last = sessions.last();
        let last = last.filter(|_| sessions.len() as u64 >= u64::from(page.limit));
        let next = last.map(query::position);
        if let Some(own) = user.session() {
            if page.after.is_some() {
                sessions.retain(|session| session.id != *own);
            } else if !sessions.iter().any(|session| session.id == *own)
                && let Some(session) = accounts.session_of(user.user(), own).await?
            {
                sessions.insert(0, session);
            }
        }
        let read = |session| SessionRead::new(session, user.session());
        let sessions = sessions.into_iter().map(read).collect();
        let position = is_keyset.then_some(Position { next });
        Ok(Reply::json(200, &SessionList { sessions, position }))
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
