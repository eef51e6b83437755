//! The user of a token, and the login that the token states.

use time::OffsetDateTime;

use super::Authenticator;
use crate::accounts::BackendUse;
use crate::backend::{Backend, SessionUse};
use crate::context::Context;
use crate::error::Unavailable;
use crate::login::Methods;
use crate::session::SessionId;
use crate::store::StoredSession;
use crate::strategy::PresentedToken;
use crate::user::AuthUser;

/// A user, and the login that its credential states.
pub(super) struct Identified<U> {
    pub(super) user: U,
    pub(super) session: Option<SessionId>,
    pub(super) auth_time: Option<OffsetDateTime>,
    pub(super) methods: Methods,
    /// The session, if the backend checks it, and the token is not one before the current one.
    pub(super) row: Option<StoredSession>,
    /// Whether this request has moved the idle deadline of the session.
    pub(super) was_extended: bool,
}

impl<U: AuthUser> Authenticator<'_, U> {
    /// Returns the user of a token, and the session and the login that it belongs to.
    pub(super) async fn identify(
        &self,
        backend: &Backend<U>,
        token: &str,
        context: &Context,
    ) -> Result<Option<Identified<U>>, Unavailable> {
        let Some(reading) = backend.read(self.accounts, token).await? else {
            return Ok(None);
        };
        let of_backend = BackendUse {
            backend: backend.name(),
            step: backend.longest_step(),
            is_refreshed: self.is_refreshed,
        };
        let in_session = match (reading, backend.session_use()) {
            (PresentedToken::Session(secret), SessionUse::Checked) => {
                self.accounts
                    .user_by_secret(of_backend, &secret, context)
                    .await?
            }
            (PresentedToken::SelfContained(subject), SessionUse::Checked) => {
                match subject.session {
                    Some(id) => {
                        let token = (subject.epoch, subject.generation);
                        let found = self
                            .accounts
                            .user_in_session(of_backend, &id, token, context)
                            .await?;
                        found.filter(|found| *found.user.id() == subject.id)
                    }
                    None => None,
                }
            }
            (
                PresentedToken::SelfContained(subject),
                SessionUse::Without | SessionUse::AtRefresh,
            ) => {
                let user = self.accounts.get(&subject.id).await?;
                let user =
                    user.filter(|user| self.accounts.admits(user) && user.epoch() == subject.epoch);
                // A refreshed token repeats the time of a session that may have ended since.
                let is_login = backend.session_use() == SessionUse::Without;
                return Ok(user.map(|user| Identified {
                    user,
                    session: subject.session,
                    auth_time: subject.auth_time.filter(|_| is_login),
                    methods: subject.methods,
                    row: None,
                    was_extended: false,
                }));
            }
            (PresentedToken::Session(_), _) => None,
        };
        Ok(in_session.map(|found| Identified {
            user: found.user,
            session: Some(found.session.id),
            auth_time: Some(found.session.auth_time),
            methods: found.session.methods.clone(),
            row: Some(found.session).filter(|_| found.is_current),
            was_extended: found.was_extended,
        }))
    }
}
