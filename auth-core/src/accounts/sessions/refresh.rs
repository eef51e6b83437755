//! The exchange of a refresh token for new tokens.

use std::sync::Arc;
use std::time::Duration;

use super::super::Accounts;
use super::start::secret_life;
use crate::backend::Backend;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::session::{Exchange, RefreshToken, Sessions};
use crate::store::{RotateOutcome, Rotation, StoredSession};
use crate::strategy::{IssueRequest, IssuedToken};
use crate::user::AuthUser;

/// New tokens.
pub(crate) struct Refreshed {
    pub(crate) access: IssuedToken,
    pub(crate) refresh: IssuedToken,
}

/// Why there are none.
#[derive(Debug)]
pub(crate) enum RefreshError {
    /// The token is not ours, of another backend, spent, or its session or user is gone.
    Invalid,
    /// Something that is needed cannot answer.
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for RefreshError {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

impl<U: AuthUser> Accounts<U> {
    /// Exchanges a refresh token. `shared` says that the client's tabs have it in common, because it
    /// is a cookie.
    pub(crate) async fn refresh(
        &self,
        backend: &Backend<U>,
        presented: RefreshToken,
        shared: bool,
        context: &Context,
    ) -> Result<Refreshed, RefreshError> {
        let sessions = self.session_settings()?;
        let id = presented.id;
        let Some(row) = self.living_session(sessions, backend.name(), &id).await? else {
            return Err(RefreshError::Invalid);
        };
        let Some(user) = self.user_of_row(sessions, &row).await? else {
            return Err(RefreshError::Invalid);
        };
        let now = self.now();
        let exchange = sessions.exchange(&presented).map_err(Unavailable::new)?;
        let request = IssueRequest::of(&user, Some(exchange.grant()), now);
        let access = backend.strategy().issue(request).await?;
        let life = secret_life(backend, &access);
        let rotation = sessions.rotation(&presented, &exchange, life, shared, now);
        let outcome = self.rotate(rotation, context).await?;
        let (row, exchange, access) = match outcome {
            RotateOutcome::Rotated(row) => (row, exchange, Some(access)),
            RotateOutcome::Repeated(row) => match sessions.repeat(&presented, &row)? {
                Some(exchange) => (row, exchange, None),
                None => return Err(RefreshError::Invalid),
            },
            RotateOutcome::Current(row) => match sessions.keep(presented, &row)? {
                Some(exchange) => (row, exchange, None),
                None => return Err(RefreshError::Invalid),
            },
            RotateOutcome::Reused(_) | RotateOutcome::Expired | RotateOutcome::Unknown => {
                return Err(RefreshError::Invalid);
            }
        };
        let issued_for = user.epoch();
        let user = self.still_good(sessions, user, &row).await?;
        // One that was issued for an epoch that is over would be refused at its first use.
        let access = match access.filter(|_| user.epoch() == issued_for) {
            Some(access) => access,
            None => self.issue_again(backend, &user, &exchange, &row).await?,
        };
        let context = context.identified_as(user.id());
        let event = AuthEvent::new(EventKind::SessionRenewed, &context).with_user(user.id());
        self.raise(event.with_session(&id));
        let left = left_until(&row, now);
        let refresh = IssuedToken::new(exchange.token.text().to_string(), left);
        Ok(Refreshed { access, refresh })
    }

    /// Rotates, and raises the event of a reuse, also when the client goes away in the middle. A reply
    /// that is lost then is what the grace is for.
    async fn rotate(
        &self,
        rotation: Rotation,
        context: &Context,
    ) -> Result<RotateOutcome, Unavailable> {
        let (this, context) = (self.clone(), context.clone());
        self.inner
            .background
            .shielded(async move {
                let sessions = this.session_settings()?;
                let outcome = sessions.store().rotate_session(&rotation).await?;
                if let RotateOutcome::Reused(row) = &outcome {
                    let mut event = AuthEvent::new(EventKind::TokenReused, &context);
                    event.user = sessions.key_of(row).map(Arc::from);
                    this.raise(event.with_session(&row.id));
                }
                Ok(outcome)
            })
            .await
    }

    /// The user, if its epoch is the session's: as it was read before, or, where the two differ, as it
    /// is now. Between the two reads the owner may have changed its password in this very session.
    async fn still_good(
        &self,
        sessions: &Sessions,
        user: U,
        row: &StoredSession,
    ) -> Result<U, RefreshError> {
        if user.epoch() == row.epoch {
            return Ok(user);
        }
        let now = self.user_of_row(sessions, row).await?;
        now.filter(|user| user.epoch() == row.epoch)
            .ok_or(RefreshError::Invalid)
    }

    /// An access token of the generation that is there already: the same one where it is the secret
    /// of the session.
    async fn issue_again(
        &self,
        backend: &Backend<U>,
        user: &U,
        exchange: &Exchange,
        row: &StoredSession,
    ) -> Result<IssuedToken, Unavailable> {
        let now = self.now();
        let request = IssueRequest::of(user, Some(exchange.grant()), now);
        let access = backend.strategy().issue(request).await?;
        Ok(match Sessions::access_life_left(row, now)? {
            Some(left) => access.living(left),
            None => access,
        })
    }
}

fn left_until(row: &StoredSession, now: time::OffsetDateTime) -> Duration {
    (row.expires_at - now).try_into().unwrap_or_default()
}
