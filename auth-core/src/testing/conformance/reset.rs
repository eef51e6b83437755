//! `POST A/forgot-password` and `POST A/reset-password`.

use serde_json::json;
use time::Duration;

use super::expected::Expected;
use super::fixture::NEW_PASSWORD;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::store::{Precondition, UserChange};
use crate::testing::PASSWORD;

group!("reset": everybody_gets_the_same, replaces_once, superseded, ended_by_changes, late_and_strange,
    refused_password_keeps_the_token, asking_changes_nothing, field_errors);

fn reset(token: &str, password: &str) -> WireRequest {
    let body = json!({"token": token, "password": password});
    WireRequest::post("/auth/reset-password", &body)
}

fn forgot(address: &str) -> WireRequest {
    WireRequest::post("/auth/forgot-password", &json!({ "email": address }))
}

fn bad_token() -> Expected {
    Expected::problem(400, "RESET_PASSWORD_BAD_TOKEN")
}

/// C-FP-01: known, unknown and inactive addresses get the same bytes; a token goes to the known one.
async fn everybody_gets_the_same(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    stage.user("ada@example.com").await;
    let gone = stage.user("gone@example.com").await;
    let off = UserChange {
        is_active: Some(false),
        ..UserChange::default()
    };
    let written = stage
        .users
        .update(&gone.id, off, Precondition::anything())
        .await;
    stage.check(written.is_ok(), "the account is off");
    for address in ["ada@example.com", "gone@example.com", "nobody@example.com"] {
        stage.expect(forgot(address), Expected::empty(202)).await;
    }
    stage.wait_idle().await;
    let items = stage.outbox.items();
    let mailed: Vec<_> = items.iter().filter(|item| item.kind == "reset").collect();
    stage.same("tokens", mailed.len(), 1);
    stage.check(
        stage.outbox.latest("reset", "ada@example.com").is_some(),
        "the owner's",
    );
}

/// C-FP-03, C-FP-06, B-02: once; it ends what the user holds, sets no cookie and starts no session.
async fn replaces_once(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let user = stage.user("ada@example.com").await;
    let access = stage.token("ada@example.com").await;
    let token = stage.reset_token("ada@example.com").await;
    let shown = Expected::user(200, &user);
    stage.expect(reset(&token, NEW_PASSWORD), shown).await;
    stage.check(stage.raised(EventKind::PasswordReset), "the event");
    stage.check(
        !stage.accepts(&access).await,
        "the old access token is dead",
    );
    stage.check(
        !stage.logs_in("ada@example.com", PASSWORD).await,
        "the old password",
    );
    stage.check(
        stage.logs_in("ada@example.com", NEW_PASSWORD).await,
        "the new password",
    );
    stage
        .expect(reset(&token, "yet another long phrase"), bad_token())
        .await;
    stage.check(
        stage.logs_in("ada@example.com", NEW_PASSWORD).await,
        "still the new password",
    );
}

/// C-FP-07: a later request makes earlier tokens worthless.
async fn superseded(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    stage.user("ada@example.com").await;
    let first = stage.reset_token("ada@example.com").await;
    let second = stage.reset_token("ada@example.com").await;
    stage.expect(reset(&first, NEW_PASSWORD), bad_token()).await;
    let reply = stage.send(&reset(&second, NEW_PASSWORD)).await;
    stage.same("the later token", reply.status, 200);
}

/// C-FP-07: a change of password or address makes every token worthless.
async fn ended_by_changes(trial: &CaseRun<'_>) {
    for (method, path, body) in [
        (
            "PATCH",
            "/users/me",
            json!({"email": "ada2@example.com", "current_password": PASSWORD}),
        ),
        (
            "POST",
            "/users/me/change-password",
            json!({
            "current_password": PASSWORD, "new_password": "quite another phrase"}),
        ),
    ] {
        let stage = trial.stage().await;
        let user = stage.user("ada@example.com").await;
        let token = stage.reset_token("ada@example.com").await;
        let access = stage.token("ada@example.com").await;
        let change = WireRequest::new(method, path).bearer(&access).json(&body);
        let reply = stage.send(&change).await;
        stage.check(reply.status < 300, "the change");
        let before = stage.row_text(&user).await;
        stage.expect(reset(&token, NEW_PASSWORD), bad_token()).await;
        stage.same("the row", stage.row_text(&user).await, before);
    }
}

/// C-FP-03: late, tampered, of another purpose, of an inactive or deleted user: one answer.
async fn late_and_strange(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let user = stage.user("ada@example.com").await;
    let access = stage.token("ada@example.com").await;
    let verify = stage.verify_token("ada@example.com").await;
    let token = stage.reset_token("ada@example.com").await;
    for other in [
        access,
        verify,
        format!("{token}A"),
        token.to_uppercase(),
        "x".into(),
    ] {
        stage.expect(reset(&other, NEW_PASSWORD), bad_token()).await;
    }
    stage.clock.advance(Duration::minutes(61));
    stage.expect(reset(&token, NEW_PASSWORD), bad_token()).await;
    let token = stage.reset_token("ada@example.com").await;
    let off = UserChange {
        is_active: Some(false),
        ..UserChange::default()
    };
    let written = stage
        .users
        .update(&user.id, off, Precondition::anything())
        .await;
    stage.check(written.is_ok(), "the account is off");
    stage.expect(reset(&token, NEW_PASSWORD), bad_token()).await;
    let gone = stage
        .users
        .delete(&user.id, Precondition::anything(), None)
        .await;
    stage.check(gone.is_ok(), "the user is gone");
    stage.expect(reset(&token, NEW_PASSWORD), bad_token()).await;
    stage.check(stage.raised(EventKind::PasswordResetFailed), "the event");
}

/// C-FP-08: the policy of registration holds; a password that it refuses does not spend the token.
async fn refused_password_keeps_the_token(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let user = stage.user("ada@example.com").await;
    let token = stage.reset_token("ada@example.com").await;
    let before = stage.row_text(&user).await;
    for password in ["password1234", "short", "ada@example.com", "Qwerty123456"] {
        let refused = Expected::problem(400, "RESET_PASSWORD_INVALID_PASSWORD");
        stage.expect(reset(&token, password), refused).await;
    }
    stage.same("the row", stage.row_text(&user).await, before);
    let reply = stage.send(&reset(&token, NEW_PASSWORD)).await;
    stage.same("the token", reply.status, 200);
}

/// C-FP-04: requests for a reset do not change the account.
async fn asking_changes_nothing(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let user = stage.user("ada@example.com").await;
    let access = stage.token("ada@example.com").await;
    let before = stage.row_text(&user).await;
    for _ in 0..50 {
        stage
            .expect(forgot("ada@example.com"), Expected::empty(202))
            .await;
    }
    stage.wait_idle().await;
    stage.same("the row", stage.row_text(&user).await, before);
    stage.check(stage.accepts(&access).await, "the access token");
    stage.check(
        stage.logs_in("ada@example.com", PASSWORD).await,
        "the password",
    );
}

async fn field_errors(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let (long, long_password) = ("x".repeat(2049), "x".repeat(129));
    for (path, body, faults) in [
        (
            "/auth/forgot-password",
            json!({}),
            &[("email", "missing")][..],
        ),
        (
            "/auth/forgot-password",
            json!({"email": "x"}),
            &[("email", "invalid")],
        ),
        (
            "/auth/reset-password",
            json!({}),
            &[("token", "missing"), ("password", "missing")],
        ),
        (
            "/auth/reset-password",
            json!({"token": "", "password": PASSWORD}),
            &[("token", "too_short")],
        ),
        (
            "/auth/reset-password",
            json!({"token": long, "password": PASSWORD}),
            &[("token", "too_long")],
        ),
        (
            "/auth/reset-password",
            json!({"token": "x", "password": ""}),
            &[("password", "too_short")],
        ),
        (
            "/auth/reset-password",
            json!({"token": "x", "password": long_password}),
            &[("password", "too_long")],
        ),
    ] {
        let request = WireRequest::post(path, &body);
        stage.expect(request, Expected::invalid(faults)).await;
    }
}
