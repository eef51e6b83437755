//! The beginning of a session.

use std::time::Duration;

use super::super::{Accounts, PasswordChecked};
use crate::backend::Backend;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::session::SessionId;
use crate::session::{Begin, Draft};
use crate::strategy::{IssueRequest, IssuedToken};
use crate::user::AuthUser;

/// The tokens of a login.
pub(crate) struct Started {
    pub(crate) access: IssuedToken,
    pub(crate) refresh: Option<IssuedToken>,
    pub(crate) session: Option<SessionId>,
}

impl<U: AuthUser> Accounts<U> {
    /// Issues the tokens of a login, and begins a session where the backend has some. The row is
    /// stored before a token leaves: a failure leaves nothing that could be used.
    pub(crate) async fn start(
        &self,
        backend: &Backend<U>,
        checked: &PasswordChecked<U>,
        context: &Context,
    ) -> Result<Started, Unavailable> {
        let now = self.now();
        let user = checked.user();
        if !backend.has_sessions() {
            let access = backend.strategy().issue(IssueRequest::new(checked, now));
            return Ok(Started {
                access: access.await?,
                refresh: None,
                session: None,
            });
        }
        let sessions = self.session_settings()?;
        let draft = sessions.draft().map_err(Unavailable::new)?;
        let request = IssueRequest::of(user, Some(draft.grant()), now);
        let access = backend.strategy().issue(request).await?;
        let begin = Begin {
            owner: sessions.owner(user.id())?,
            backend: backend.name(),
            epoch: user.epoch(),
            client: context.client().user_agent().map(str::to_owned),
            access_life: secret_life(backend, &access),
            now,
        };
        let row = sessions.first_row(&draft, begin);
        let left = (row.expires_at - now).try_into().unwrap_or_default();
        sessions.store().insert_session(row).await?;
        let id = draft.token.id;
        let context = context.identified_as(user.id());
        let event = AuthEvent::new(EventKind::SessionCreated, &context).with_user(user.id());
        self.raise(event.with_session(&id));
        Ok(Started {
            access,
            refresh: Some(refresh_token(&draft, left)),
            session: Some(id),
        })
    }
}

/// How long an access token lives that is the secret of its session.
pub(super) fn secret_life<U: AuthUser>(
    backend: &Backend<U>,
    access: &IssuedToken,
) -> Option<Duration> {
    let is_secret = backend.strategy().is_session_secret();
    is_secret.then(|| access.expires_in())
}

fn refresh_token(draft: &Draft, life: Duration) -> IssuedToken {
    IssuedToken::new(draft.token.text().to_string(), life)
}
