//! `GET U`, and `GET`, `PATCH`, `DELETE` on `U/{id}`.

use serde_json::json;

use super::expected::{Expected, user_read};
use super::fixture::{Fixture, NEW_PASSWORD, Setup, columns};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::accounts::DeleteMode;
use crate::event::EventKind;
use crate::testing::{PASSWORD, email};
use crate::user::Roles;
use crate::user::User;

group!("users": lists_by_offset, lists_by_key, list_faults, one_user, unknown_ids, changes,
    change_refusals, only_superusers, deletes_softly, deletes_for_good, own_account_is_refused, last_superuser);

fn by_id(method: &str, id: &impl ToString, token: &str) -> WireRequest {
    WireRequest::new(method, &format!("/users/{}", id.to_string())).bearer(token)
}

fn patch(id: &impl ToString, body: &serde_json::Value, token: &str) -> WireRequest {
    by_id("PATCH", id, token).json(body)
}

/// Three users and a superuser's token; the superuser is the first.
async fn three(case: &Fixture<'_>) -> (Vec<User>, String) {
    let users = vec![
        case.admin("root@example.com").await,
        case.user("ada@example.com").await,
        case.verified("eve@example.com").await,
    ];
    (users, case.token("root@example.com").await)
}

fn page(users: &[User], rest: &str) -> Expected {
    let items: Vec<_> = users.iter().map(user_read).collect();
    let body = format!(r#"{{"items":[{}],"total":3,{rest}}}"#, items.join(","));
    Expected::text(200, &body)
}

/// In the order of creation.
async fn lists_by_offset(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (users, token) = three(&case).await;
    for (query, from, to, rest) in [
        ("", 0, 3, r#""limit":50,"offset":0"#),
        ("?", 0, 3, r#""limit":50,"offset":0"#),
        ("?limit=2", 0, 2, r#""limit":2,"offset":0"#),
        ("?%6Cimit=%32", 0, 2, r#""limit":2,"offset":0"#),
        ("?limit=2&offset=2", 2, 3, r#""limit":2,"offset":2"#),
        ("?offset=1&limit=1", 1, 2, r#""limit":1,"offset":1"#),
        ("?limit=100&offset=3", 3, 3, r#""limit":100,"offset":3"#),
        (
            "?offset=9223372036854775807",
            3,
            3,
            r#""limit":50,"offset":9223372036854775807"#,
        ),
    ] {
        let request = WireRequest::get(&format!("/users{query}")).bearer(&token);
        let users = users.get(from..to).unwrap_or_default();
        case.expect(request, page(users, rest)).await;
    }
}

/// With `after` the reply names the next key, or none.
async fn lists_by_key(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (users, token) = three(&case).await;
    let id = |place: usize| {
        users
            .get(place)
            .map_or_else(String::new, |user| user.id.to_string())
    };
    for (query, from, to, next) in [
        ("after=&limit=2".to_owned(), 0, 2, format!("\"{}\"", id(1))),
        (format!("after={}&limit=2", id(1)), 2, 3, "null".to_owned()),
        (
            format!("limit=1&after={}", id(0)),
            1,
            2,
            format!("\"{}\"", id(1)),
        ),
        (format!("limit=5&after={}", id(2)), 3, 3, "null".to_owned()),
    ] {
        let limit = query
            .split("limit=")
            .nth(1)
            .and_then(|rest| rest.split('&').next());
        let rest = format!(r#""limit":{},"next":{next}"#, limit.unwrap_or_default());
        let request = WireRequest::get(&format!("/users?{query}")).bearer(&token);
        let users = users.get(from..to).unwrap_or_default();
        case.expect(request, page(users, &rest)).await;
    }
}

async fn list_faults(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (_, token) = three(&case).await;
    for (query, fault) in [
        ("limit=0", ("limit", "too_short")),
        ("limit=101", ("limit", "too_long")),
        ("limit=-1", ("limit", "invalid")),
        ("limit=", ("limit", "invalid")),
        ("limit=+5", ("limit", "invalid")),
        ("limit=5.0", ("limit", "invalid")),
        ("limit=99999999999999999999", ("limit", "invalid")),
        ("limit=1&limit=2", ("limit", "invalid")),
        ("offset=-1", ("offset", "invalid")),
        ("offset=9223372036854775808", ("offset", "invalid")),
        ("offset=1%27%20OR%201=1", ("offset", "invalid")),
        ("after=x", ("after", "invalid")),
        ("after=&offset=1", ("offset", "invalid")),
        ("order=password_hash", ("order", "unknown")),
        ("LIMIT=1", ("LIMIT", "unknown")),
    ] {
        let request = WireRequest::get(&format!("/users?{query}")).bearer(&token);
        case.expect(request, Expected::invalid(&[fault])).await;
    }
}

async fn one_user(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (users, token) = three(&case).await;
    for user in &users {
        case.expect(by_id("GET", &user.id, &token), Expected::user(200, user))
            .await;
        let spelled = user.id.to_string().to_uppercase();
        case.expect(by_id("GET", &spelled, &token), Expected::user(200, user))
            .await;
        let other = format!("urn:uuid:{}", user.id);
        let expected = Expected::problem(404, "USER_NOT_FOUND");
        case.expect(by_id("GET", &other, &token), expected).await;
        let encoded = user.id.to_string().replace('-', "%2D");
        case.expect(by_id("GET", &encoded, &token), Expected::user(200, user))
            .await;
    }
}

/// An unknown id gets one answer, parsable or not.
async fn unknown_ids(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (users, token) = three(&case).await;
    let ids = [
        "00000000-0000-0000-0000-000000000000",
        "0197a2b0-0000-7000-8000-000000000000",
        "0",
        "-1",
        "1%27%20OR%20%271%27=%271",
        "%27;%20DROP%20TABLE%20users;--",
        "%00",
        "%0d%0aSet-Cookie:%20a=b",
        "%FF",
        "%2e%2e",
        "%2e%2e%2fme",
        "ada@example.com",
    ];
    for id in ids {
        for method in ["GET", "PATCH", "DELETE"] {
            let request = by_id(method, &id, &token);
            let request = if method == "PATCH" {
                request.json(&json!({}))
            } else {
                request
            };
            case.expect(request, Expected::problem(404, "USER_NOT_FOUND"))
                .await;
        }
    }
    for user in &users {
        case.same("the row", case.row_text(user).await, columns(user));
    }
}

/// An administrator changes everything that the contract names.
async fn changes(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (users, token) = three(&case).await;
    let Some(mut user) = users.get(1).cloned() else {
        return;
    };
    let (id, held) = (user.id, case.token("ada@example.com").await);
    case.expect(patch(&id, &json!({}), &token), Expected::user(200, &user))
        .await;
    user.account.is_verified = true;
    user.account.is_superuser = true;
    user.account.roles = Roles::parse(["editor", "billing"]).unwrap_or_default();
    let body = json!({"is_verified": true, "is_superuser": true, "roles": ["Editor", "billing", "editor"]});
    case.expect(patch(&id, &body, &token), Expected::user(200, &user))
        .await;
    case.check(case.raised(EventKind::PrivilegesChanged), "the event");
    case.check(case.accepts(&held).await, "the user's token lives");
    user.account.is_superuser = false;
    user.account.roles = Roles::none();
    let body = json!({"is_superuser": false, "roles": []});
    case.expect(patch(&id, &body, &token), Expected::user(200, &user))
        .await;
    user.account.email = email("ada2@example.com");
    user.account.is_verified = false;
    let body = json!({"email": "ada2@example.com"});
    case.expect(patch(&id, &body, &token), Expected::user(200, &user))
        .await;
    case.check(!case.accepts(&held).await, "an address ends the tokens");
    let held = case.token("ada2@example.com").await;
    let body = json!({"password": NEW_PASSWORD});
    case.expect(patch(&id, &body, &token), Expected::user(200, &user))
        .await;
    case.check(!case.accepts(&held).await, "a password ends the tokens");
    case.check(
        case.logs_in("ada2@example.com", NEW_PASSWORD).await,
        "the new password",
    );
    user.account.is_active = false;
    let body = json!({"is_active": false});
    case.expect(patch(&id, &body, &token), Expected::user(200, &user))
        .await;
    case.check(case.raised(EventKind::UserDeactivated), "the event");
    user.account.is_active = true;
    let body = json!({"is_active": true});
    case.expect(patch(&id, &body, &token), Expected::user(200, &user))
        .await;
    case.check(
        case.logs_in("ada2@example.com", NEW_PASSWORD).await,
        "active again",
    );
}

async fn change_refusals(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (users, token) = three(&case).await;
    let Some(user) = users.get(1) else { return };
    let fault = |name, code| Expected::invalid(&[(name, code)]);
    let long = "x".repeat(129);
    let many: Vec<_> = (0..65).map(|number| format!("role{number}")).collect();
    for (body, expected) in [
        (
            json!({"email": "eve@example.com"}),
            Expected::problem(400, "UPDATE_USER_EMAIL_ALREADY_EXISTS"),
        ),
        (
            json!({"password": "password12345678"}),
            Expected::problem_with(
                400,
                "UPDATE_USER_INVALID_PASSWORD",
                &[("password", "too_common")],
            ),
        ),
        (json!({"password": "short"}), fault("password", "too_short")),
        (json!({"password": long}), fault("password", "too_long")),
        (json!({"email": "x"}), fault("email", "invalid")),
        (
            json!({"is_active": "false"}),
            fault("is_active", "wrong_type"),
        ),
        (
            json!({"is_superuser": 1}),
            fault("is_superuser", "wrong_type"),
        ),
        (json!({"roles": [""]}), fault("roles", "invalid")),
        (json!({"roles": [1]}), fault("roles", "wrong_type")),
        (json!({"roles": many}), fault("roles", "invalid")),
        (json!({"id": "x"}), fault("id", "unknown")),
        (json!({"username": "x"}), fault("username", "unknown")),
        (
            json!({"current_password": PASSWORD}),
            fault("current_password", "unknown"),
        ),
    ] {
        case.expect(patch(&user.id, &body, &token), expected).await;
    }
    case.same("the row", case.row_text(user).await, columns(user));
}

/// A8.2.1, A16.3.2: 401 for an anonymous caller, 403 for other users, both before the id or the body is read.
async fn only_superusers(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (users, _) = three(&case).await;
    let token = case.token("eve@example.com").await;
    let own = users
        .get(2)
        .map_or_else(String::new, |user| format!("/users/{}", user.id));
    for target in ["/users", "/users?limit=x", "/users/unknown", own.as_str()] {
        let methods: &[&str] = if target.starts_with("/users/") {
            &["GET", "PATCH", "DELETE"]
        } else {
            &["GET"]
        };
        for method in methods {
            let request = WireRequest::new(method, target).text("text/plain", "{");
            case.expect(request.clone(), Expected::unauthenticated(false))
                .await;
            let denied = Expected::problem(403, "AUTHORIZATION_DENIED");
            case.expect(request.bearer(&token), denied).await;
        }
    }
    case.check(case.raised(EventKind::AccessDenied), "the event");
}

/// The row stays, the account is off, and its tokens are dead.
async fn deletes_softly(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (users, token) = three(&case).await;
    let Some(user) = users.get(1) else { return };
    let held = case.token("ada@example.com").await;
    for _ in 0..2 {
        case.expect(by_id("DELETE", &user.id, &token), Expected::empty(204))
            .await;
    }
    let off = case
        .row(user)
        .await
        .is_some_and(|user| !user.account.is_active);
    case.check(off, "the row is there and off");
    case.check(!case.accepts(&held).await, "the token is dead");
    let root = users
        .first()
        .map_or_else(String::new, |user| user.id.to_string());
    let own = Expected::problem(400, "SUPERUSER_CANNOT_DELETE_SELF");
    case.expect(by_id("DELETE", &root, &token), own).await;
}

/// By a setting the row goes.
async fn deletes_for_good(run: &CaseRun<'_>) {
    let setup = Setup {
        delete_mode: DeleteMode::Hard,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let (users, token) = three(&case).await;
    let Some(user) = users.get(1) else { return };
    let held = case.token("ada@example.com").await;
    case.expect(by_id("DELETE", &user.id, &token), Expected::empty(204))
        .await;
    case.check(case.row(user).await.is_none(), "the row is gone");
    case.check(case.raised(EventKind::UserDeleted), "the event");
    case.check(!case.accepts(&held).await, "the token is dead");
    let gone = Expected::problem(404, "USER_NOT_FOUND");
    case.expect(by_id("DELETE", &user.id, &token), gone).await;
    let root = users
        .first()
        .map_or_else(String::new, |user| user.id.to_string());
    let own = Expected::problem(400, "SUPERUSER_CANNOT_DELETE_SELF");
    case.expect(by_id("DELETE", &root, &token), own).await;
}

/// A6.3.4: superusers change their own account by the routes that ask for the current password: the route by
/// id refuses every change of the caller's own account.
async fn own_account_is_refused(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (users, token) = three(&case).await;
    let Some(root) = users.first() else { return };
    case.admin("second@example.com").await;
    for body in [
        json!({"password": NEW_PASSWORD}),
        json!({"email": "root2@example.com"}),
        json!({"is_verified": false}),
        json!({"is_active": false}),
        json!({"is_superuser": false}),
        json!({"roles": ["editor"]}),
        json!({}),
    ] {
        let own = Expected::problem(400, "SUPERUSER_CANNOT_UPDATE_SELF");
        case.expect(patch(&root.id, &body, &token), own).await;
    }
    case.same("the row", case.row_text(root).await, columns(root));
    case.check(case.accepts(&token).await, "the token is valid");
    case.expect(by_id("GET", &root.id, &token), Expected::user(200, root))
        .await;
}

/// One of two superusers may go. The last one cannot: the caller is a superuser, and cannot change its
/// own account.
async fn last_superuser(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (users, token) = three(&case).await;
    let Some(root) = users.first() else { return };
    let second = case.admin("second@example.com").await;
    let others = case.token("second@example.com").await;
    let reply = case
        .send(&patch(&root.id, &json!({"is_superuser": false}), &others))
        .await;
    case.same("with another one", reply.status, 200);
    let denied = Expected::problem(403, "AUTHORIZATION_DENIED");
    case.expect(by_id("GET", &second.id, &token), denied).await;
    let stays = Expected::problem(400, "SUPERUSER_CANNOT_UPDATE_SELF");
    let body = json!({"is_superuser": false});
    case.expect(patch(&second.id, &body, &others), stays).await;
}
