//! `POST U/me/change-password`.

use serde_json::json;

use super::cookies::{OURS, browser_case, log_in, me, post};
use super::expected::Expected;
use super::fixture::{NEW_PASSWORD, WRONG_PASSWORD, columns};
use super::jar::Jar;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::testing::PASSWORD;

group!("change-password": changes, changed_password_replaces_the_cookies, refusals, field_errors);

const PATH: &str = "/users/me/change-password";
const INVALID: &str = "UPDATE_USER_INVALID_PASSWORD";

fn change(current: &str, new: &str) -> WireRequest {
    let body = json!({"current_password": current, "new_password": new});
    WireRequest::post(PATH, &body)
}

/// A6.2.2: the new password is the only one from now on, and every token of before is dead.
async fn changes(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let (token, other) = (
        case.token("ada@example.com").await,
        case.token("ada@example.com").await,
    );
    let request = change(PASSWORD, NEW_PASSWORD).bearer(&token);
    case.expect(request.clone(), Expected::empty(204)).await;
    case.check(case.raised(EventKind::PasswordChanged), "the event");
    for token in [&token, &other] {
        case.check(!case.accepts(token).await, "the token is dead");
    }
    case.check(
        !case.logs_in("ada@example.com", PASSWORD).await,
        "the old password",
    );
    case.check(
        case.logs_in("ada@example.com", NEW_PASSWORD).await,
        "the new password",
    );
    case.expect(request, Expected::unauthenticated(true)).await;
}

/// A6.2.3: the current password is asked for; a wrong one changes nothing and leaves an event.
async fn refusals(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    case.expect(
        change(PASSWORD, NEW_PASSWORD),
        Expected::unauthenticated(false),
    )
    .await;
    for (current, new, code, rule) in [
        (WRONG_PASSWORD, NEW_PASSWORD, "LOGIN_BAD_CREDENTIALS", None),
        (
            WRONG_PASSWORD,
            "password12345678",
            "LOGIN_BAD_CREDENTIALS",
            None,
        ),
        (PASSWORD, "password12345678", INVALID, Some("too_common")),
        (
            PASSWORD,
            "ada@example.com",
            INVALID,
            Some("contains_personal_data"),
        ),
    ] {
        let request = change(current, new).bearer(&token);
        let rule = rule.map(|rule| ("new_password", rule));
        let refused = Expected::problem_with(400, code, rule.as_slice());
        case.expect(request, refused).await;
    }
    case.check(case.raised(EventKind::PasswordChangeFailed), "the event");
    case.same("the row", case.row_text(&user).await, columns(&user));
    case.check(case.accepts(&token).await, "the token lives");
}

async fn field_errors(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    let both = [("current_password", "missing"), ("new_password", "missing")];
    let request = WireRequest::post(PATH, &json!({})).bearer(&token);
    case.expect(request, Expected::invalid(&both)).await;
    let long = "x".repeat(129);
    for (current, new, fault) in [
        ("", NEW_PASSWORD, ("current_password", "too_short")),
        (
            long.as_str(),
            NEW_PASSWORD,
            ("current_password", "too_long"),
        ),
        (PASSWORD, "", ("new_password", "too_short")),
        (PASSWORD, "elevenchars", ("new_password", "too_short")),
        (PASSWORD, long.as_str(), ("new_password", "too_long")),
    ] {
        let request = change(current, new).bearer(&token);
        case.expect(request, Expected::invalid(&[fault])).await;
    }
}

/// A7.2.4: a change of the password gives the browser new cookies of the same session, and a copy of the
/// old ones is dead.
async fn changed_password_replaces_the_cookies(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let copy = jar.clone();
    let body = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
    let change = WireRequest::post("/users/me/change-password", &body).header(OURS.0, OURS.1);
    let reply = case.send(&jar.send(change)).await;
    case.same("a change", (reply.status, reply.body.len()), (204, 0));
    jar.take(&reply);
    for name in ["__Host-auth", "__Host-auth-refresh"] {
        case.check(jar.value(name) != copy.value(name), "a new cookie");
    }
    case.same("the copy", case.send(&me(&copy)).await.status, 401);
    let reply = case.send(&post(&copy, "/auth/refresh")).await;
    case.same("the copy of the refresh cookie", reply.status, 401);
    case.same("the new one", case.send(&me(&jar)).await.status, 200);
    let reply = case.send(&post(&jar, "/auth/refresh")).await;
    case.same("the new refresh cookie", reply.status, 204);
}
