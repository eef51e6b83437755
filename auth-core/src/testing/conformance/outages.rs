//! Stores that cannot answer: 503 everywhere, never "not logged in", and nothing is lost.

use serde_json::json;

use super::cookies::{OURS, browser_case, log_in, me};
use super::expected::Expected;
use super::fixture::columns;
use super::jar::Jar;
use super::routes::{Actors, Needs};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::testing::PASSWORD;

group!("outages": all_stores_are_down, users_are_down, expiring_store_is_down, session_store_is_down,
    failed_rotation_keeps_the_token);

fn unavailable() -> Expected {
    Expected::problem(503, "SERVICE_UNAVAILABLE")
}

/// B-25, A16.5.1: every route answers with the same bytes, and afterwards everything is as it was.
async fn all_stores_are_down(run: &CaseRun<'_>) {
    let case = run.case().await;
    let actors = Actors::on(&case).await;
    case.user_faults.fail(true);
    case.expiring_faults.fail(true);
    for row in actors.rows() {
        case.expect(row.request(&actors.admin_token), unavailable())
            .await;
    }
    case.wait_idle().await;
    case.user_faults.fail(false);
    case.expiring_faults.fail(false);
    for user in [&actors.user, &actors.admin] {
        case.same("the row", case.row_text(user).await, columns(user));
    }
    case.check(
        case.accepts(&actors.admin_token).await,
        "the token is good again",
    );
    for row in actors
        .rows()
        .iter()
        .filter(|row| row.needs == Needs::Nothing)
    {
        let reply = case.send(&row.request("")).await;
        // The proof comes first; the reset that follows it is still good.
        case.check(
            reply.status < 300,
            &format!("{} works again: {reply}", row.target),
        );
        if row.target.ends_with("reset-password") {
            break;
        }
    }
}

/// A16.5.2, A16.3.4: requests for mails are answered before the user store is called, so the replies are
/// equal whether the user exists or not, and whether the store can answer or not.
async fn users_are_down(run: &CaseRun<'_>) {
    let case = run.case().await;
    let actors = Actors::on(&case).await;
    case.user_faults.fail(true);
    for row in actors.rows() {
        let asks =
            row.target.ends_with("forgot-password") || row.target.ends_with("request-verify-token");
        let expected = if asks {
            Expected::empty(202)
        } else {
            unavailable()
        };
        case.expect(row.request(&actors.admin_token), expected)
            .await;
    }
    case.wait_idle().await;
    case.check(
        case.raised(EventKind::ServiceUnavailable),
        "what failed after the reply is raised",
    );
}

/// A token whose revocation cannot be looked up is neither valid nor invalid; a logout that cannot be
/// recorded is an error.
async fn expiring_store_is_down(run: &CaseRun<'_>) {
    let case = run.case().await;
    let actors = Actors::on(&case).await;
    case.expiring_faults.fail(true);
    for row in actors.rows() {
        if row.target.ends_with("/login") {
            let reply = case.send(&row.request("")).await;
            case.check(reply.status < 300, "it needs no such store");
        } else {
            case.expect(row.request(&actors.admin_token), unavailable())
                .await;
        }
    }
    case.expiring_faults.fail(false);
    case.check(
        case.accepts(&actors.admin_token).await,
        "it was not logged out",
    );
}

/// While the session store fails, no user is logged in and no user is logged out: no cookie is
/// cleared, no refresh token is spent, and a logout is an error.
async fn session_store_is_down(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let login = WireRequest::post("/auth/api/login", &body);
    let reply = case.expect(login.clone(), Expected::in_session()).await;
    let (access, token) = (reply.text("access_token"), reply.text("refresh_token"));
    let refresh = WireRequest::post("/auth/api/refresh", &json!({ "refresh_token": token }));
    let ours = |method: &str, target: &str| {
        jar.send(WireRequest::new(method, target).header(OURS.0, OURS.1))
    };
    let id = "0d6f3a52-7c1e-4a86-9b1f-5e2c8d7a4b10";
    case.session_faults.fail(true);
    for request in [
        login,
        refresh.clone(),
        WireRequest::get("/users/me").bearer(&access),
        WireRequest::new("POST", "/auth/api/logout").bearer(&access),
        me(&jar),
        ours("POST", "/auth/logout"),
        ours("POST", "/auth/refresh"),
        ours("GET", "/auth/sessions"),
        ours("DELETE", &format!("/auth/sessions/{id}")),
        ours("POST", "/auth/sessions/revoke-others"),
    ] {
        case.expect(request, unavailable()).await;
    }
    case.session_faults.fail(false);
    case.expect(me(&jar), Expected::user(200, &user)).await;
    case.check(case.accepts(&access).await, "the token is good again");
    case.expect(refresh, Expected::in_session()).await;
    case.check(
        !case.raised(EventKind::TokenReused),
        "nothing was used twice",
    );
}

/// A2.3.3: a rotation that fails before its write leaves the token valid, and raises no event.
async fn failed_rotation_keeps_the_token(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let login = WireRequest::post("/auth/api/login", &body);
    let token = case
        .expect(login, Expected::in_session())
        .await
        .text("refresh_token");
    let refresh = || WireRequest::post("/auth/api/refresh", &json!({ "refresh_token": token }));
    let told = case.events.kinds().len();
    // The first call finds the session, the second reads it again, the third would write it.
    for calls in 0..3 {
        case.session_faults.fail_after(calls);
        case.expect(refresh(), unavailable()).await;
        case.session_faults.fail(false);
        case.same("what was told", case.events.kinds().len(), told);
    }
    case.clock.advance(time::Duration::MINUTE);
    case.expect(refresh(), Expected::in_session()).await;
}
