//! `GET U/me` and `PATCH U/me`.

use serde_json::json;

use super::expected::Expected;
use super::fixture::{WRONG_PASSWORD, columns};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::testing::PASSWORD;

group!("me": shows_the_caller, nothing_to_change, refusals, field_errors);

/// The public form of the caller, and nothing else.
async fn shows_the_caller(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.verified("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    let me = WireRequest::get("/users/me");
    case.expect(me.clone().bearer(&token), Expected::user(200, &user))
        .await;
    let query = WireRequest::get("/users/me?id=1&access_token=x").bearer(&token);
    case.expect(query, Expected::user(200, &user)).await;
    case.expect(me, Expected::unauthenticated(false)).await;
    let change = WireRequest::patch("/users/me", &json!({}));
    case.expect(change, Expected::unauthenticated(false)).await;
}

/// An empty change, and the same address again, change nothing and end nothing.
async fn nothing_to_change(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.verified("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    for body in [
        json!({}),
        json!({"email": "ADA@example.com"}),
        json!({"current_password": WRONG_PASSWORD}),
        json!({"email": null, "current_password": null}),
    ] {
        let request = WireRequest::patch("/users/me", &body).bearer(&token);
        case.expect(request, Expected::user(200, &user)).await;
    }
    case.same("the row", case.row_text(&user).await, columns(&user));
    case.check(case.accepts(&token).await, "the token lives");
}

/// Without the right password nothing changes, and a taken address is told only to who has it.
async fn refusals(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    case.user("eve@example.com").await;
    let token = case.token("ada@example.com").await;
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
        case.expect(request, expected).await;
    }
    case.same("the row", case.row_text(&user).await, columns(&user));
    case.check(case.accepts(&token).await, "the token lives");
}

async fn field_errors(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
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
        case.expect(request, Expected::invalid(&faults)).await;
    }
}
