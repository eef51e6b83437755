//! `POST A/logout`.

use serde_json::{Value, json};
use time::Duration;

use super::cookies::{CLEARED, OURS, browser_case, log_in, me};
use super::expected::Expected;
use super::fixture::Backends;
use super::jar::Jar;
use super::refresh::{case_of, log_in as log_in_bearer, refresh};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;

group!("logout": ends_this_token_only, is_idempotent, refresh_token_in_the_body_ends_the_session,
    expired_access_token_ends_the_session, revoked_access_token_ends_nothing, bodies,
    refresh_cookie_ends_the_session, cookies_are_cleared_in_every_case, needs_a_proof_of_its_origin);

/// The backends whose logins are sessions.
const KINDS: [Backends; 3] = [
    Backends::Opaque,
    Backends::JwtSessions,
    Backends::JwtAtRefresh,
];

fn logout() -> WireRequest {
    WireRequest::new("POST", "/auth/logout")
}

/// A7.4.1: the token is refused at once, other tokens stay valid.
async fn ends_this_token_only(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let (first, second) = (
        case.token("ada@example.com").await,
        case.token("ada@example.com").await,
    );
    let logout = logout().bearer(&first);
    case.expect(logout.clone(), Expected::empty(204)).await;
    case.check(
        case.raised(EventKind::TokenRevoked),
        "the event of a logout",
    );
    case.check(!case.accepts(&first).await, "the token is dead");
    case.check(case.accepts(&second).await, "the other one lives");
    case.expect(logout, Expected::empty(204)).await;
    case.check(case.accepts(&second).await, "the other one lives still");
}

/// A logout that finds nothing to end has the same reply.
async fn is_idempotent(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.expect(logout(), Expected::empty(204)).await;
    for bad in ["not.a.token", "x"] {
        case.expect(logout().bearer(bad), Expected::empty(204))
            .await;
    }
    let twice = logout().bearer("a").bearer("b");
    case.expect(twice, Expected::empty(204)).await;
    for kind in [EventKind::TokenRevoked, EventKind::SessionEnded] {
        case.check(!case.raised(kind), "no event");
    }
}

/// A7.4.1: the refresh token ends its session, also where the access token has expired, and a spent one
/// does too.
async fn refresh_token_in_the_body_ends_the_session(run: &CaseRun<'_>) {
    for backends in KINDS {
        let case = case_of(run, backends, None).await;
        let (access, token) = log_in_bearer(&case).await;
        let (_, other) = log_in_bearer(&case).await;
        case.clock.advance(Duration::hours(2));
        let body = json!({ "refresh_token": token });
        let expired = logout().bearer(&access).json(&body);
        case.expect(expired.clone(), Expected::empty(204)).await;
        case.expect(refresh(&token), Expected::refresh_refused())
            .await;
        case.expect(expired, Expected::empty(204)).await;

        let renewed = case.expect(refresh(&other), Expected::in_session()).await;
        let spent = logout().json(&json!({ "refresh_token": other }));
        case.expect(spent, Expected::empty(204)).await;
        let current = renewed.text("refresh_token");
        case.expect(refresh(&current), Expected::refresh_refused())
            .await;
        case.check(
            !case.raised(EventKind::TokenReused),
            "a logout raises no reuse",
        );
    }
}

/// An opaque access token names its session for a logout after its expiry, too.
async fn expired_access_token_ends_the_session(run: &CaseRun<'_>) {
    let case = case_of(run, Backends::Opaque, None).await;
    let (access, token) = log_in_bearer(&case).await;
    case.clock.advance(Duration::hours(2));
    case.check(!case.accepts(&access).await, "it has expired");
    case.expect(logout().bearer(&access), Expected::empty(204))
        .await;
    case.expect(refresh(&token), Expected::refresh_refused())
        .await;
}

/// A token that was revoked, because it was leaked, does not end the session of its owner.
async fn revoked_access_token_ends_nothing(run: &CaseRun<'_>) {
    let case = case_of(run, Backends::Opaque, None).await;
    let (access, token) = log_in_bearer(&case).await;
    let context = case.auth.accounts().context();
    let revoked = case.auth.revoke("api", &access, &context).await;
    case.check(revoked.is_ok(), "a revocation");
    case.expect(logout().bearer(&access), Expected::empty(204))
        .await;
    case.expect(refresh(&token), Expected::in_session()).await;
}

/// A body is optional; one that is there must be JSON of the declared form.
async fn bodies(run: &CaseRun<'_>) {
    let case = case_of(run, Backends::Opaque, None).await;
    let (access, token) = log_in_bearer(&case).await;
    for content_type in ["application/json", "text/plain", ""] {
        let empty = logout().text(content_type, "");
        case.expect(empty, Expected::empty(204)).await;
    }
    for body in ["{}", "null"] {
        let nothing = logout().text("application/json", body);
        case.expect(nothing, Expected::empty(204)).await;
    }
    let body = json!({ "refresh_token": token });
    let form = logout().text("text/plain", body.to_string());
    let unsupported = Expected::problem(415, "UNSUPPORTED_MEDIA_TYPE");
    case.expect(form.bearer(&access), unsupported).await;
    let invalid = |body: Value| logout().json(&body).bearer(&access);
    let wrong = Expected::invalid(&[("refresh_token", "wrong_type")]);
    case.expect(invalid(json!({"refresh_token": 7})), wrong)
        .await;
    let unknown = Expected::invalid(&[("scope", "unknown")]);
    case.expect(invalid(json!({"scope": "x"})), unknown).await;
    case.check(case.accepts(&access).await, "a refused logout ends nothing");
}

fn post(jar: &Jar, target: &str) -> WireRequest {
    jar.send(WireRequest::new("POST", target).header(OURS.0, OURS.1))
}

fn cleared() -> Expected {
    let reply = Expected::empty(204);
    let add = |reply: Expected, line: &str| reply.header("set-cookie", line);
    CLEARED.into_iter().fold(reply, add)
}

/// C-SM-06: a browser whose access cookie is gone is logged out for good, and the next visitor is not
/// logged in again.
async fn refresh_cookie_ends_the_session(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    for gone in [true, false] {
        let mut jar = Jar::default();
        log_in(&case, &mut jar).await;
        case.clock.advance(Duration::hours(2));
        if gone {
            jar.remove("__Host-auth");
        }
        let kept = jar.clone();
        let reply = case.expect(post(&jar, "/auth/logout"), cleared()).await;
        jar.take(&reply);
        case.same("what the browser has left", jar.names(), Vec::<&str>::new());
        let reply = case.send(&post(&kept, "/auth/refresh")).await;
        case.same("a copy of the refresh cookie", reply.status, 401);
    }
}

/// All cookies are cleared, whatever came with the request.
async fn cookies_are_cleared_in_every_case(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let bare = || WireRequest::new("POST", "/auth/logout");
    let ours = || bare().header(OURS.0, OURS.1);
    for request in [
        bare(),
        ours(),
        ours().header("cookie", "__Host-auth=x"),
        ours().header("cookie", "__Host-auth=x; __Host-auth=y"),
        ours().header("cookie", "__Host-auth-refresh=x"),
        ours().bearer("x.y.z"),
        ours().json(&json!({"refresh_token": "x"})),
        bare().header("origin", "https://localhost"),
    ] {
        case.expect(request, cleared()).await;
    }
}

/// C-CS-01: another site cannot log a browser out, whether its cookies come along or not, and a client
/// without origins needs the token of the session that it ends.
async fn needs_a_proof_of_its_origin(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let refused = || Expected::problem(403, "CSRF_FAILED");
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let silent = || WireRequest::new("POST", "/auth/logout");
    let foreign = || silent().header("sec-fetch-site", "cross-site");
    case.expect(foreign(), refused()).await;
    case.expect(jar.send(foreign()), refused()).await;
    case.expect(jar.send(silent()), refused()).await;
    case.same("still in", case.send(&me(&jar)).await.status, 200);
    let mut only_refresh = jar.clone();
    only_refresh.remove("__Host-auth");
    case.expect(only_refresh.send(foreign()), refused()).await;
    case.expect(only_refresh.send(silent()), refused()).await;
    let csrf = jar.value("__Host-auth-csrf");
    let proven = only_refresh.send(silent()).header("x-csrf-token", csrf);
    case.expect(proven, cleared()).await;
    case.same("logged out", case.send(&me(&jar)).await.status, 401);
}
