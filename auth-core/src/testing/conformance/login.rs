//! `POST A/login`.

use serde_json::json;

use super::expected::Expected;
use super::fixture::{Backends, Setup, WRONG_PASSWORD, login};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::store::{Precondition, UserChange};
use crate::testing::PASSWORD;

group!("login": succeeds, bad_credentials_get_one_reply, password_is_not_altered, field_errors,
    account_state_after_the_right_password, hidden_account_state, verification_required,
    unproven_account_is_anonymous,
    no_default_accounts);

/// The reply carries a bearer token for 15 minutes, and nothing else.
async fn succeeds(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    for identifier in ["ada@example.com", " ADA@Example.COM ", "ａda@example.com"] {
        let reply = case
            .expect(login(identifier, PASSWORD), Expected::logged_in())
            .await;
        case.same(
            "the kind of token",
            reply.text("token_type"),
            "bearer".to_owned(),
        );
        case.same(
            "its life",
            reply.json().get("expires_in").cloned(),
            Some(json!(900)),
        );
        let token = reply.text("access_token");
        let me = WireRequest::get("/users/me").bearer(&token);
        case.expect(me, Expected::user(200, &user)).await;
    }
    case.check(
        case.raised(EventKind::LoginSucceeded),
        "the event of a login",
    );
}

/// A6.3.8, A16.3.1: an unknown user, a wrong password and an inactive account with a wrong password get the
/// same bytes.
async fn bad_credentials_get_one_reply(run: &CaseRun<'_>) {
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
    for address in ["ada@example.com", "unknown@example.com", "gone@example.com"] {
        let refused = Expected::problem(400, "LOGIN_BAD_CREDENTIALS");
        case.expect(login(address, WRONG_PASSWORD), refused).await;
    }
    let failed = case.events.kinds();
    let failed = failed
        .iter()
        .filter(|kind| **kind == EventKind::LoginFailed);
    case.same("events of failed logins", failed.count(), 3);
}

/// A6.2.8: a password is compared as it was given: no trimming, folding or cutting, not even behind
/// a NUL.
async fn password_is_not_altered(run: &CaseRun<'_>) {
    let case = run.case().await;
    let long = "correct horse battery staple ".repeat(4);
    let register = json!({"email": "ada@example.com", "password": long});
    let reply = case
        .send(&WireRequest::post("/auth/register", &register))
        .await;
    case.same("a registration", reply.status, 201);
    case.check(case.logs_in("ada@example.com", &long).await, "as given");
    let cut: String = long.chars().take(72).collect();
    for other in [
        long.trim().to_owned(),
        long.to_uppercase(),
        format!("{long} "),
        format!("{long}\0"),
        format!("{long}\0tail"),
        format!("\0{long}"),
        cut,
    ] {
        let refused = Expected::problem(400, "LOGIN_BAD_CREDENTIALS");
        case.expect(login("ada@example.com", &other), refused).await;
    }
}

/// Faults of the payload have a code of their own, and name the members in the order of the contract.
async fn field_errors(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (long, longer) = ("x".repeat(129), "x".repeat(321));
    for (body, faults) in [
        (
            json!({}),
            &[("identifier", "missing"), ("password", "missing")][..],
        ),
        (json!({"identifier": "a@b.cc"}), &[("password", "missing")]),
        (
            json!({"identifier": null, "password": "x"}),
            &[("identifier", "wrong_type")],
        ),
        (
            json!({"identifier": "", "password": "x"}),
            &[("identifier", "too_short")],
        ),
        (
            json!({"identifier": "a@b.cc", "password": ""}),
            &[("password", "too_short")],
        ),
        (
            json!({"identifier": "a@b.cc", "password": long}),
            &[("password", "too_long")],
        ),
        (
            json!({"identifier": longer, "password": "x"}),
            &[("identifier", "too_long")],
        ),
        (
            json!({"identifier": "no address", "password": "x"}),
            &[("identifier", "invalid")],
        ),
    ] {
        let expected = Expected::problem_with(422, "LOGIN_PAYLOAD_INVALID", faults);
        case.expect(WireRequest::post("/auth/login", &body), expected)
            .await;
    }
}

/// Only a client that knows the password learns that the account is inactive.
async fn account_state_after_the_right_password(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let off = UserChange {
        is_active: Some(false),
        ..UserChange::default()
    };
    let written = case
        .users
        .update(&user.id, off, Precondition::anything())
        .await;
    case.check(written.is_ok(), "the account is off");
    let told = Expected::problem(403, "LOGIN_USER_INACTIVE");
    case.expect(login("ada@example.com", PASSWORD), told).await;
    let refused = Expected::problem(400, "LOGIN_BAD_CREDENTIALS");
    case.expect(login("ada@example.com", WRONG_PASSWORD), refused)
        .await;
}

/// By a setting an inactive account gets the reply of bad credentials.
async fn hidden_account_state(run: &CaseRun<'_>) {
    let setup = Setup {
        hide_account_state: true,
        require_verification: true,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    case.user("ada@example.com").await;
    for password in [PASSWORD, WRONG_PASSWORD] {
        let refused = Expected::problem(400, "LOGIN_BAD_CREDENTIALS");
        case.expect(login("ada@example.com", password), refused)
            .await;
    }
}

/// Where verification is required, an unverified account is told so after the right password.
async fn verification_required(run: &CaseRun<'_>) {
    let setup = Setup {
        require_verification: true,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    case.user("ada@example.com").await;
    case.verified("eve@example.com").await;
    let told = Expected::problem(403, "LOGIN_USER_NOT_VERIFIED");
    case.expect(login("ada@example.com", PASSWORD), told).await;
    let refused = Expected::problem(400, "LOGIN_BAD_CREDENTIALS");
    case.expect(login("ada@example.com", WRONG_PASSWORD), refused)
        .await;
    case.check(
        case.logs_in("eve@example.com", PASSWORD).await,
        "a verified user",
    );
    let token = case.verify_token("ada@example.com").await;
    let verify = WireRequest::post("/auth/verify", &json!({ "token": token }));
    case.same("the proof", case.send(&verify).await.status, 200);
    case.check(
        case.logs_in("ada@example.com", PASSWORD).await,
        "after the proof",
    );
}

/// A6.3.2: a fresh store has no account to log in with.
async fn no_default_accounts(run: &CaseRun<'_>) {
    let case = run.case().await;
    for (address, password) in [
        ("admin@example.com", "admin"),
        ("root@localhost.localdomain", "root"),
        ("admin@admin.com", "password"),
    ] {
        let refused = Expected::problem(400, "LOGIN_BAD_CREDENTIALS");
        case.expect(login(address, password), refused).await;
    }
    let page = case.users.list(crate::store::PageRequest::first()).await;
    case.same("accounts", page.map(|page| page.total).ok(), Some(0));
}

/// Where verification is required, an account whose address is unproven for another reason than a new
/// registration is as anonymous as an inactive one: to guards, look-ups of sessions, and refreshes. The
/// proof gives everything back, because no session was ended.
async fn unproven_account_is_anonymous(run: &CaseRun<'_>) {
    for backends in [
        Backends::Jwt,
        Backends::Opaque,
        Backends::JwtSessions,
        Backends::JwtAtRefresh,
    ] {
        for is_required in [true, false] {
            let setup = Setup {
                require_verification: is_required,
                backends,
                ..Setup::default()
            };
            let case = run.case_with(setup).await;
            let user = case.verified("ada@example.com").await;
            let reply = case.send(&login("ada@example.com", PASSWORD)).await;
            case.same("a login", reply.status, 200);
            let access = reply.text("access_token");
            let refresh = reply.json().get("refresh_token").cloned();
            let write = |is_verified| {
                let change = UserChange {
                    is_verified: Some(is_verified),
                    ..UserChange::default()
                };
                case.users
                    .update(&user.id, change, Precondition::anything())
            };
            case.check(write(false).await.is_ok(), "unproven");
            case.same("a token", case.accepts(&access).await, !is_required);
            if let Some(token) = &refresh {
                let request =
                    WireRequest::post("/auth/refresh", &json!({ "refresh_token": token }));
                let status = case.send(&request).await.status;
                case.same("a refresh", status, if is_required { 401 } else { 200 });
            }
            case.check(write(true).await.is_ok(), "proven again");
            if is_required {
                case.check(case.accepts(&access).await, "a token after the proof");
                if let Some(token) = &refresh {
                    let body = json!({ "refresh_token": token });
                    let request = WireRequest::post("/auth/refresh", &body);
                    let status = case.send(&request).await.status;
                    case.same("a refresh after the proof", status, 200);
                }
            }
        }
    }
}
