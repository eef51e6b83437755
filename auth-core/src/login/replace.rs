//! Sessions behind presented tokens: found to be ended, at a logout or by a login that replaces them.

use super::PresentedTokens;
use crate::accounts::Accounts;
use crate::backend::Backend;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::SessionsEnded;
use crate::session::{RefreshToken, SessionId, Sessions};
use crate::store::StoredSession;
use crate::strategy::{PresentedToken, Subject};
use crate::user::AuthUser;

/// A session that a login replaces.
pub(super) struct Replaced(StoredSession);

impl Replaced {
    /// Returns whether this is the replaced session.
    pub(super) fn is(&self, id: &SessionId) -> bool {
        self.0.id == *id
    }
}

/// Finds the sessions of this backend that the presented tokens prove. A browser has one place for
/// cookies: the cookies of a new login overwrite those of an old session, which its user could no
/// longer end (ASVS 7.2.4).
pub(super) async fn find<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    presented: PresentedTokens<'_>,
) -> Result<Vec<Replaced>, Unavailable> {
    let mut found: Vec<Replaced> = Vec::new();
    if !backend.has_sessions() {
        return Ok(found);
    }
    if let Some(token) = presented.access {
        let read = backend.read(accounts, token).await?;
        if let Some(read) = read {
            found.extend(by_access(accounts, backend, &read).await?.map(Replaced));
        }
    }
    if let Some(token) = presented.refresh.and_then(RefreshToken::parse)
        && found.iter().all(|Replaced(row)| row.id != token.id)
    {
        found.extend(by_refresh(accounts, backend, &token).await?.map(Replaced));
    }
    Ok(found)
}

/// Ends the sessions that were found.
pub(super) async fn end<U: AuthUser>(
    accounts: &Accounts<U>,
    replaced: Vec<Replaced>,
    context: &Context,
) -> Result<(), Unavailable> {
    for Replaced(row) in replaced {
        accounts
            .delete_session_row(&row, SessionsEnded::Replaced, context)
            .await?;
    }
    Ok(())
}

/// The living session of this backend that an access token proves. The secret of a session proves it after
/// its own expiry, too, but not after it was revoked.
pub(super) async fn by_access<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    token: &PresentedToken<U::Id>,
) -> Result<Option<StoredSession>, Unavailable> {
    let sessions = accounts.session_settings()?;
    match token {
        PresentedToken::Session(secret) => {
            let row = accounts.living_session(backend.name(), &secret.id).await?;
            Ok(match row {
                Some(row) if sessions.was_access_secret(&row, &secret.secret)? => Some(row),
                _ => None,
            })
        }
        PresentedToken::SelfContained(Subject {
            id: user,
            session: Some(id),
            epoch,
            generation,
            ..
        }) => {
            let owner = sessions.owner(user)?;
            let row = accounts.living_session(backend.name(), id).await?;
            Ok(match row.filter(|row| row.owner == owner) {
                Some(row) if Sessions::accepts_token(&row, *epoch, *generation)? => Some(row),
                _ => None,
            })
        }
        PresentedToken::SelfContained(_) => Ok(None),
    }
}

/// The living session of this backend that a refresh token proves, spent or not.
pub(super) async fn by_refresh<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    token: &RefreshToken,
) -> Result<Option<StoredSession>, Unavailable> {
    let sessions = accounts.session_settings()?;
    let row = accounts.living_session(backend.name(), &token.id).await?;
    Ok(match row {
        Some(row) if sessions.is_of_family(&row, token)? => Some(row),
        _ => None,
    })
}
