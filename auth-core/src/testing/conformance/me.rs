//! `GET U/me` and `PATCH U/me`.

use serde_json::json;

use super::expected::Expected;
use super::fixture::{WRONG_PASSWORD, columns};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::testing::{PASSWORD, email};

group!("me": shows_the_caller, nothing_to_change, moves_the_address, refusals, field_errors);

/// The public form of the caller, and nothing else.
async fn shows_the_caller(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let user = stage.verified("ada@example.com").await;
    let token = stage.token("ada@example.com").await;
    let me = WireRequest::get("/users/me");
    stage
        .expect(me.clone().bearer(&token), Expected::user(200, &user))
        .await;
    let query = WireRequest::get("/users/me?id=1&access_token=x").bearer(&token);
    stage.expect(query, Expected::user(200, &user)).await;
    stage.expect(me, Expected::unauthenticated(false)).await;
    let change = WireRequest::patch("/users/me", &json!({}));
    stage.expect(change, Expected::unauthenticated(false)).await;
}

/// An empty change, and the same address again, change nothing and end nothing.
async fn nothing_to_change(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let user = stage.verified("ada@example.com").await;
    let token = stage.token("ada@example.com").await;
    for body in [
        json!({}),
        json!({"email": "ADA@example.com"}),
        json!({"current_password": WRONG_PASSWORD}),
        json!({"email": null, "current_password": null}),
    ] {
        let request = WireRequest::patch("/users/me", &body).bearer(&token);
        stage.expect(request, Expected::user(200, &user)).await;
    }
    stage.same("the row", stage.row_text(&user).await, columns(&user));
    stage.check(stage.accepts(&token).await, "the token lives");
}

/// With the right password the address moves; it is unproven then, and every token is dead.
async fn moves_the_address(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let mut user = stage.verified("ada@example.com").await;
    let token = stage.token("ada@example.com").await;
    let body = json!({"email": "Ada2@example.com", "current_password": PASSWORD});
    user.account.email = email("ada2@example.com");
    user.account.is_verified = false;
    let request = WireRequest::patch("/users/me", &body).bearer(&token);
    stage.expect(request, Expected::user(200, &user)).await;
    stage.check(stage.raised(EventKind::EmailChanged), "the event");
    stage.check(!stage.accepts(&token).await, "the token is dead");
    stage.check(
        !stage.logs_in("ada@example.com", PASSWORD).await,
        "the old address",
    );
    stage.check(
        stage.logs_in("ada2@example.com", PASSWORD).await,
        "the new address",
    );
}

/// Without the right password nothing changes, and a taken address is told only to who has it.
async fn refusals(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let user = stage.user("ada@example.com").await;
    stage.user("eve@example.com").await;
    let token = stage.token("ada@example.com").await;
    let bad = || Expected::problem(400, "LOGIN_BAD_CREDENTIALS");
    for (body, expected) in [
        (json!({"email": "new@example.com"}), bad()),
        (
            json!({"email": "new@example.com", "current_password": WRONG_PASSWORD}),
            bad(),
        ),
        (
            json!({"email": "eve@example.com", "current_password": WRONG_PASSWORD}),
            bad(),
        ),
        (json!({"email": "eve@example.com"}), bad()),
        (
            json!({"email": "EVE@example.com", "current_password": PASSWORD}),
            Expected::problem(400, "UPDATE_USER_EMAIL_ALREADY_EXISTS"),
        ),
    ] {
        let request = WireRequest::patch("/users/me", &body).bearer(&token);
        stage.expect(request, expected).await;
    }
    stage.same("the row", stage.row_text(&user).await, columns(&user));
    stage.check(stage.accepts(&token).await, "the token lives");
}

async fn field_errors(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    stage.user("ada@example.com").await;
    let token = stage.token("ada@example.com").await;
    let long = "x".repeat(129);
    for (body, faults) in [
        (json!({"email": ""}), [("email", "too_short")]),
        (json!({"email": "x"}), [("email", "invalid")]),
        (json!({"email": "x".repeat(321)}), [("email", "too_long")]),
        (
            json!({"current_password": ""}),
            [("current_password", "too_short")],
        ),
        (
            json!({"current_password": long}),
            [("current_password", "too_long")],
        ),
        (json!({"password": PASSWORD}), [("password", "unknown")]),
    ] {
        let request = WireRequest::patch("/users/me", &body).bearer(&token);
        stage.expect(request, Expected::invalid(&faults)).await;
    }
}
