//! The session behind a credential, and the user behind a session.

use std::sync::Arc;

use time::Duration;

use super::super::{Accounts, Answer};
use crate::context::Context;
use crate::error::{StoreError, Unavailable};
use crate::session::{AccessCheck, SessionId, Sessions};
use crate::store::StoredSession;
use crate::strategy::{SessionSecret, Subject};
use crate::user::AuthUser;

/// How a request uses the sessions of a backend.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BackendUse<'a> {
    /// The name of the backend.
    pub(crate) backend: &'a str,
    /// The longest time between two recorded uses.
    pub(crate) step: Duration,
    /// Whether this request was refreshed, so that its client does not have the tokens yet.
    pub(crate) is_refreshed: bool,
}

/// A user whose session accepted its token.
pub(crate) struct InSession<U> {
    pub(crate) user: Arc<U>,
    pub(crate) session: Arc<StoredSession>,
    /// Whether the token is not one before the current one.
    pub(crate) is_current: bool,
    /// Whether this request has moved the idle deadline of the session.
    pub(crate) was_extended: bool,
}

/// What a token shows to its session.
pub(crate) enum SessionProof<'a, Id> {
    /// The secret of the session.
    Secret(&'a SessionSecret),
    /// A self-contained token.
    Token(&'a Subject<Id>),
}

impl<U: AuthUser> Accounts<U> {
    /// Returns the user and the session of a record, if the session is of this backend and accepts the token,
    /// the account of the user may be used, and nothing has ended its sessions since; notes the use.
    pub(crate) async fn user_in_session(
        &self,
        of: BackendUse<'_>,
        proof: SessionProof<'_, U::Id>,
        Answer {
            record,
            is_remembered,
        }: Answer<U>,
        context: &Context,
    ) -> Result<Option<InSession<U>>, Unavailable> {
        let sessions = self.session_settings()?;
        let Some(row) = record.session.filter(|row| self.is_living(of.backend, row)) else {
            return Ok(None);
        };
        let now = self.now();
        let check = match proof {
            SessionProof::Secret(secret) => {
                sessions.check_access_secret(&row, &secret.secret, now)?
            }
            SessionProof::Token(subject) => {
                let (epoch, generation) = (subject.epoch, subject.generation);
                // Another process has refreshed since, and the first use of the token is still to be noted.
                if is_remembered && Sessions::is_before(&row, generation)? {
                    return Ok(None);
                }
                sessions.check_access_token(&row, epoch, generation, now)?
            }
        };
        if check == AccessCheck::Refused {
            return Ok(None);
        }
        let user = record.user.filter(|user| self.admits(user));
        // The storage has matched the owner of the session and the user by its own rules; these are ours.
        let user = user.filter(|user| {
            let owner = sessions.key_of(&row).and_then(|key| key.parse().ok());
            owner.as_ref() == Some(user.id()) && row.epoch == user.epoch()
        });
        let Some(user) = user else {
            return Ok(None);
        };
        let noted = self.note_use(sessions, &row, (check, of), context).await;
        Ok(Some(InSession {
            user,
            is_current: check != AccessCheck::Previous,
            was_extended: noted.is_some(),
            session: noted.map_or(row, Arc::new),
        }))
    }

    /// Returns a session that has not expired, if this backend started it for a user of this realm. The
    /// caller checks the rest.
    pub(crate) async fn living_session(
        &self,
        backend: &str,
        id: &SessionId,
    ) -> Result<Option<StoredSession>, Unavailable> {
        let sessions = self.session_settings()?;
        let row = sessions.store().session(id).await?;
        Ok(row.filter(|row| self.is_living(backend, row)))
    }

    /// Returns whether a session has not expired, and this backend started it for a user of this realm.
    fn is_living(&self, backend: &str, row: &StoredSession) -> bool {
        let owner = self.session_settings().map(|sessions| sessions.key_of(row));
        let is_ours = row.backend == backend && owner.is_ok_and(|key| key.is_some());
        is_ours && !row.is_over(self.now())
    }

    /// Returns the user of this session, whatever its epoch, if its account may be used.
    pub(crate) async fn user_of_row(
        &self,
        sessions: &Sessions,
        row: &StoredSession,
    ) -> Result<Option<U>, Unavailable> {
        let key = sessions.key_of(row).and_then(|key| key.parse().ok());
        let Some(key) = key else { return Ok(None) };
        let user = self.get(&key).await?;
        Ok(user.filter(|user| self.admits(user)))
    }

    /// Notes the first use of a generation of tokens, and extends the idle deadline of a session, at most
    /// once in `step` to save writes. Returns the session as this call has written it. If the store cannot
    /// write, the request continues, because the session could be read.
    ///
    /// In a request that was refreshed the first use says nothing: the reply with the tokens can still be lost.
    async fn note_use(
        &self,
        sessions: &Sessions,
        row: &StoredSession,
        (check, of): (AccessCheck, BackendUse<'_>),
        context: &Context,
    ) -> Option<StoredSession> {
        let noted = match check {
            AccessCheck::FirstUse(_) if of.is_refreshed => Ok(None),
            AccessCheck::FirstUse(generation) => {
                let noted = self.note_first_use(sessions, row, generation).await;
                noted.map(|()| None)
            }
            AccessCheck::Accepted | AccessCheck::Previous | AccessCheck::Refused => {
                self.extend(sessions, row, of.step).await
            }
        };
        noted.unwrap_or_else(|error| {
            let error = Unavailable::from(error);
            self.background_failed("the use of a session", &error, context);
            None
        })
    }

    /// Extends the idle deadline of a session whose last recorded use is older than `step`. Returns the
    /// session as this call has written it.
    async fn extend(
        &self,
        sessions: &Sessions,
        row: &StoredSession,
        step: Duration,
    ) -> Result<Option<StoredSession>, StoreError> {
        let now = self.now();
        if !sessions.is_worth_noting(row, step, now)? {
            return Ok(None);
        }
        let used = sessions.used(row, now)?;
        // Where it fails, a concurrent write has recorded the use as well.
        let is_written = sessions.store().swap_session(&used).await?;
        Ok(is_written.then_some(used))
    }

    /// Notes that the tokens of this generation were received, unless it is noted or another generation has
    /// followed. Concurrent writes of the session are read again: they may have noted another use.
    async fn note_first_use(
        &self,
        sessions: &Sessions,
        row: &StoredSession,
        generation: u64,
    ) -> Result<(), StoreError> {
        /// Other writes of one session are rare.
        const ATTEMPTS: u32 = 16;
        let (store, now) = (sessions.store(), self.now());
        let mut row = row.clone();
        for _ in 0..ATTEMPTS {
            let Some(next) = sessions.received(&row, generation, now)? else {
                return Ok(());
            };
            if store.swap_session(&next).await? {
                return Ok(());
            }
            match store.session(&row.id).await? {
                Some(current) => row = current,
                None => return Ok(()),
            }
        }
        Err(StoreError::new("too many concurrent writes of one session"))
    }
}
