//! `POST A/verify` and `POST A/request-verify-token`.

use serde_json::json;
use time::Duration;

use super::expected::Expected;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;

group!("verification": proves_once, already_verified, bad_tokens, bound_to_the_address, requests, field_errors);

fn verify(token: &str) -> WireRequest {
    WireRequest::post("/auth/verify", &json!({ "token": token }))
}

fn bad_token() -> Expected {
    Expected::problem(400, "VERIFY_USER_BAD_TOKEN")
}

/// B-02: a token proves the address once.
async fn proves_once(run: &CaseRun<'_>) {
    let case = run.case().await;
    let mut user = case.user("ada@example.com").await;
    let token = case.verify_token("ada@example.com").await;
    user.account.is_verified = true;
    case.expect(verify(&token), Expected::user(200, &user))
        .await;
    case.check(case.raised(EventKind::UserVerified), "the event");
    let again = Expected::problem(400, "VERIFY_USER_ALREADY_VERIFIED");
    case.expect(verify(&token), again).await;
    // Spent stays spent, also when the proof is taken back.
    let unproven = crate::store::UserChange {
        is_verified: Some(false),
        ..crate::store::UserChange::default()
    };
    let written = case
        .users
        .update(&user.id, unproven, crate::store::Precondition::anything())
        .await;
    case.check(written.is_ok(), "unproven again");
    case.expect(verify(&token), bad_token()).await;
}

/// A second token for a verified address gets its own error code.
async fn already_verified(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let (first, second) = (
        case.verify_token("ada@example.com").await,
        case.verify_token("ada@example.com").await,
    );
    case.same("the first", case.send(&verify(&first)).await.status, 200);
    let again = Expected::problem(400, "VERIFY_USER_ALREADY_VERIFIED");
    case.expect(verify(&second), again).await;
}

/// B-17: late, tampered, of another purpose, of a user who is gone: one answer.
async fn bad_tokens(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let access = case.token("ada@example.com").await;
    let reset = case.reset_token("ada@example.com").await;
    let token = case.verify_token("ada@example.com").await;
    for other in [
        access,
        reset,
        format!("{token}A"),
        token.to_uppercase(),
        "x".into(),
        "a.b.c".into(),
        "\0".into(),
        "null".into(),
        "..".into(),
    ] {
        case.expect(verify(&other), bad_token()).await;
    }
    case.clock.advance(Duration::minutes(61));
    case.expect(verify(&token), bad_token()).await;
    let token = case.verify_token("ada@example.com").await;
    let gone = case
        .users
        .delete(&user.id, crate::store::Precondition::anything(), None)
        .await;
    case.check(gone.is_ok(), "the user is gone");
    case.expect(verify(&token), bad_token()).await;
    case.check(case.raised(EventKind::VerificationFailed), "the event");
}

/// B-05: a token proves the address that it was mailed to, and no other.
async fn bound_to_the_address(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    case.admin("root@example.com").await;
    let old = case.verify_token("ada@example.com").await;
    let token = case.token("root@example.com").await;
    let path = format!("/users/{}", user.id);
    let body = json!({"email": "ada2@example.com"});
    let change = WireRequest::patch(&path, &body).bearer(&token);
    case.same("the change", case.send(&change).await.status, 200);
    case.expect(verify(&old), bad_token()).await;
    let unproven = case
        .row(&user)
        .await
        .is_some_and(|user| !user.account.is_verified);
    case.check(unproven, "the new address is unproven");
    let fresh = case
        .outbox
        .latest("verify", "ada2@example.com")
        .unwrap_or_default();
    case.same(
        "the new token",
        case.send(&verify(&fresh)).await.status,
        200,
    );
}

/// Every request gets 202; a mail is sent only to an unverified account.
async fn requests(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    case.verified("eve@example.com").await;
    for address in ["ada@example.com", "eve@example.com", "unknown@example.com"] {
        let request = WireRequest::post("/auth/request-verify-token", &json!({ "email": address }));
        case.expect(request, Expected::empty(202)).await;
    }
    case.wait_idle().await;
    let mailed: Vec<_> = case
        .outbox
        .items()
        .into_iter()
        .map(|item| item.email)
        .collect();
    case.same("mails", mailed, vec!["ada@example.com".to_owned()]);
}

async fn field_errors(run: &CaseRun<'_>) {
    let case = run.case().await;
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
        case.expect(request, Expected::invalid(&faults)).await;
    }
    let longest = verify(&"x".repeat(2048));
    case.expect(longest, bad_token()).await;
}
