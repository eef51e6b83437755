//! The limit of the sessions of a user: a login at the limit is refused, or ends the oldest session.

use super::replace::Replaced;
use crate::accounts::Accounts;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::SessionsEnded;
use crate::session::{SessionId, Sessions};
use crate::store::{SessionPage, StoredSession};
use crate::user::AuthUser;

/// The number of sessions beyond the limit that are read at once.
const BATCH: u16 = 100;

/// The number of such batches that one login ends: a limit that is new may find thousands of sessions.
const BATCHES: u32 = 10;

/// Returns whether the user may have one more session, beside `own` and without those that the login replaces.
pub(super) async fn has_room<U: AuthUser>(
    accounts: &Accounts<U>,
    user: &U,
    own: Option<&SessionId>,
    replaced: &[Replaced],
) -> Result<bool, Unavailable> {
    let Some(limit) = accounts.session_limit(Sessions::refuses_from) else {
        return Ok(true);
    };
    let limit = usize::from(limit);
    let read = limit.saturating_add(replaced.len()).saturating_add(1);
    let rows = newest(accounts, user, read).await?;
    let counts = |row: &&StoredSession| {
        Some(&row.id) != own && !replaced.iter().any(|replaced| replaced.is(&row.id))
    };
    Ok(rows.iter().filter(counts).count() < limit)
}

/// Ends the sessions beyond the limit, which were not used for the longest time. Every login calls it after its own
/// session was stored, and all of them see the same order: when the last one returns, the limit holds.
pub(super) async fn end_oldest<U: AuthUser>(
    accounts: &Accounts<U>,
    user: &U,
    context: &Context,
) -> Result<(), Unavailable> {
    let Some(limit) = accounts.session_limit(Sessions::ends_beyond) else {
        return Ok(());
    };
    let limit = usize::from(limit);
    for _ in 0..BATCHES {
        let read = limit.saturating_add(usize::from(BATCH));
        let rows = newest(accounts, user, read).await?;
        let is_last = rows.len() < read;
        for row in rows.iter().skip(limit) {
            accounts
                .delete_session_row(row, SessionsEnded::Limit, context)
                .await?;
        }
        if is_last {
            break;
        }
    }
    Ok(())
}

/// Returns the living sessions that were used last.
async fn newest<U: AuthUser>(
    accounts: &Accounts<U>,
    user: &U,
    count: usize,
) -> Result<Vec<StoredSession>, Unavailable> {
    let sessions = accounts.session_settings()?;
    let page = SessionPage::first(u32::try_from(count).unwrap_or(u32::MAX));
    let owner = sessions.owner(user.id())?;
    let rows = sessions
        .store()
        .sessions_of(&owner, user.epoch(), accounts.now(), page);
    Ok(rows.await?)
}
