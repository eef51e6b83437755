//! The user of a token, and the login that the token states.

use std::sync::Arc;

use time::OffsetDateTime;

use super::Authenticator;
use crate::accounts::{Answer, BackendUse, MaxAge, SessionProof, TokenQuery};
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
    pub(super) user: Arc<U>,
    pub(super) session: Option<SessionId>,
    pub(super) auth_time: Option<OffsetDateTime>,
    pub(super) methods: Methods,
    /// The session, if the backend checks it, and the token is not one before the current one.
    pub(super) row: Option<Arc<StoredSession>>,
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
        let Some(reading) = backend.read_unrevoked(self.accounts, token).await? else {
            return Ok(None);
        };
        let checks_session = backend.session_use() == SessionUse::Checked;
        let Some(query) = query(&reading, checks_session) else {
            return Ok(None);
        };
        let answer = self.accounts.look_up(query, self.max_age).await?;
        let is_remembered = answer.is_remembered;
        let identified = self.judge(backend, &reading, answer, context).await?;
        if identified.is_some() || !is_remembered {
            return Ok(identified);
        }
        let answer = self.accounts.look_up(query, MaxAge::Zero).await?;
        self.judge(backend, &reading, answer, context).await
    }

    /// Returns the user of a token by the answer to what it asks; `None` if it is refused.
    async fn judge(
        &self,
        backend: &Backend<U>,
        reading: &PresentedToken<U::Id>,
        answer: Answer<U>,
        context: &Context,
    ) -> Result<Option<Identified<U>>, Unavailable> {
        let record = &answer.record;
        if record.is_revoked {
            return Ok(None);
        }
        let proof = match reading {
            PresentedToken::SelfContained(subject)
                if backend.session_use() != SessionUse::Checked =>
            {
                let user = record.user.as_ref();
                let user =
                    user.filter(|user| self.accounts.admits(user) && user.epoch() == subject.epoch);
                // A refreshed token repeats the time of a session that may have ended since.
                let is_login = backend.session_use() == SessionUse::Without;
                return Ok(user.map(|user| Identified {
                    user: Arc::clone(user),
                    session: subject.session,
                    auth_time: subject.auth_time.filter(|_| is_login),
                    methods: subject.methods.clone(),
                    row: None,
                    was_extended: false,
                }));
            }
            PresentedToken::SelfContained(subject) => SessionProof::Token(subject),
            PresentedToken::Session(secret) => SessionProof::Secret(secret),
        };
        let of_backend = BackendUse {
            backend: backend.name(),
            step: backend.longest_step(),
            is_refreshed: self.is_refreshed,
        };
        let in_session = self
            .accounts
            .user_in_session(of_backend, proof, answer, context)
            .await?;
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

/// Returns what a token asks of the storage; `None` if this backend cannot accept it, whatever the storage has.
fn query<Id>(token: &PresentedToken<Id>, checks_session: bool) -> Option<TokenQuery<'_, Id>> {
    match token {
        PresentedToken::Session(secret) => checks_session.then_some(TokenQuery {
            revocation: None,
            session: Some(&secret.id),
            user: None,
        }),
        PresentedToken::SelfContained(subject) => {
            let session = subject.session.as_ref().filter(|_| checks_session);
            (session.is_some() || !checks_session).then_some(TokenQuery {
                revocation: subject.revocation.as_ref(),
                session,
                user: Some(&subject.id),
            })
        }
    }
}
