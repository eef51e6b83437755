//! `POST A/register`.

use serde_json::json;

use super::expected::Expected;
use super::fixture::{Fixture, Setup};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::auth::LoginBy;
use crate::event::EventKind;
use crate::testing::{PASSWORD, email};
use crate::user::User;

group!("register": succeeds, addresses_are_normalised, taken, passwords, field_errors, privately, with_a_username);

fn register(address: &str, password: &str) -> WireRequest {
    let body = json!({"email": address, "password": password});
    WireRequest::post("/auth/register", &body)
}

async fn found(stage: &Fixture<'_>, address: &str) -> Option<User> {
    let found = stage.users.find(&email(address).into()).await;
    found.expect("the harness's own store answers")
}

/// 201 with the public form of an account that is active, unproven and not privileged; and a token
/// for its owner, which proves the address.
async fn succeeds(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let reply = stage.send(&register("ada@example.com", PASSWORD)).await;
    let Some(user) = found(&stage, "ada@example.com").await else {
        return stage.check(false, "the account is stored");
    };
    let expected = Expected::user(201, &user);
    stage.check(expected.matches(&reply), "the reply shows the account");
    let flags = (
        user.account.is_active,
        user.account.is_verified,
        user.account.is_superuser,
    );
    stage.same("the flags", flags, (true, false, false));
    stage.check(user.account.roles.is_empty(), "no roles");
    stage.check(stage.raised(EventKind::UserCreated), "the event");
    stage.check(
        stage.logs_in("ada@example.com", PASSWORD).await,
        "the login",
    );
    let token = stage
        .outbox
        .latest("verify", "ada@example.com")
        .unwrap_or_default();
    let verify = WireRequest::post("/auth/verify", &json!({ "token": token }));
    stage.same("the proof", stage.send(&verify).await.status, 200);
}

/// One normaliser for every way in, and addresses beyond ASCII pass.
async fn addresses_are_normalised(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    for (given, stored) in [
        ("  Ada@Example.COM ", "ada@example.com"),
        ("jürgen@münchen.example", "jürgen@münchen.example"),
        ("o'brien+tag@example.com", "o'brien+tag@example.com"),
    ] {
        let reply = stage.send(&register(given, PASSWORD)).await;
        stage.same("the address", reply.text("email"), stored.to_owned());
    }
    let again = register("ａｄａ@example.com", PASSWORD);
    let taken = Expected::problem(400, "REGISTER_USER_ALREADY_EXISTS");
    stage.expect(again, taken).await;
}

/// A taken address is told, and nothing about its owner changes.
async fn taken(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let user = stage.user("ada@example.com").await;
    let before = stage.row_text(&user).await;
    for address in ["ada@example.com", "ADA@example.com"] {
        let taken = Expected::problem(400, "REGISTER_USER_ALREADY_EXISTS");
        stage.expect(register(address, PASSWORD), taken).await;
    }
    stage.same("the row", stage.row_text(&user).await, before);
    stage.check(stage.outbox.items().is_empty(), "no mail");
    stage.check(stage.raised(EventKind::RegistrationRefused), "the event");
}

/// A6.2.1, A6.2.4, A6.2.5, A6.2.9, A6.2.11: length in code points, no common or personal password,
/// and no rule about kinds of characters.
async fn passwords(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let fault = |code| Expected::invalid(&[("password", code)]);
    let (eleven, too_long) = ("kmwzpxvbqtn", "z\u{e9}".repeat(65));
    for (password, expected) in [
        ("", fault("too_short")),
        (eleven, fault("too_short")),
        ("ééééééééééé", fault("too_short")),
        (too_long.as_str(), fault("too_long")),
        (
            "password1234",
            Expected::problem(400, "REGISTER_INVALID_PASSWORD"),
        ),
        (
            "Qwerty123456",
            Expected::problem(400, "REGISTER_INVALID_PASSWORD"),
        ),
        (
            "maria.lopez2024",
            Expected::problem(400, "REGISTER_INVALID_PASSWORD"),
        ),
    ] {
        let request = register("maria.lopez@example.com", password);
        stage.expect(request, expected).await;
    }
    stage.check(
        found(&stage, "maria.lopez@example.com").await.is_none(),
        "no account",
    );
    let longest: String = "мельница🦊 ".chars().cycle().take(128).collect();
    let sixty_four: String = "🦊🐢🌊 ab".chars().cycle().take(64).collect();
    let twelve = format!("{eleven}y");
    for (number, password) in [twelve.as_str(), &sixty_four, &longest, "           !z"]
        .iter()
        .enumerate()
    {
        let address = format!("u{number}@example.com");
        let reply = stage.send(&register(&address, password)).await;
        stage.same(password, reply.status, 201);
        stage.check(stage.logs_in(&address, password).await, "the login");
    }
}

/// Faults name the members in the order of the contract.
async fn field_errors(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let long = format!("{}@example.com", "x".repeat(320));
    for (body, faults) in [
        (
            json!({}),
            &[("email", "missing"), ("password", "missing")][..],
        ),
        (
            json!({"email": "ada@example.com"}),
            &[("password", "missing")],
        ),
        (
            json!({"email": "", "password": PASSWORD}),
            &[("email", "too_short")],
        ),
        (
            json!({"email": long, "password": PASSWORD}),
            &[("email", "too_long")],
        ),
        (
            json!({"email": "a@b@c.dd", "password": PASSWORD}),
            &[("email", "invalid")],
        ),
        (
            json!({"email": "a b@c.dd", "password": PASSWORD}),
            &[("email", "invalid")],
        ),
        (
            json!({"email": "no address", "password": "short"}),
            &[("email", "invalid"), ("password", "too_short")],
        ),
        (
            json!({"email": "a@b.cc", "password": PASSWORD, "username": "a"}),
            &[("username", "unknown")],
        ),
    ] {
        let request = WireRequest::post("/auth/register", &body);
        stage.expect(request, Expected::invalid(faults)).await;
    }
}

/// In the private mode a new and a taken address get the same bytes; the owner is told by a hook.
async fn privately(trial: &CaseRun<'_>) {
    let setup = Setup {
        hide_existing_accounts: true,
        hide_account_state: true,
        require_verification: true,
        ..Setup::default()
    };
    let stage = trial.stage_with(setup).await;
    let user = stage.user("ada@example.com").await;
    let before = stage.row_text(&user).await;
    for address in ["ada@example.com", "new@example.com"] {
        stage
            .expect(register(address, PASSWORD), Expected::empty(202))
            .await;
    }
    stage.wait_idle().await;
    stage.same("the row", stage.row_text(&user).await, before);
    let told = stage.outbox.latest("duplicate", "ada@example.com");
    stage.check(told.is_some(), "the owner is told");
    stage.check(
        found(&stage, "new@example.com").await.is_some(),
        "the new account",
    );
    let refused = Expected::problem(400, "REGISTER_INVALID_PASSWORD");
    stage
        .expect(register("ada@example.com", "password1234"), refused)
        .await;
}

/// With login by user name, registration requires one, and an address is refused at login.
async fn with_a_username(trial: &CaseRun<'_>) {
    let setup = Setup {
        login_by: LoginBy::Username,
        ..Setup::default()
    };
    let stage = trial.stage_with(setup).await;
    stage
        .expect(
            register("ada@example.com", PASSWORD),
            Expected::invalid(&[("username", "missing")]),
        )
        .await;
    let body = json!({"email": "ada@example.com", "password": PASSWORD, "username": " Ada "});
    let reply = stage
        .send(&WireRequest::post("/auth/register", &body))
        .await;
    stage.same("the name", reply.text("username"), "ada".to_owned());
    if let Some(user) = found(&stage, "ada@example.com").await {
        stage.check(
            Expected::user(201, &user).matches(&reply),
            "the reply shows the account",
        );
    }
    let body = json!({"email": "other@example.com", "password": PASSWORD, "username": "ADA"});
    let taken = Expected::problem(400, "REGISTER_USER_ALREADY_EXISTS");
    stage
        .expect(WireRequest::post("/auth/register", &body), taken)
        .await;
    stage.check(stage.logs_in("ADA", PASSWORD).await, "the login by name");
    let by_address = super::fixture::login("ada@example.com", PASSWORD);
    let faults = [("identifier", "invalid")];
    stage
        .expect(
            by_address,
            Expected::problem_with(422, "LOGIN_PAYLOAD_INVALID", &faults),
        )
        .await;
}
