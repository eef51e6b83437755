//! Login, refresh and logout with cookies.
#![expect(
    clippy::indexing_slicing,
    reason = "where a reply has not what is looked for, the case has failed"
)]

use serde_json::json;
use time::Duration;

use super::expected::Expected;
use super::fixture::{Backends, Fixture, Setup, WRONG_PASSWORD};
use super::jar::Jar;
use super::wire::{WireReply, WireRequest};
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::testing::PASSWORD;
use crate::user::User;

group!("cookies": attributes, login_and_logout, refresh, parallel_tabs, stale_cookie_is_cleared,
    new_login_ends_the_old_session, planted_cookie_is_never_adopted,
    planted_refresh_cookie_is_refused, refresh_works_below_an_unknown_prefix,
    empty_body_means_the_cookie, sessions_with_cookies);

/// The header of a browser for a request of the site itself.
pub(super) const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");

/// The values of `Set-Cookie` that clear the cookies.
pub(super) const CLEARED: [&str; 3] = [
    "__Host-auth=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0",
    "__Host-auth-refresh=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0",
    "__Host-auth-csrf=; Secure; SameSite=Lax; Path=/; Max-Age=0",
];

pub(super) async fn browser_case<'t>(run: &'t CaseRun<'t>) -> (Fixture<'t>, User) {
    let setup = Setup {
        backends: Backends::Browser,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let user = case.user("ada@example.com").await;
    (case, user)
}

/// A login by a browser, whose cookies go into the jar.
pub(super) async fn log_in(case: &Fixture<'_>, jar: &mut Jar) -> WireReply {
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let request = WireRequest::post("/auth/login", &body).header(OURS.0, OURS.1);
    let reply = case.send(&jar.send(request)).await;
    case.same("a login", (reply.status, reply.body.len()), (204, 0));
    jar.take(&reply);
    reply
}

pub(super) fn me(jar: &Jar) -> WireRequest {
    jar.send(WireRequest::get("/users/me"))
}

pub(super) fn post(jar: &Jar, target: &str) -> WireRequest {
    jar.send(WireRequest::new("POST", target).header(OURS.0, OURS.1))
}

pub(super) fn set_cookies(reply: &WireReply) -> Vec<String> {
    let lines = reply.header("set-cookie");
    lines
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect()
}

/// A3.3.1, A3.3.2, A3.3.3, A3.3.4, N-SE-05: three cookies, each with what the contract says.
async fn attributes(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let reply = log_in(&case, &mut Jar::default()).await;
    let masked: Vec<_> = set_cookies(&reply)
        .iter()
        .map(|line| {
            let (name, rest) = line.split_once('=').unwrap_or_default();
            let (value, attributes) = rest.split_once("; ").unwrap_or_default();
            format!("{name}=({}); {attributes}", value.len())
        })
        .collect();
    let csrf = 11 + 1 + 22 + 1 + 43 + 1 + 43;
    let expected = vec![
        "__Host-auth=(64); HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=3600".to_owned(),
        "__Host-auth-refresh=(107); HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=2592000"
            .to_owned(),
        format!("__Host-auth-csrf=({csrf}); Secure; SameSite=Lax; Path=/; Max-Age=2592000"),
    ];
    case.same("what is set", masked, expected);
    let cache: Vec<_> = reply.header("cache-control").collect();
    case.same("never stored", cache, vec![b"no-store".as_slice()]);
}

/// K-07, C-SM-06: cookies are sent back, and removed by a logout, also on the server.
async fn login_and_logout(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    case.expect(me(&jar), Expected::user(200, &user)).await;
    let kept = jar.clone();
    let mut cleared = Expected::empty(204);
    for line in CLEARED {
        cleared = cleared.header("set-cookie", line);
    }
    let reply = case.expect(post(&jar, "/auth/logout"), cleared).await;
    jar.take(&reply);
    case.same("what the browser has left", jar.names(), Vec::<&str>::new());
    case.expect(me(&jar), Expected::unauthenticated(false))
        .await;
    let reply = case.send(&me(&kept)).await;
    case.same("the copy of a cookie", reply.status, 401);
    let reply = case.send(&post(&kept, "/auth/refresh")).await;
    case.same("the copy of a refresh cookie", reply.status, 401);
}

/// The refresh cookie is exchanged at its route; an invalid one clears all cookies.
async fn refresh(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let first = jar.clone();
    for _ in 0..3 {
        case.clock.advance(Duration::minutes(50));
        let before = jar.clone();
        let reply = case.send(&post(&jar, "/auth/refresh")).await;
        case.same("a refresh", (reply.status, reply.body.len()), (204, 0));
        jar.take(&reply);
        for name in ["__Host-auth", "__Host-auth-refresh"] {
            case.check(jar.value(name) != before.value(name), "a new cookie");
        }
        case.expect(me(&jar), Expected::user(200, &user)).await;
    }
    let reply = case.send(&post(&first, "/auth/refresh")).await;
    case.same(
        "a spent one",
        reply.text("code"),
        "REFRESH_TOKEN_INVALID".to_owned(),
    );
    case.same(
        "it is cleared",
        set_cookies(&reply),
        CLEARED.map(str::to_owned).to_vec(),
    );
    let reply = case.send(&post(&jar, "/auth/refresh")).await;
    case.same("its session is over", reply.status, 401);
    let nothing = WireRequest::new("POST", "/auth/refresh").header(OURS.0, OURS.1);
    let reply = case.send(&nothing).await;
    case.same(
        "without a cookie",
        reply.text("code"),
        "REFRESH_TOKEN_INVALID".to_owned(),
    );
}

/// Tabs share their cookies: however their refreshes overlap within the grace, all get the same
/// tokens, and no tab is logged out.
async fn parallel_tabs(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    for _ in 0..3 {
        case.clock.advance(Duration::minutes(10));
        let slow = jar.clone();
        let reply = case.send(&post(&jar, "/auth/refresh")).await;
        jar.take(&reply);
        // Others refresh with what the first one got, and the slow one comes last.
        for _ in 0..4 {
            case.clock.advance(Duration::seconds(2));
            let mut other = jar.clone();
            let reply = case.send(&post(&other, "/auth/refresh")).await;
            case.same("another tab", reply.status, 204);
            other.take(&reply);
            for name in ["__Host-auth", "__Host-auth-refresh"] {
                case.same("the tokens", other.value(name), jar.value(name));
            }
        }
        let mut late = slow.clone();
        let reply = case.send(&post(&slow, "/auth/refresh")).await;
        case.same("the slow tab", reply.status, 204);
        late.take(&reply);
        case.same(
            "its token",
            late.value("__Host-auth"),
            jar.value("__Host-auth"),
        );
        case.expect(me(&late), Expected::user(200, &user)).await;
    }
}

/// An invalid cookie is refused if a user is required, and cleared.
async fn stale_cookie_is_cleared(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let refused = Expected::unauthenticated(true).header("set-cookie", CLEARED[0]);
    for value in [
        "x".to_owned(),
        "A".repeat(64),
        "a.b.c".to_owned(),
        "x y".to_owned(),
    ] {
        let request =
            WireRequest::get("/users/me").header("cookie", format!("__Host-auth={value}"));
        case.expect(request, refused.clone()).await;
    }
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    case.clock.advance(Duration::HOUR);
    case.expect(me(&jar), refused.clone()).await;
    let reply = case.send(&post(&jar, "/auth/refresh")).await;
    case.same("its refresh cookie is good", reply.status, 204);
    // A cookie of a sibling host is ignored.
    for cookie in [
        "auth=x",
        "__host-auth=x",
        "__Host-auth2=x",
        "a; b=c;;",
        "__Host-auth=",
    ] {
        let request = WireRequest::get("/users/me").header("cookie", cookie);
        case.expect(request, Expected::unauthenticated(false)).await;
    }
}

/// A7.2.4: a browser that logs in again gets a new session, and its old one ends.
async fn new_login_ends_the_old_session(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let (mut jar, mut other) = (Jar::default(), Jar::default());
    log_in(&case, &mut other).await;
    log_in(&case, &mut jar).await;
    let old = jar.clone();
    let wrong = json!({"identifier": "ada@example.com", "password": WRONG_PASSWORD});
    let failed = WireRequest::post("/auth/login", &wrong).header(OURS.0, OURS.1);
    let reply = case.send(&jar.send(failed)).await;
    case.same("a login that fails", reply.status, 400);
    case.same("ends nothing", case.send(&me(&jar)).await.status, 200);
    log_in(&case, &mut jar).await;
    case.check(
        old.value("__Host-auth") != jar.value("__Host-auth"),
        "a new token",
    );
    case.same(
        "the old one is over",
        case.send(&me(&old)).await.status,
        401,
    );
    case.same("the new one", case.send(&me(&jar)).await.status, 200);
    case.same(
        "the other browser",
        case.send(&me(&other)).await.status,
        200,
    );
    let ended = || {
        let kinds = case.events.kinds();
        let ended = kinds.iter();
        ended
            .filter(|kind| **kind == EventKind::SessionEnded)
            .count()
    };
    case.same("how often it is told", ended(), 1);
    // After the access token has expired, the refresh cookie names the session.
    case.clock.advance(Duration::hours(2));
    jar.remove("__Host-auth");
    let old = jar.clone();
    log_in(&case, &mut jar).await;
    case.same("how often it is told", ended(), 2);
    let reply = case.send(&post(&old, "/auth/refresh")).await;
    case.same("a copy of the old refresh cookie", reply.status, 401);
}

/// C-SM-02, C-SM-03, N-SE-01: a planted cookie never becomes a session, and no other cookie is read.
async fn planted_cookie_is_never_adopted(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let planted = "A".repeat(64);
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let request = WireRequest::post("/auth/login", &body)
        .header(OURS.0, OURS.1)
        .header("cookie", format!("__Host-auth={planted}"));
    let mut jar = Jar::default();
    let reply = case.send(&request).await;
    jar.take(&reply);
    case.check(jar.value("__Host-auth") != planted, "a token of its own");
    let request = WireRequest::get("/users/me").header("cookie", format!("__Host-auth={planted}"));
    case.same("the planted one", case.send(&request).await.status, 401);
    let token = jar.value("__Host-auth");
    for request in [
        WireRequest::get(&format!("/users/me?auth={token}&__Host-auth={token}")),
        WireRequest::get("/users/me").header("x-auth", token.clone()),
    ] {
        case.expect(request, Expected::unauthenticated(false)).await;
    }
    // Nor does a bearer backend take it, nor the cookie a bearer token.
    let bearer = WireRequest::get("/users/me").bearer(&token);
    case.expect(bearer, Expected::unauthenticated(true)).await;
}

/// C-CS-01, C-CS-03, C-SM-02: a neighbouring domain can plant a refresh cookie, and not the CSRF cookie of
/// its session: a browser that has one of its own is not logged in by it.
async fn planted_refresh_cookie_is_refused(run: &CaseRun<'_>) {
    const COOKIES: [&str; 2] = ["__Host-auth-refresh", "__Host-auth-csrf"];
    let (case, _) = browser_case(run).await;
    let (mut eves, mut adas) = (Jar::default(), Jar::default());
    log_in(&case, &mut eves).await;
    log_in(&case, &mut adas).await;
    let [planted, eves_csrf] = COOKIES.map(|name| format!("{name}={}", eves.value(name)));
    let adas_csrf = format!("{}={}", COOKIES[1], adas.value(COOKIES[1]));
    let access = format!("__Host-auth={}", adas.value("__Host-auth"));
    let options = WireRequest::new("OPTIONS", "/auth/login");
    let mut stranger = Jar::default();
    stranger.take(&case.send(&options).await);
    let nobodys = format!("{}={}", COOKIES[1], stranger.value(COOKIES[1]));
    let refresh = |cookies: String| {
        let request = WireRequest::new("POST", "/auth/refresh").header(OURS.0, OURS.1);
        request.header("cookie", cookies)
    };
    for cookies in [
        format!("{planted}; {access}; {adas_csrf}"),
        format!("{planted}; {nobodys}"),
        format!("{planted}; {eves_csrf}x"),
        format!("{planted}; {eves_csrf}; {adas_csrf}"),
    ] {
        let reply = case.send(&refresh(cookies.clone())).await;
        case.same(&cookies, reply.status, 401);
        let mut jar = adas.clone();
        jar.take(&reply);
        case.same("what is left", jar.names().len(), 0);
    }
    let kinds = case.events.kinds();
    let told = kinds.iter().filter(|kind| **kind == EventKind::CsrfRefused);
    case.same("how often it is told", told.count(), 4);
    // It spent no token.
    let reply = case.send(&refresh(format!("{planted}; {eves_csrf}"))).await;
    case.same("by its owner", reply.status, 204);
}

/// Routes below a prefix that the toolkit does not know keep their refresh cookie: it has no path.
async fn refresh_works_below_an_unknown_prefix(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let mut jar = Jar::default();
    let login = log_in(&case, &mut jar).await;
    let lines = set_cookies(&login);
    case.check(
        lines.iter().all(|line| line.contains("; Path=/; ")),
        "the path of every cookie",
    );
}

/// A header is not a body: without a token in the body the cookie is exchanged, whatever the content type
/// says.
async fn empty_body_means_the_cookie(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let mut jar = Jar::default();
    for (content_type, body) in [
        ("application/json", ""),
        ("application/json", "{}"),
        ("application/json", " { } "),
        ("application/json", "null"),
        ("text/plain", ""),
        ("text/plain;charset=UTF-8", ""),
        ("application/x-www-form-urlencoded", ""),
        ("", ""),
    ] {
        log_in(&case, &mut jar).await;
        let request = post(&jar, "/auth/refresh").text(content_type, body);
        let what = format!("{content_type}: {body}");
        case.same(&what, case.send(&request).await.status, 204);
    }
    for (content_type, body, status) in [
        ("text/plain", "{}", 415),
        ("application/json", "{", 400),
        ("application/json", "[]", 422),
        ("application/json", r#"{"x":1}"#, 422),
    ] {
        let request = post(&jar, "/auth/refresh").text(content_type, body);
        case.same(body, case.send(&request).await.status, status);
    }
}

/// The routes of sessions, with cookies: ending the caller's own session answers like a logout.
async fn sessions_with_cookies(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let (mut jar, mut other) = (Jar::default(), Jar::default());
    log_in(&case, &mut other).await;
    case.clock.advance(Duration::seconds(1));
    log_in(&case, &mut jar).await;
    let reply = case
        .send(&jar.send(WireRequest::get("/auth/sessions")))
        .await;
    let sessions = reply.json()["sessions"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    case.same("how many", sessions.len(), 2);
    let id = sessions[0]["session_id"].as_str().unwrap_or_default();
    case.check(
        sessions[0]["is_current"] == json!(true),
        "the own is marked",
    );
    let revoke = post(&jar, "/auth/sessions/revoke-others");
    case.expect(revoke, Expected::empty(204)).await;
    case.same("the other", case.send(&me(&other)).await.status, 401);
    case.same("the own", case.send(&me(&jar)).await.status, 200);
    let own = WireRequest::new("DELETE", &format!("/auth/sessions/{id}"));
    let own = jar.send(own.header(OURS.0, OURS.1));
    let reply = case.send(&own).await;
    case.same("the end of the own", reply.status, 204);
    case.same(
        "its cookies",
        set_cookies(&reply),
        CLEARED.map(str::to_owned).to_vec(),
    );
    case.same("it is over", case.send(&me(&jar)).await.status, 401);
}
