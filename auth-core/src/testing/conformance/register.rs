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

group!("register": succeeds, addresses_are_normalised, taken, passwords, accepted_passwords, field_errors,
    existing_accounts_are_hidden, with_a_username);

fn register(address: &str, password: &str) -> WireRequest {
    let body = json!({"email": address, "password": password});
    WireRequest::post("/auth/register", &body)
}

async fn found(case: &Fixture<'_>, address: &str) -> Option<User> {
    let found = case.users.find(&email(address).into()).await;
    found.expect("the harness's own store answers")
}

/// 201 with the public form of an account that is active, unproven and not privileged; and a token
/// for its owner, which proves the address.
async fn succeeds(run: &CaseRun<'_>) {
    let case = run.case().await;
    let reply = case.send(&register("ada@example.com", PASSWORD)).await;
    let Some(user) = found(&case, "ada@example.com").await else {
        return case.check(false, "the account is stored");
    };
    let expected = Expected::user(201, &user);
    case.check(expected.matches(&reply), "the reply shows the account");
    let flags = (
        user.account.is_active,
        user.account.is_verified,
        user.account.is_superuser,
    );
    case.same("the flags", flags, (true, false, false));
    case.check(user.account.roles.is_empty(), "no roles");
    case.check(case.raised(EventKind::UserCreated), "the event");
    case.check(case.logs_in("ada@example.com", PASSWORD).await, "the login");
    let token = case
        .outbox
        .latest("verify", "ada@example.com")
        .unwrap_or_default();
    let verify = WireRequest::post("/auth/verify", &json!({ "token": token }));
    case.same("the proof", case.send(&verify).await.status, 200);
}

/// One normaliser for every way in, and addresses beyond ASCII pass.
async fn addresses_are_normalised(run: &CaseRun<'_>) {
    let case = run.case().await;
    for (given, stored) in [
        ("  Ada@Example.COM ", "ada@example.com"),
        ("jürgen@münchen.example", "jürgen@münchen.example"),
        ("o'brien+tag@example.com", "o'brien+tag@example.com"),
    ] {
        let reply = case.send(&register(given, PASSWORD)).await;
        case.same("the address", reply.text("email"), stored.to_owned());
    }
    let again = register("ａｄａ@example.com", PASSWORD);
    let taken = Expected::problem(400, "REGISTER_USER_ALREADY_EXISTS");
    case.expect(again, taken).await;
}

/// A taken address is told, and nothing about its owner changes.
async fn taken(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let before = case.row_text(&user).await;
    for address in ["ada@example.com", "ADA@example.com"] {
        let taken = Expected::problem(400, "REGISTER_USER_ALREADY_EXISTS");
        case.expect(register(address, PASSWORD), taken).await;
    }
    case.same("the row", case.row_text(&user).await, before);
    case.check(case.outbox.items().is_empty(), "no mail");
    case.check(case.raised(EventKind::RegistrationRefused), "the event");
}

/// A6.2.1, A6.2.4, A6.2.5, A6.2.9, A6.2.11, N-PW-10, N-PW-01: length in code points, no predictable or
/// personal password, no rule about kinds of characters, and the broken rule is named.
async fn passwords(run: &CaseRun<'_>) {
    let case = run.case().await;
    let fault = |code| Expected::invalid(&[("password", code)]);
    let refused =
        |rule| Expected::problem_with(400, "REGISTER_INVALID_PASSWORD", &[("password", rule)]);
    let (fourteen, too_long) = ("kmwzpxvbqtnrdf", "z\u{e9}".repeat(65));
    for (password, expected) in [
        ("", fault("too_short")),
        (fourteen, fault("too_short")),
        ("éèéèéèéèéèéèéè", fault("too_short")),
        (too_long.as_str(), fault("too_long")),
        ("123456789qwerty", refused("too_common")),
        ("Password123!!!!", refused("too_common")),
        ("letmein12345!!!", refused("too_common")),
        ("changeme1234!!!", refused("too_common")),
        ("Summer202420!!!", refused("too_common")),
        ("P@ssw0rd1234567", refused("too_common")),
        ("               ", refused("repetitive")),
        ("kyxwkyxwkyxwkyxw", refused("repetitive")),
        (
            "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}"
                .repeat(4)
                .as_str(),
            refused("repetitive"),
        ),
        ("lkjhgfdsapoiuyt", refused("repetitive")),
        ("maria.lopez2024", refused("contains_personal_data")),
    ] {
        let request = register("maria.lopez@example.com", password);
        case.expect(request, expected).await;
    }
    case.check(
        found(&case, "maria.lopez@example.com").await.is_none(),
        "no account",
    );
}

/// A6.2.5, A6.2.9, N-PW-01: the shortest and the longest password, with characters of all kinds and of one.
async fn accepted_passwords(run: &CaseRun<'_>) {
    let case = run.case().await;
    let longest: String = "мельница🦊 у старой реки, "
        .chars()
        .cycle()
        .take(128)
        .collect();
    let sixty_four: String = "🦊🐢🌊 ab, two of a kind; "
        .chars()
        .cycle()
        .take(64)
        .collect();
    for (number, password) in [
        "kmwzpxvbqtnrdfy",
        &sixty_four,
        &longest,
        "      no rule at all!",
    ]
    .iter()
    .enumerate()
    {
        let address = format!("u{number}@example.com");
        let reply = case.send(&register(&address, password)).await;
        case.same(password, reply.status, 201);
        case.check(case.logs_in(&address, password).await, "the login");
    }
}

/// Faults name the members in the order of the contract.
async fn field_errors(run: &CaseRun<'_>) {
    let case = run.case().await;
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
        case.expect(request, Expected::invalid(faults)).await;
    }
}

/// A6.3.8: in the private mode a new and a taken address get the same bytes; the owner is told by a hook.
async fn existing_accounts_are_hidden(run: &CaseRun<'_>) {
    let setup = Setup {
        hide_existing_accounts: true,
        hide_account_state: true,
        require_verification: true,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let user = case.user("ada@example.com").await;
    let before = case.row_text(&user).await;
    for address in ["ada@example.com", "new@example.com"] {
        case.expect(register(address, PASSWORD), Expected::empty(202))
            .await;
    }
    case.wait_idle().await;
    case.same("the row", case.row_text(&user).await, before);
    let told = case.outbox.latest("duplicate", "ada@example.com");
    case.check(told.is_some(), "the owner is told");
    case.check(
        found(&case, "new@example.com").await.is_some(),
        "the new account",
    );
    let rule = [("password", "too_common")];
    let refused = Expected::problem_with(400, "REGISTER_INVALID_PASSWORD", &rule);
    case.expect(register("ada@example.com", "password12345678"), refused)
        .await;
}

/// With login by user name, registration requires one, and an address is refused at login.
async fn with_a_username(run: &CaseRun<'_>) {
    let setup = Setup {
        login_by: LoginBy::Username,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    case.expect(
        register("ada@example.com", PASSWORD),
        Expected::invalid(&[("username", "missing")]),
    )
    .await;
    let body = json!({"email": "ada@example.com", "password": PASSWORD, "username": " Ada "});
    let reply = case.send(&WireRequest::post("/auth/register", &body)).await;
    case.same("the name", reply.text("username"), "ada".to_owned());
    if let Some(user) = found(&case, "ada@example.com").await {
        case.check(
            Expected::user(201, &user).matches(&reply),
            "the reply shows the account",
        );
    }
    let body = json!({"email": "other@example.com", "password": PASSWORD, "username": "ADA"});
    let taken = Expected::problem(400, "REGISTER_USER_ALREADY_EXISTS");
    case.expect(WireRequest::post("/auth/register", &body), taken)
        .await;
    case.check(case.logs_in("ADA", PASSWORD).await, "the login by name");
    let by_address = super::fixture::login("ada@example.com", PASSWORD);
    let faults = [("identifier", "invalid")];
    case.expect(
        by_address,
        Expected::problem_with(422, "LOGIN_PAYLOAD_INVALID", &faults),
    )
    .await;
}
