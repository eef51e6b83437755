//! `POST A/logout`.

use super::expected::Expected;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;

group!("logout": ends_this_token_only, requires_a_token);

/// A7.4.1: the token is refused at once, other tokens stay valid. A second logout is refused.
async fn ends_this_token_only(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let (first, second) = (
        case.token("ada@example.com").await,
        case.token("ada@example.com").await,
    );
    let logout = WireRequest::new("POST", "/auth/logout").bearer(&first);
    case.expect(logout.clone(), Expected::empty(204)).await;
    case.check(
        case.raised(EventKind::TokenRevoked),
        "the event of a logout",
    );
    case.check(!case.accepts(&first).await, "the token is dead");
    case.check(case.accepts(&second).await, "the other one lives");
    case.expect(logout, Expected::unauthenticated(true)).await;
}

/// A logout without a valid token is refused.
async fn requires_a_token(run: &CaseRun<'_>) {
    let case = run.case().await;
    let logout = WireRequest::new("POST", "/auth/logout");
    case.expect(logout.clone(), Expected::unauthenticated(false))
        .await;
    let bad = logout.bearer("not.a.token");
    case.expect(bad, Expected::unauthenticated(true)).await;
}
