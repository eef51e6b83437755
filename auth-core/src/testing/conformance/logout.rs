//! `POST A/logout`.

use super::expected::Expected;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;

group!("logout": ends_this_token_only, asks_for_a_token);

/// A7.4.1: the token is dead at once, and no other one is. A second logout has nothing to end.
async fn ends_this_token_only(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    stage.user("ada@example.com").await;
    let (first, second) = (
        stage.token("ada@example.com").await,
        stage.token("ada@example.com").await,
    );
    let logout = WireRequest::new("POST", "/auth/logout").bearer(&first);
    stage.expect(logout.clone(), Expected::empty(204)).await;
    stage.check(
        stage.raised(EventKind::TokenRevoked),
        "the event of a logout",
    );
    stage.check(!stage.accepts(&first).await, "the token is dead");
    stage.check(stage.accepts(&second).await, "the other one lives");
    stage.expect(logout, Expected::unauthenticated(true)).await;
}

/// A logout without a valid token is refused.
async fn asks_for_a_token(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let logout = WireRequest::new("POST", "/auth/logout");
    stage
        .expect(logout.clone(), Expected::unauthenticated(false))
        .await;
    let bad = logout.bearer("not.a.token");
    stage.expect(bad, Expected::unauthenticated(true)).await;
}
