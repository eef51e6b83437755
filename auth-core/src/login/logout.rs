//! The end of a login: its session and its tokens.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::PresentedTokens;
use super::replace::{by_access, by_refresh};
use crate::accounts::Accounts;
use crate::backend::{Backend, SessionUse};
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind, SessionsEnded};
use crate::session::{RefreshToken, SessionId};
use crate::store::StoredSession;
use crate::strategy::{PresentedToken, RevokeOutcome};
use crate::user::AuthUser;

/// Ends the logins that the presented tokens stand for. Returns whether there was one to end.
///
/// `proven` is the session of a caller who was authenticated before. It ends even if its access token
/// has expired or was replaced since then.
pub(crate) async fn log_out<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    presented: PresentedTokens<'_>,
    proven: Option<SessionId>,
    context: &Context,
) -> Result<bool, Unavailable> {
    let access = presented
        .access
        .map(|token| Zeroizing::new(token.to_owned()));
    let refresh = presented.refresh.and_then(RefreshToken::parse);
    let (this, backend) = (accounts.clone(), backend.clone());
    let context = context.clone().with_backend(backend.shared_name());
    // A client that disconnects does not stop it half-way.
    accounts
        .background()
        .shielded(async move {
            let mut ended = false;
            if let Some(token) = access {
                ended |= end_access(&this, &backend, &token, &context).await?;
            }
            if let Some(id) = proven.filter(|_| backend.has_sessions())
                && let Some(row) = this.living_session(backend.name(), &id).await?
            {
                ended |= this
                    .delete_session_row(&row, SessionsEnded::Logout, &context)
                    .await?;
            }
            if let Some(token) = refresh.filter(|_| backend.has_sessions())
                && let Some(row) = by_refresh(&this, &backend, &token).await?
            {
                let context = of_owner(&this, &row, &context);
                ended |= this
                    .delete_session_row(&row, SessionsEnded::Logout, &context)
                    .await?;
            }
            Ok(ended)
        })
        .await
}

/// Ends an access token, and its session if it has one.
async fn end_access<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    token: &str,
    context: &Context,
) -> Result<bool, Unavailable> {
    let Some(read) = backend.read(accounts, token).await? else {
        return Ok(false);
    };
    let row = if backend.has_sessions() {
        by_access(accounts, backend, &read).await?
    } else {
        None
    };
    let (user, context) = match (&read, &row) {
        (PresentedToken::SelfContained(subject), _) => {
            let id = &subject.id;
            (Some(id.to_string().into()), context.identified_as(id))
        }
        (PresentedToken::Session(_), Some(row)) => {
            (owner(accounts, row), of_owner(accounts, row, context))
        }
        (PresentedToken::Session(_), None) => return Ok(false),
    };
    let has_session = row.is_some();
    // The session first: a token that is revoked already could not be presented again to end it.
    if let Some(row) = row {
        accounts
            .delete_session_row(&row, SessionsEnded::Logout, &context)
            .await?;
    }
    let outcome = backend.revoke(accounts, token, &read).await?;
    // A backend that checks sessions refuses the token from now on; any other still accepts it where it
    // records no revocations.
    let is_checked = has_session && backend.session_use() == SessionUse::Checked;
    if outcome == RevokeOutcome::Revoked || is_checked {
        let mut event = AuthEvent::new(EventKind::TokenRevoked, &context);
        event.user = user;
        accounts.raise(event);
    }
    Ok(outcome == RevokeOutcome::Revoked || has_session)
}

/// The context in which the owner of a session, who presented a token of it, is the actor.
fn of_owner<U: AuthUser>(
    accounts: &Accounts<U>,
    row: &StoredSession,
    context: &Context,
) -> Context {
    match owner(accounts, row) {
        Some(key) => context.identified_as(&key),
        None => context.clone(),
    }
}

fn owner<U: AuthUser>(accounts: &Accounts<U>, row: &StoredSession) -> Option<Arc<str>> {
    let sessions = accounts.session_settings().ok()?;
    sessions.key_of(row).map(Arc::from)
}
