//! Stores that cannot answer: 503 everywhere, never "not logged in", and nothing is lost.

use serde_json::json;

use super::cookies::{OURS, browser_stage, log_in, me};
use super::expected::Expected;
use super::fixture::columns;
use super::jar::Jar;
use super::routes::{Cast, Needs};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::testing::PASSWORD;

group!("outages": everything_is_down, users_are_down, expiring_store_is_down, session_store_is_down,
    a_fault_before_the_commit);

fn unavailable() -> Expected {
    Expected::problem(503, "SERVICE_UNAVAILABLE")
}

/// B-25: every route answers with the same bytes, and afterwards everything is as it was.
async fn everything_is_down(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let cast = Cast::on(&stage).await;
    stage.user_faults.fail(true);
    stage.expiring_faults.fail(true);
    for row in cast.rows() {
        stage
            .expect(row.request(&cast.admin_token), unavailable())
            .await;
    }
    stage.wait_idle().await;
    stage.user_faults.fail(false);
    stage.expiring_faults.fail(false);
    for user in [&cast.user, &cast.admin] {
        stage.same("the row", stage.row_text(user).await, columns(user));
    }
    stage.check(
        stage.accepts(&cast.admin_token).await,
        "the token is good again",
    );
    for row in cast.rows().iter().filter(|row| row.needs == Needs::Nothing) {
        let reply = stage.send(&row.request("")).await;
        // The proof comes first; the reset that follows it is still good.
        stage.check(
            reply.status < 300,
            &format!("{} works again: {reply}", row.target),
        );
        if row.target.ends_with("reset-password") {
            break;
        }
    }
}

/// Requests for mails are answered before the users are asked, so they are alike whether there is
/// such a user or not, and whether the users can be asked or not.
async fn users_are_down(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let cast = Cast::on(&stage).await;
    stage.user_faults.fail(true);
    for row in cast.rows() {
        let asks =
            row.target.ends_with("forgot-password") || row.target.ends_with("request-verify-token");
        let expected = if asks {
            Expected::empty(202)
        } else {
            unavailable()
        };
        stage.expect(row.request(&cast.admin_token), expected).await;
    }
    stage.wait_idle().await;
    stage.check(
        stage.raised(EventKind::ServiceUnavailable),
        "what failed after the reply is raised",
    );
}

/// A token whose revocation cannot be looked up is neither valid nor invalid; a logout that cannot be
/// recorded is an error.
async fn expiring_store_is_down(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let cast = Cast::on(&stage).await;
    stage.expiring_faults.fail(true);
    for row in cast.rows() {
        if row.target.ends_with("/login") || row.target.ends_with("/register") {
            let reply = stage.send(&row.request("")).await;
            stage.check(reply.status < 300, "it needs no such store");
        } else {
            stage
                .expect(row.request(&cast.admin_token), unavailable())
                .await;
        }
    }
    stage.expiring_faults.fail(false);
    stage.check(
        stage.accepts(&cast.admin_token).await,
        "it was not logged out",
    );
}

/// While the session store fails, no user is logged in and no user is logged out: no cookie is
/// cleared, no refresh token is spent, and a logout is an error.
async fn session_store_is_down(trial: &CaseRun<'_>) {
    let (stage, user) = browser_stage(trial).await;
    let mut jar = Jar::default();
    log_in(&stage, &mut jar).await;
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let login = WireRequest::post("/auth/api/login", &body);
    let reply = stage.expect(login.clone(), Expected::in_session()).await;
    let (access, token) = (reply.text("access_token"), reply.text("refresh_token"));
    let refresh = WireRequest::post("/auth/api/refresh", &json!({ "refresh_token": token }));
    let ours = |method: &str, target: &str| {
        jar.send(WireRequest::new(method, target).header(OURS.0, OURS.1))
    };
    let id = "0d6f3a52-7c1e-4a86-9b1f-5e2c8d7a4b10";
    stage.session_faults.fail(true);
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
        stage.expect(request, unavailable()).await;
    }
    stage.session_faults.fail(false);
    stage.expect(me(&jar), Expected::user(200, &user)).await;
    stage.check(stage.accepts(&access).await, "the token is good again");
    stage.expect(refresh, Expected::in_session()).await;
    stage.check(
        !stage.raised(EventKind::TokenReused),
        "nothing was used twice",
    );
}

/// B-01: a rotation that fails before it is written leaves the token as it was, and tells of nothing.
async fn a_fault_before_the_commit(trial: &CaseRun<'_>) {
    let (stage, _) = browser_stage(trial).await;
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let login = WireRequest::post("/auth/api/login", &body);
    let token = stage
        .expect(login, Expected::in_session())
        .await
        .text("refresh_token");
    let refresh = || WireRequest::post("/auth/api/refresh", &json!({ "refresh_token": token }));
    let told = stage.events.kinds().len();
    // The first call finds the session, the second reads it again, the third would write it.
    for calls in 0..3 {
        stage.session_faults.fail_after(calls);
        stage.expect(refresh(), unavailable()).await;
        stage.session_faults.fail(false);
        stage.same("what was told", stage.events.kinds().len(), told);
    }
    stage.clock.advance(time::Duration::MINUTE);
    stage.expect(refresh(), Expected::in_session()).await;
}
