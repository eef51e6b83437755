//! The pipeline of a login: every way in ends here, and no other code starts a session.

use super::refused::{Reason, refused};
use super::replace::{self, Replaced};
use super::{
    AuthProof, IssuedTokens, LoginError, LoginStep, PendingLogin, PresentedTokens, issue, limit,
    password,
};
use crate::accounts::{Accounts, Refused};
use crate::backend::Backend;
use crate::context::Context;
use crate::event::EventKind;
use crate::user::AuthUser;

/// Logs a proven user in.
///
/// The order of the steps is a rule of security: nothing is written before every check has passed.
pub(crate) async fn log_in<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    mut proof: AuthProof<U>,
    replaced: PresentedTokens<'_>,
    context: &Context,
) -> Result<LoginStep<U>, LoginError> {
    let context = context.clone().with_backend(backend.shared_name());
    // 1. Limits: there are none yet. They are asked first.
    // 2. The proof.
    if !proof.is_for(accounts.id()) {
        return Err(LoginError::ForeignProof);
    }
    if !proof.is_recent(accounts.now()) {
        proof.set_user(current(accounts, proof.user(), &context).await?);
    }
    // 3. The state of the account, and 4. the decision of the application.
    check_user(accounts, proof.user(), &context).await?;
    // 5. The second factor.
    if let Some(pending) = second_factor_due(&proof) {
        return Ok(LoginStep::SecondFactor(pending));
    }
    let replaced = replace::find(accounts, backend, replaced).await?;
    // 6. The limit of sessions, also checked after the session is stored: logins run at the same time.
    if backend.has_sessions() && !limit::has_room(accounts, proof.user(), None, &replaced).await? {
        return Err(at_limit(accounts, proof.user(), &context));
    }
    let context = context.identified_as(proof.user().id());
    // From here on something is written, and a client that disconnects stops nothing.
    let (this, backend) = (accounts.clone(), backend.clone());
    accounts
        .background()
        .shielded(async move { finish(&this, &backend, proof, replaced, &context).await })
        .await
        .map(LoginStep::Done)
}

/// Checks whether a proven user may log in.
async fn check_user<U: AuthUser>(
    accounts: &Accounts<U>,
    user: &U,
    context: &Context,
) -> Result<(), LoginError> {
    let checked = match account_state(accounts, user) {
        Ok(()) => {
            let hook = accounts.hooks().on_before_login(user, context);
            accounts
                .ask("on_before_login", Some(user), context, hook)
                .await
        }
        Err(reason) => {
            refused(accounts, Some(user.clone()), reason.clone(), context);
            return Err(reason.into());
        }
    };
    checked.map_err(|error| match error {
        Refused::By(refusal) => {
            let reason = Reason::Application(refusal);
            refused(accounts, Some(user.clone()), reason.clone(), context);
            reason.into()
        }
        Refused::Unavailable(error) => error.into(),
    })
}

/// Reads the user of a proof again, because the account may have changed since the check. A change
/// that ends logins (epoch) ends proofs, too.
///
/// A login right after the check is not read again: a refusal after a correct password must cost what a
/// wrong password costs. What changes in between ends the session by the epoch.
async fn current<U: AuthUser>(
    accounts: &Accounts<U>,
    proven: &U,
    context: &Context,
) -> Result<U, LoginError> {
    let user = accounts.get(proven.id()).await?;
    user.filter(|user| user.epoch() == proven.epoch())
        .ok_or_else(|| {
            refused(accounts, Some(proven.clone()), Reason::Outdated, context);
            Reason::Outdated.into()
        })
}

fn account_state<U: AuthUser>(accounts: &Accounts<U>, user: &U) -> Result<(), Reason> {
    if !user.is_active() {
        Err(Reason::Inactive)
    } else if accounts.requires_verification() && !user.is_verified() {
        Err(Reason::NotVerified)
    } else {
        Ok(())
    }
}

fn at_limit<U: AuthUser>(accounts: &Accounts<U>, user: &U, context: &Context) -> LoginError {
    refused(accounts, Some(user.clone()), Reason::SessionLimit, context);
    Reason::SessionLimit.into()
}

/// Decides whether the user has to prove a second factor before the session starts. There are no
/// second factors yet.
fn second_factor_due<U>(_: &AuthProof<U>) -> Option<PendingLogin> {
    None
}

/// Writes the session and everything that follows it.
async fn finish<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    mut proof: AuthProof<U>,
    replaced: Vec<Replaced>,
    context: &Context,
) -> Result<IssuedTokens<U>, LoginError> {
    if let Some(outdated) = proof.take_outdated() {
        password::rehash(accounts, proof.user(), &outdated, context).await;
    }
    // 7. The session and its tokens.
    let issued = issue::issue(accounts, backend, proof, context).await?;
    // 8. The end of the session that this login replaces, and of those beyond the limit.
    if let Err(error) = end_others(accounts, &issued, replaced, context).await {
        issue::take_back(accounts, &issued, context).await;
        return Err(error);
    }
    // 9. Events.
    for kind in [EventKind::LoginSucceeded, EventKind::TokenIssued] {
        accounts.raise_for(kind, &issued.user, context);
    }
    // 10. Hooks.
    let hook = accounts.hooks().on_after_login(&issued.user, context);
    accounts
        .after("on_after_login", &issued.user, context, hook)
        .await;
    Ok(issued)
}

/// Ends the sessions that must not live beside a new one.
async fn end_others<U: AuthUser>(
    accounts: &Accounts<U>,
    issued: &IssuedTokens<U>,
    replaced: Vec<Replaced>,
    context: &Context,
) -> Result<(), LoginError> {
    let (user, own) = (&issued.user, issued.session.as_ref());
    if own.is_some() && !limit::has_room(accounts, user, own, &replaced).await? {
        return Err(at_limit(accounts, user, context));
    }
    replace::end(accounts, replaced, context).await?;
    if own.is_some() {
        limit::end_oldest(accounts, user, context).await?;
    }
    Ok(())
}
