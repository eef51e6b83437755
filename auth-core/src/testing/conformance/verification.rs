//! `POST A/verify` and `POST A/request-verify-token`.

use serde_json::json;
use time::Duration;

use super::expected::Expected;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::testing::PASSWORD;

group!("verification": proves_once, already_verified, bad_tokens, bound_to_the_address, requests, field_errors);

fn verify(token: &str) -> WireRequest {
    WireRequest::post("/auth/verify", &json!({ "token": token }))
}

fn bad_token() -> Expected {
    Expected::problem(400, "VERIFY_USER_BAD_TOKEN")
}

/// B-02: a token proves the address once.
async fn proves_once(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let mut user = stage.user("ada@example.com").await;
    let token = stage.verify_token("ada@example.com").await;
    user.account.is_verified = true;
    stage
        .expect(verify(&token), Expected::user(200, &user))
        .await;
    stage.check(stage.raised(EventKind::UserVerified), "the event");
    let again = Expected::problem(400, "VERIFY_USER_ALREADY_VERIFIED");
    stage.expect(verify(&token), again).await;
    // Spent stays spent, also when the proof is taken back.
    let unproven = crate::store::UserChange {
        is_verified: Some(false),
        ..crate::store::UserChange::default()
    };
    let written = stage
        .users
        .update(&user.id, unproven, crate::store::Precondition::anything())
        .await;
    stage.check(written.is_ok(), "unproven again");
    stage.expect(verify(&token), bad_token()).await;
}

/// A second token for a proven address says that there is nothing to do.
async fn already_verified(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    stage.user("ada@example.com").await;
    let (first, second) = (
        stage.verify_token("ada@example.com").await,
        stage.verify_token("ada@example.com").await,
    );
    stage.same("the first", stage.send(&verify(&first)).await.status, 200);
    let again = Expected::problem(400, "VERIFY_USER_ALREADY_VERIFIED");
    stage.expect(verify(&second), again).await;
}

/// Late, tampered, of another purpose, of a user who is gone: one answer.
async fn bad_tokens(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let user = stage.user("ada@example.com").await;
    let access = stage.token("ada@example.com").await;
    let reset = stage.reset_token("ada@example.com").await;
    let token = stage.verify_token("ada@example.com").await;
    for other in [
        access,
        reset,
        format!("{token}A"),
        token.to_uppercase(),
        "x".into(),
        "a.b.c".into(),
    ] {
        stage.expect(verify(&other), bad_token()).await;
    }
    stage.clock.advance(Duration::minutes(61));
    stage.expect(verify(&token), bad_token()).await;
    let token = stage.verify_token("ada@example.com").await;
    let gone = stage
        .users
        .delete(&user.id, crate::store::Precondition::anything(), None)
        .await;
    stage.check(gone.is_ok(), "the user is gone");
    stage.expect(verify(&token), bad_token()).await;
    stage.check(stage.raised(EventKind::VerificationFailed), "the event");
}

/// B-05: a token proves the address that it was mailed to, and no other.
async fn bound_to_the_address(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let user = stage.user("ada@example.com").await;
    let old = stage.verify_token("ada@example.com").await;
    let token = stage.token("ada@example.com").await;
    let body = json!({"email": "ada2@example.com", "current_password": PASSWORD});
    let change = WireRequest::patch("/users/me", &body).bearer(&token);
    stage.same("the change", stage.send(&change).await.status, 200);
    stage.expect(verify(&old), bad_token()).await;
    let unproven = stage
        .row(&user)
        .await
        .is_some_and(|user| !user.account.is_verified);
    stage.check(unproven, "the new address is unproven");
    let fresh = stage
        .outbox
        .latest("verify", "ada2@example.com")
        .unwrap_or_default();
    stage.same(
        "the new token",
        stage.send(&verify(&fresh)).await.status,
        200,
    );
}

/// Every request gets 202; a mail is sent only where it helps.
async fn requests(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    stage.user("ada@example.com").await;
    stage.verified("eve@example.com").await;
    for address in ["ada@example.com", "eve@example.com", "nobody@example.com"] {
        let request = WireRequest::post("/auth/request-verify-token", &json!({ "email": address }));
        stage.expect(request, Expected::empty(202)).await;
    }
    stage.wait_idle().await;
    let mailed: Vec<_> = stage
        .outbox
        .items()
        .into_iter()
        .map(|item| item.email)
        .collect();
    stage.same("mails", mailed, vec!["ada@example.com".to_owned()]);
}

async fn field_errors(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let long = "x".repeat(2049);
    for (path, body, faults) in [
        ("/auth/verify", json!({}), [("token", "missing")]),
        (
            "/auth/verify",
            json!({"token": ""}),
            [("token", "too_short")],
        ),
        (
            "/auth/verify",
            json!({"token": long}),
            [("token", "too_long")],
        ),
        (
            "/auth/request-verify-token",
            json!({}),
            [("email", "missing")],
        ),
        (
            "/auth/request-verify-token",
            json!({"email": "x"}),
            [("email", "invalid")],
        ),
    ] {
        let request = WireRequest::post(path, &body);
        stage.expect(request, Expected::invalid(&faults)).await;
    }
    let longest = verify(&"x".repeat(2048));
    stage.expect(longest, bad_token()).await;
}
