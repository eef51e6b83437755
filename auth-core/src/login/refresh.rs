//! The exchange of a refresh token for new tokens.

use std::sync::Arc;

use time::OffsetDateTime;

use super::issue::{left_until, secret_life};
use super::{IssuedTokens, RefreshError};
use crate::accounts::Accounts;
use crate::backend::{Backend, SessionUse};
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::session::{
    RefreshClient, RefreshRotation, RefreshToken, RotateOutcome, Sessions, Successor,
};
use crate::store::StoredSession;
use crate::strategy::{IssueRequest, IssuedToken};
use crate::transport::CredentialSource;
use crate::user::AuthUser;

/// Exchanges a refresh token.
pub(crate) async fn refresh<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    presented: &str,
    context: &Context,
) -> Result<IssuedTokens<U>, RefreshError> {
    let Some(presented) = RefreshToken::parse(presented) else {
        return Err(RefreshError::Invalid);
    };
    if !backend.has_refresh_tokens() {
        return Err(RefreshError::Invalid);
    }
    Exchanged {
        accounts,
        backend,
        sessions: accounts.session_settings()?,
        context: context.clone().with_backend(backend.shared_name()),
    }
    .run(presented)
    .await
}

/// One exchange.
struct Exchanged<'a, U: AuthUser> {
    accounts: &'a Accounts<U>,
    backend: &'a Backend<U>,
    sessions: &'a Sessions,
    context: Context,
}

impl<U: AuthUser> Exchanged<'_, U> {
    async fn run(&self, presented: RefreshToken) -> Result<IssuedTokens<U>, RefreshError> {
        let (accounts, backend, sessions) = (self.accounts, self.backend, self.sessions);
        let id = presented.id;
        let Some(row) = accounts.living_session(backend.name(), &id).await? else {
            return Err(RefreshError::Invalid);
        };
        let Some(user) = accounts.user_of_row(sessions, &row).await? else {
            return Err(RefreshError::Invalid);
        };
        let now = accounts.now();
        // Tabs of a browser share one cookie.
        let client = RefreshClient {
            shared: backend.transport().source() == CredentialSource::Cookie,
            checked: backend.session_use() == SessionUse::Checked,
        };
        let mut rotation = sessions.rotation(&presented, client, now);
        let mut issued = None;
        // The strategy is the application's: it hears only of a token that is proven.
        let generation = rotation.next_generation(&row).map_err(Unavailable::from)?;
        if let Some(generation) = generation {
            let successor = sessions.successor(&presented, generation);
            let successor = successor.map_err(Unavailable::new)?;
            let access = self.issue(&user, &successor, &row, now).await?;
            rotation = rotation.with_successor(
                &successor,
                secret_life(backend, &access, left_until(row.ends_at, now)),
            );
            issued = Some((successor, access));
        }
        let (row, successor, access) = match self.rotate(rotation).await? {
            RotateOutcome::Rotated(row) => match issued {
                Some((successor, access)) => (row, successor, Some(access)),
                None => return Err(RefreshError::Invalid),
            },
            RotateOutcome::Repeated(row) => match sessions.repeat(&presented, &row)? {
                Some(successor) => (row, successor, None),
                None => return Err(RefreshError::Invalid),
            },
            RotateOutcome::Current(row) => match sessions.keep(presented, &row)? {
                Some(successor) => (row, successor, None),
                None => return Err(RefreshError::Invalid),
            },
            RotateOutcome::Reused(_) | RotateOutcome::Expired | RotateOutcome::Unknown => {
                return Err(RefreshError::Invalid);
            }
        };
        let issued_for = user.epoch();
        let user = self.still_valid(user, &row).await?;
        // One that was issued for an older epoch would be refused at its first use.
        let access = match access.filter(|_| user.epoch() == issued_for) {
            Some(access) => access,
            None => self.issue_again(&user, &successor, &row).await?,
        };
        let context = self.context.identified_as(user.id());
        let event = AuthEvent::new(EventKind::SessionRenewed, &context).with_user(user.id());
        accounts.raise(event.with_session(&id));
        let refresh = successor.token.text().to_string();
        Ok(self.issued(user, access, refresh, &row)?)
    }

    fn issued(
        &self,
        user: U,
        access: IssuedToken,
        refresh: String,
        row: &StoredSession,
    ) -> Result<IssuedTokens<U>, Unavailable> {
        let left = left_until(row.expires_at, self.accounts.now());
        Ok(IssuedTokens {
            user,
            backend: self.backend.shared_name(),
            access,
            refresh: Some(IssuedToken::new(refresh, left)),
            session: Some(row.id),
            remembered: Sessions::is_remembered(row)?,
        })
    }

    /// Rotates, and raises the event of a reuse, also if the client disconnects in the middle. The
    /// grace covers a reply that is lost then.
    async fn rotate(&self, rotation: RefreshRotation) -> Result<RotateOutcome, Unavailable> {
        let (accounts, context) = (self.accounts.clone(), self.context.clone());
        self.accounts
            .background()
            .shielded(async move {
                let sessions = accounts.session_settings()?;
                let outcome = rotation.run(sessions.store()).await?;
                if let RotateOutcome::Reused(row) = &outcome {
                    let mut event = AuthEvent::new(EventKind::TokenReused, &context);
                    event.user = sessions.key_of(row).map(Arc::from);
                    accounts.raise(event.with_session(&row.id));
                }
                Ok(outcome)
            })
            .await
    }

    /// Returns the user, if its epoch is the session's: as it was read before, or, if the two differ,
    /// as it is now. Between the two reads the owner may have changed its password in this session.
    async fn still_valid(&self, user: U, row: &StoredSession) -> Result<U, RefreshError> {
        if user.epoch() == row.epoch {
            return Ok(user);
        }
        let now = self.accounts.user_of_row(self.sessions, row).await?;
        now.filter(|user| user.epoch() == row.epoch)
            .ok_or(RefreshError::Invalid)
    }

    async fn issue(
        &self,
        user: &U,
        successor: &Successor,
        row: &StoredSession,
        now: OffsetDateTime,
    ) -> Result<IssuedToken, Unavailable> {
        let request = IssueRequest::new(
            user,
            self.accounts.realm(),
            Some(successor.key_material()),
            row.auth_time,
            &row.methods,
            now,
        );
        self.backend.strategy().issue(request).await
    }

    /// Issues an access token of the generation that is there already: the same token if it is the
    /// secret of the session.
    async fn issue_again(
        &self,
        user: &U,
        successor: &Successor,
        row: &StoredSession,
    ) -> Result<IssuedToken, Unavailable> {
        let now = self.accounts.now();
        let access = self.issue(user, successor, row, now).await?;
        Ok(match Sessions::access_life_left(row, now)? {
            Some(left) => access.living(left),
            None => access,
        })
    }
}
