//! `DELETE U/me`.

use serde_json::json;
use time::Duration;

use super::expected::Expected;
use super::fixture::{Fixture, Setup, WRONG_PASSWORD};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::accounts::DeleteMode;
use crate::api::RouteSetting;
use crate::testing::PASSWORD;

group!("delete-me": off_by_default, deactivates, removes, refusals,
    recent_login_replaces_the_password, last_superuser_is_kept);

fn delete(password: &str) -> WireRequest {
    let body = json!({ "current_password": password });
    WireRequest::new("DELETE", "/users/me").json(&body)
}

async fn case<'t>(run: &'t CaseRun<'t>, delete_mode: DeleteMode) -> Fixture<'t> {
    let setup = Setup {
        routes: vec![("users.me.delete", RouteSetting::on())],
        delete_mode,
        ..Setup::default()
    };
    run.case_with(setup).await
}

/// Without the setting the path does not know the method.
async fn off_by_default(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    let refused = Expected::problem(405, "METHOD_NOT_ALLOWED");
    let refused = refused.header("allow", "GET, HEAD, OPTIONS, PATCH");
    case.expect(delete(PASSWORD).bearer(&token), refused).await;
}

/// Soft: the row stays, inactive, and every token is dead.
async fn deactivates(run: &CaseRun<'_>) {
    let case = case(run, DeleteMode::Soft).await;
    let user = case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    case.expect(delete(PASSWORD).bearer(&token), Expected::empty(204))
        .await;
    let row = case.row(&user).await;
    case.check(
        row.is_some_and(|row| !row.is_active()),
        "the row is inactive",
    );
    case.check(!case.accepts(&token).await, "the token is dead");
    let again = case.logs_in("ada@example.com", PASSWORD).await;
    case.check(!again, "no login");
}

/// Hard: the row is gone.
async fn removes(run: &CaseRun<'_>) {
    let case = case(run, DeleteMode::Hard).await;
    let user = case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    case.expect(delete(PASSWORD).bearer(&token), Expected::empty(204))
        .await;
    case.check(case.row(&user).await.is_none(), "the row is gone");
    case.check(!case.accepts(&token).await, "the token is dead");
}

/// The current password is required, and a wrong one changes nothing.
async fn refusals(run: &CaseRun<'_>) {
    let case = case(run, DeleteMode::Hard).await;
    let user = case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    let wrong = delete(WRONG_PASSWORD).bearer(&token);
    case.expect(wrong, Expected::problem(400, "LOGIN_BAD_CREDENTIALS"))
        .await;
    let nothing = WireRequest::new("DELETE", "/users/me").bearer(&token);
    case.expect(
        nothing.clone().json(&json!({})),
        Expected::invalid(&[("current_password", "missing")]),
    )
    .await;
    let mut untyped = nothing;
    untyped.body = b"{}".to_vec();
    case.expect(untyped, Expected::problem(415, "UNSUPPORTED_MEDIA_TYPE"))
        .await;
    case.expect(delete(PASSWORD), Expected::unauthenticated(false))
        .await;
    case.check(case.row(&user).await.is_some(), "the row stays");
    case.check(case.accepts(&token).await, "the token lives");
}

/// A login that is younger than five minutes stands for the password; a refresh makes it no younger.
async fn recent_login_replaces_the_password(run: &CaseRun<'_>) {
    let request = || WireRequest::new("DELETE", "/users/me");
    let case = case(run, DeleteMode::Hard).await;
    let user = case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    case.expect(request(), Expected::unauthenticated(false))
        .await;
    case.clock.advance(Duration::minutes(5));
    let challenge = r#"Bearer error="insufficient_user_authentication", max_age="300""#;
    let refused =
        || Expected::problem(403, "STEP_UP_REQUIRED").header("www-authenticate", challenge);
    case.expect(request().bearer(&token), refused()).await;
    case.check(case.row(&user).await.is_some(), "the row stays");
    case.check(case.accepts(&token).await, "the token lives");
    // The clock goes back to before the login, and further than the login may be old.
    case.clock.advance(Duration::minutes(-10));
    case.check(
        case.send(&request().bearer(&token)).await.status != 204,
        "a login in the future is not fresh for ever",
    );
    case.clock.advance(Duration::minutes(9));
    let token = case.token("ada@example.com").await;
    case.clock.advance(Duration::minutes(5) - Duration::SECOND);
    case.expect(request().bearer(&token), Expected::empty(204))
        .await;
    case.check(case.row(&user).await.is_none(), "the row is gone");
}

/// The last active superuser stays, in both modes; a second one may go.
async fn last_superuser_is_kept(run: &CaseRun<'_>) {
    for mode in [DeleteMode::Soft, DeleteMode::Hard] {
        let case = case(run, mode).await;
        case.admin("root@example.com").await;
        let token = case.token("root@example.com").await;
        case.expect(
            delete(PASSWORD).bearer(&token),
            Expected::problem(409, "LAST_SUPERUSER"),
        )
        .await;
        case.admin("heir@example.com").await;
        case.expect(delete(PASSWORD).bearer(&token), Expected::empty(204))
            .await;
    }
}
