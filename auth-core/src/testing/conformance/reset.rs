//! `POST A/forgot-password` and `POST A/reset-password`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use time::Duration;

use super::cookies::{browser_case, log_in, me};
use super::expected::Expected;
use super::fixture::Setup;
use super::fixture::{NEW_PASSWORD, login};
use super::jar::Jar;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::accounts::{ForgotPassword, HookResult, UserManager};
use crate::context::Context;
use crate::event::EventKind;
use crate::store::{Precondition, UserChange};
use crate::testing::{Outbox, PASSWORD};
use crate::user::User;

group!("reset": every_address_gets_the_same_reply, token_resets_once, reset_starts_no_session,
    owner_is_told, token_verifies_the_address,
    later_request_replaces_the_token, changes_end_the_token, late_and_foreign_tokens_are_refused,
    refused_password_keeps_the_token, request_changes_nothing, field_errors);

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
async fn every_address_gets_the_same_reply(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let gone = case.user("gone@example.com").await;
    let off = UserChange {
        is_active: Some(false),
        ..UserChange::default()
    };
    let written = case
        .users
        .update(&gone.id, off, Precondition::anything())
        .await;
    case.check(written.is_ok(), "the account is off");
    for address in ["ada@example.com", "gone@example.com", "unknown@example.com"] {
        case.expect(forgot(address), Expected::empty(202)).await;
    }
    case.wait_idle().await;
    let items = case.outbox.items();
    let mailed: Vec<_> = items.iter().filter(|item| item.kind == "reset").collect();
    case.same("tokens", mailed.len(), 1);
    case.check(
        case.outbox.latest("reset", "ada@example.com").is_some(),
        "the owner's",
    );
}

/// A reset token was mailed to the address, so its use verifies the address. Where logins require a
/// verified address, the owner logs in after the reset.
async fn token_verifies_the_address(run: &CaseRun<'_>) {
    let setup = Setup {
        require_verification: true,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    case.user("ada@example.com").await;
    let refused = Expected::problem(403, "LOGIN_USER_NOT_VERIFIED");
    case.expect(login("ada@example.com", PASSWORD), refused)
        .await;
    let token = case.reset_token("ada@example.com").await;
    let reply = case.send(&reset(&token, NEW_PASSWORD)).await;
    let verified = reply.json().get("is_verified").cloned();
    case.same("the address", verified, Some(json!(true)));
    case.check(case.raised(EventKind::UserVerified), "the event");
    case.check(
        case.logs_in("ada@example.com", NEW_PASSWORD).await,
        "the login",
    );
}

/// C-FP-03, B-02: a token works once, and ends the tokens and the password from before.
async fn token_resets_once(run: &CaseRun<'_>) {
    let case = run.case().await;
    let mut user = case.user("ada@example.com").await;
    let access = case.token("ada@example.com").await;
    let token = case.reset_token("ada@example.com").await;
    user.account.is_verified = true;
    let shown = Expected::user(200, &user);
    case.expect(reset(&token, NEW_PASSWORD), shown).await;
    case.check(case.raised(EventKind::PasswordReset), "the event");
    case.check(!case.accepts(&access).await, "the old access token is dead");
    case.check(
        !case.logs_in("ada@example.com", PASSWORD).await,
        "the old password",
    );
    case.check(
        case.logs_in("ada@example.com", NEW_PASSWORD).await,
        "the new password",
    );
    case.expect(reset(&token, "yet another long phrase"), bad_token())
        .await;
    case.check(
        case.logs_in("ada@example.com", NEW_PASSWORD).await,
        "still the new password",
    );
}

/// C-FP-06: a reset in a browser ends its sessions and those of other devices, sets no cookie, and starts no
/// session.
async fn reset_starts_no_session(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let (mut jar, mut other) = (Jar::default(), Jar::default());
    log_in(&case, &mut other).await;
    log_in(&case, &mut jar).await;
    let token = case.reset_token("ada@example.com").await;
    let request = reset(&token, NEW_PASSWORD).header("sec-fetch-site", "same-origin");
    let reply = case.send(&jar.send(request)).await;
    case.same("the reset", reply.status, 200);
    let cookies = reply.header("set-cookie");
    let set = cookies.filter(|line| !String::from_utf8_lossy(line).contains("Max-Age=0"));
    case.same("cookies that it sets", set.count(), 0);
    for jar in [&jar, &other] {
        case.same("the session before", case.send(&me(jar)).await.status, 401);
    }
    let row = case.row(&user).await;
    let sessions = match &row {
        Some(user) => case.auth.accounts().sessions(user).await.ok(),
        None => None,
    };
    case.same("sessions", sessions.map(|sessions| sessions.len()), Some(0));
}

/// C-FP-06: the hook that tells the owner of a reset runs once, for a reset that succeeds.
async fn owner_is_told(run: &CaseRun<'_>) {
    #[derive(Clone, Default)]
    struct Told(Outbox, Arc<AtomicUsize>);

    #[async_trait::async_trait]
    impl UserManager for Told {
        type User = User;

        async fn on_after_forgot_password(
            &self,
            request: ForgotPassword<'_, User>,
            context: &Context,
        ) -> HookResult {
            self.0.on_after_forgot_password(request, context).await
        }
        async fn on_after_reset_password(&self, user: &User, _: &Context) -> HookResult {
            let is_ada = user.email().as_str() == "ada@example.com";
            self.1.fetch_add(usize::from(is_ada), Ordering::Relaxed);
            Ok(())
        }
    }

    let told = Told::default();
    let hooks = told.clone();
    let setup = Setup {
        hooks: Some(Box::new(|accounts| accounts.hooks(hooks))),
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    case.user("ada@example.com").await;
    case.send(&forgot("ada@example.com")).await;
    case.wait_idle().await;
    let token = told
        .0
        .latest("reset", "ada@example.com")
        .unwrap_or_default();
    for (token, expected) in [("x", 0), (token.as_str(), 1), (token.as_str(), 1)] {
        case.send(&reset(token, NEW_PASSWORD)).await;
        case.wait_idle().await;
        case.same("told", told.1.load(Ordering::Relaxed), expected);
    }
}

/// C-FP-07: a later request makes earlier tokens worthless.
async fn later_request_replaces_the_token(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let first = case.reset_token("ada@example.com").await;
    let second = case.reset_token("ada@example.com").await;
    case.expect(reset(&first, NEW_PASSWORD), bad_token()).await;
    let reply = case.send(&reset(&second, NEW_PASSWORD)).await;
    case.same("the later token", reply.status, 200);
}

/// C-FP-07: a change of password or address makes every token worthless.
async fn changes_end_the_token(run: &CaseRun<'_>) {
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
        let case = run.case().await;
        let user = case.user("ada@example.com").await;
        let token = case.reset_token("ada@example.com").await;
        let access = case.token("ada@example.com").await;
        let change = WireRequest::new(method, path).bearer(&access).json(&body);
        let reply = case.send(&change).await;
        case.check(reply.status < 300, "the change");
        if let Some(proof) = case.outbox.latest("verify", "ada2@example.com") {
            let proof = WireRequest::post("/auth/verify", &json!({ "token": proof }));
            case.same("the proof", case.send(&proof).await.status, 200);
        }
        let before = case.row_text(&user).await;
        case.expect(reset(&token, NEW_PASSWORD), bad_token()).await;
        case.same("the row", case.row_text(&user).await, before);
    }
}

/// C-FP-03, B-17: late, tampered, of another purpose, of an inactive or deleted user: one answer.
async fn late_and_foreign_tokens_are_refused(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let access = case.token("ada@example.com").await;
    let verify = case.verify_token("ada@example.com").await;
    let token = case.reset_token("ada@example.com").await;
    for other in [
        access,
        verify,
        format!("{token}A"),
        token.to_uppercase(),
        "x".into(),
        "\0".into(),
        "null".into(),
        "..".into(),
    ] {
        case.expect(reset(&other, NEW_PASSWORD), bad_token()).await;
    }
    case.clock.advance(Duration::minutes(61));
    case.expect(reset(&token, NEW_PASSWORD), bad_token()).await;
    let token = case.reset_token("ada@example.com").await;
    let off = UserChange {
        is_active: Some(false),
        ..UserChange::default()
    };
    let written = case
        .users
        .update(&user.id, off, Precondition::anything())
        .await;
    case.check(written.is_ok(), "the account is off");
    case.expect(reset(&token, NEW_PASSWORD), bad_token()).await;
    let gone = case
        .users
        .delete(&user.id, Precondition::anything(), None)
        .await;
    case.check(gone.is_ok(), "the user is gone");
    case.expect(reset(&token, NEW_PASSWORD), bad_token()).await;
    case.check(case.raised(EventKind::PasswordResetFailed), "the event");
}

/// C-FP-08: the policy of registration holds; a password that it refuses does not spend the token.
async fn refused_password_keeps_the_token(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let token = case.reset_token("ada@example.com").await;
    let before = case.row_text(&user).await;
    for (password, rule) in [
        ("short", "too_short"),
        ("password12345678", "too_common"),
        ("Qwerty!123456789", "too_common"),
        ("ada@example.com", "contains_personal_data"),
        ("kyx kyx kyx kyx ", "repetitive"),
    ] {
        let code = "RESET_PASSWORD_INVALID_PASSWORD";
        let refused = Expected::problem_with(400, code, &[("password", rule)]);
        case.expect(reset(&token, password), refused).await;
    }
    case.same("the row", case.row_text(&user).await, before);
    let reply = case.send(&reset(&token, NEW_PASSWORD)).await;
    case.same("the token", reply.status, 200);
}

/// C-FP-04: requests for a reset do not change the account.
async fn request_changes_nothing(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let access = case.token("ada@example.com").await;
    let before = case.row_text(&user).await;
    for _ in 0..50 {
        case.expect(forgot("ada@example.com"), Expected::empty(202))
            .await;
    }
    case.wait_idle().await;
    case.same("the row", case.row_text(&user).await, before);
    case.check(case.accepts(&access).await, "the access token");
    case.check(
        case.logs_in("ada@example.com", PASSWORD).await,
        "the password",
    );
}

async fn field_errors(run: &CaseRun<'_>) {
    let case = run.case().await;
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
        case.expect(request, Expected::invalid(faults)).await;
    }
}
