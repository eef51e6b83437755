//! A login that is refused: its event and its hook.

use super::LoginError;
use crate::accounts::{Accounts, LoginFailure, Refusal};
use crate::context::Context;
use crate::event::{AuthEvent, EventKind, LoginRefusal};
use crate::user::AuthUser;

/// Why a login is refused.
#[derive(Debug, Clone)]
pub(super) enum Reason {
    BadCredentials,
    Inactive,
    NotVerified,
    /// The account was changed or deleted after the check.
    Outdated,
    /// The user has as many sessions as allowed.
    SessionLimit,
    Application(Refusal),
}

impl Reason {
    fn of_event(&self) -> LoginRefusal {
        match self {
            Self::BadCredentials | Self::Outdated => LoginRefusal::BadCredentials,
            Self::Inactive => LoginRefusal::Inactive,
            Self::NotVerified => LoginRefusal::NotVerified,
            Self::SessionLimit => LoginRefusal::SessionLimit,
            Self::Application(_) => LoginRefusal::Application,
        }
    }

    fn failure<'a, U>(&'a self, user: Option<&'a U>) -> LoginFailure<'a, U> {
        match (user, self) {
            (None, _) => LoginFailure::UnknownUser,
            (Some(user), Self::BadCredentials) => LoginFailure::WrongPassword(user),
            (Some(user), Self::Outdated) => LoginFailure::Outdated(user),
            (Some(user), Self::Inactive) => LoginFailure::Inactive(user),
            (Some(user), Self::NotVerified) => LoginFailure::NotVerified(user),
            (Some(user), Self::SessionLimit) => LoginFailure::TooManySessions(user),
            (Some(user), Self::Application(refusal)) => LoginFailure::Refused { user, refusal },
        }
    }
}

impl From<Reason> for LoginError {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::BadCredentials | Reason::Outdated => Self::BadCredentials,
            Reason::Inactive => Self::Inactive,
            Reason::NotVerified => Self::NotVerified,
            Reason::SessionLimit => Self::TooManySessions,
            Reason::Application(refusal) => Self::Refused(refusal),
        }
    }
}

/// Raises the event, and runs the hook after the reply: the hook must not make the failure of a known
/// user slower than that of an unknown one. The hook is left out while too much work is under way.
pub(super) fn refused<U: AuthUser>(
    accounts: &Accounts<U>,
    user: Option<U>,
    reason: Reason,
    context: &Context,
) {
    let mut event = AuthEvent::new(EventKind::LoginFailed, context).with_data(reason.of_event());
    event.user = user.as_ref().map(|user| user.id().to_string().into());
    accounts.raise(event);
    let Ok(place) = accounts.background().place() else {
        return;
    };
    let (accounts, context) = (accounts.clone(), context.clone());
    place.run(async move {
        let failure = reason.failure(user.as_ref());
        let hook = accounts.hooks().on_after_login_failed(failure, &context);
        accounts
            .after_maybe("on_after_login_failed", user.as_ref(), &context, hook)
            .await;
    });
}
