//! What a request must not be able to set (mass assignment).

use serde_json::{Value, json};

use super::bodies::and;
use super::expected::Expected;
use super::fixture::columns;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::testing::PASSWORD;

group!("privileges": privileged_columns_are_refused, guards_come_before_bodies);

/// Every column of the row, and names that other systems use for the same.
fn privileged() -> Vec<(&'static str, Value)> {
    vec![
        ("id", json!("0197a2b0-0000-7000-8000-000000000000")),
        (
            "password_hash",
            json!("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA"),
        ),
        ("hashed_password", json!("x")),
        ("is_active", json!(true)),
        ("is_verified", json!(true)),
        ("is_superuser", json!(true)),
        ("roles", json!(["admin"])),
        ("role", json!("admin")),
        ("is_admin", json!(true)),
        ("epoch", json!(0)),
        ("created_at", json!("2026-01-01T00:00:00Z")),
        ("columns", json!({"is_superuser": true})),
        ("username", json!("root")),
    ]
}

/// A15.3.3, B-29, A8.2.3, B-14: every column name of the row, sent to the public routes, is refused by its
/// name, and nothing is stored.
async fn privileged_columns_are_refused(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    for (name, value) in privileged() {
        let unknown = || Expected::invalid(&[(name, "unknown")]);
        let body = and(
            json!({"email": "new@example.com", "password": PASSWORD}),
            name,
            value.clone(),
        );
        case.expect(WireRequest::post("/auth/register", &body), unknown())
            .await;
        let body = and(
            json!({"email": "new@example.com", "current_password": PASSWORD}),
            name,
            value.clone(),
        );
        let update = WireRequest::patch("/users/me", &body).bearer(&token);
        case.expect(update, unknown()).await;
        let body = and(
            json!({"current_password": PASSWORD, "new_password": "quite another phrase"}),
            name,
            value,
        );
        let change = WireRequest::post("/users/me/change-password", &body).bearer(&token);
        case.expect(change, unknown()).await;
    }
    case.same("the row", case.row_text(&user).await, columns(&user));
    let page = case.users.list(crate::store::PageRequest::first()).await;
    case.same("accounts", page.map(|page| page.total).ok(), Some(1));
    case.check(case.accepts(&token).await, "the token lives");
}

/// B-28: a caller without access to a route learns nothing about its bodies.
async fn guards_come_before_bodies(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    let by_id = format!("/users/{}", user.id);
    let huge = vec![b' '; 1024 * 1024];
    for body in [
        huge,
        b"{".to_vec(),
        b"[]".to_vec(),
        b"{\"is_superuser\":true}".to_vec(),
    ] {
        for (method, target) in [
            ("PATCH", "/users/me"),
            ("POST", "/users/me/change-password"),
        ] {
            let request = WireRequest::new(method, target).text("application/json", body.clone());
            case.expect(request, Expected::unauthenticated(false)).await;
        }
        let request = WireRequest::new("PATCH", &by_id).text("application/json", body);
        case.expect(request.clone(), Expected::unauthenticated(false))
            .await;
        let denied = Expected::problem(403, "AUTHORIZATION_DENIED");
        case.expect(request.bearer(&token), denied).await;
    }
    case.same("the row", case.row_text(&user).await, columns(&user));
}
