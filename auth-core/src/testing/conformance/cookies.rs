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

group!("cookies": attributes, a_round_trip, refresh, parallel_tabs, stale, twice, a_new_login_replaces,
    fixation, a_planted_refresh_cookie, below_a_prefix, sessions_with_cookies);

/// What a browser says with a request that the site itself makes.
pub(super) const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");

/// How a cookie of this name looks when it is cleared.
const CLEARED: [&str; 3] = [
    "__Host-auth=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0",
    "__Secure-auth-refresh=; HttpOnly; Secure; SameSite=Lax; Path=/auth/refresh; Max-Age=0",
    "__Host-auth-csrf=; Secure; SameSite=Lax; Path=/; Max-Age=0",
];

pub(super) async fn browser_stage<'t>(trial: &'t CaseRun<'t>) -> (Fixture<'t>, User) {
    let setup = Setup {
        backends: Backends::Browser,
        ..Setup::default()
    };
    let stage = trial.stage_with(setup).await;
    let user = stage.user("ada@example.com").await;
    (stage, user)
}

/// A login by a browser, whose cookies go into the jar.
pub(super) async fn log_in(stage: &Fixture<'_>, jar: &mut Jar) -> WireReply {
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let request = WireRequest::post("/auth/login", &body).header(OURS.0, OURS.1);
    let reply = stage.send(&jar.send(request)).await;
    stage.same("a login", (reply.status, reply.body.len()), (204, 0));
    jar.take(&reply);
    reply
}

pub(super) fn me(jar: &Jar) -> WireRequest {
    jar.send(WireRequest::get("/users/me"))
}

fn post(jar: &Jar, target: &str) -> WireRequest {
    jar.send(WireRequest::new("POST", target).header(OURS.0, OURS.1))
}

fn set_cookies(reply: &WireReply) -> Vec<String> {
    let lines = reply.header("set-cookie");
    lines
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect()
}

/// A3.3.1, A3.3.2, A3.3.3, A3.3.4, N-SE-05: three cookies, each with what the contract says.
async fn attributes(trial: &CaseRun<'_>) {
    let (stage, _) = browser_stage(trial).await;
    let reply = log_in(&stage, &mut Jar::default()).await;
    let masked: Vec<_> = set_cookies(&reply)
        .iter()
        .map(|line| {
            let (name, rest) = line.split_once('=').unwrap_or_default();
            let (value, attributes) = rest.split_once("; ").unwrap_or_default();
            format!("{name}=({}); {attributes}", value.len())
        })
        .collect();
    let csrf = 11 + 1 + 22 + 1 + 43;
    let expected = vec![
        "__Host-auth=(64); HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=3600".to_owned(),
        "__Secure-auth-refresh=(107); HttpOnly; Secure; SameSite=Lax; Path=/auth/refresh; Max-Age=2592000".to_owned(),
        format!("__Host-auth-csrf=({csrf}); Secure; SameSite=Lax; Path=/; Max-Age=2592000"),
    ];
    stage.same("what is set", masked, expected);
    let cache: Vec<_> = reply.header("cache-control").collect();
    stage.same("never stored", cache, vec![b"no-store".as_slice()]);
}

/// K-07, C-SM-06: what was set is sent back, and gone after a logout, on the server, too.
async fn a_round_trip(trial: &CaseRun<'_>) {
    let (stage, user) = browser_stage(trial).await;
    let mut jar = Jar::default();
    log_in(&stage, &mut jar).await;
    stage.expect(me(&jar), Expected::user(200, &user)).await;
    let kept = jar.clone();
    let mut cleared = Expected::empty(204).header("clear-site-data", "\"cookies\"");
    for line in CLEARED {
        cleared = cleared.header("set-cookie", line);
    }
    let reply = stage.expect(post(&jar, "/auth/logout"), cleared).await;
    jar.take(&reply);
    stage.same("what the browser has left", jar.names(), Vec::<&str>::new());
    stage
        .expect(me(&jar), Expected::unauthenticated(false))
        .await;
    let reply = stage.send(&me(&kept)).await;
    stage.same("the copy of a cookie", reply.status, 401);
    let reply = stage.send(&post(&kept, "/auth/refresh")).await;
    stage.same("the copy of a refresh cookie", reply.status, 401);
}

/// The refresh cookie goes to its route alone, and is exchanged there; a bad one is cleared with all.
async fn refresh(trial: &CaseRun<'_>) {
    let (stage, user) = browser_stage(trial).await;
    let mut jar = Jar::default();
    log_in(&stage, &mut jar).await;
    let first = jar.clone();
    for _ in 0..3 {
        stage.clock.advance(Duration::minutes(50));
        let before = jar.clone();
        let reply = stage.send(&post(&jar, "/auth/refresh")).await;
        stage.same("a refresh", (reply.status, reply.body.len()), (204, 0));
        jar.take(&reply);
        for name in ["__Host-auth", "__Secure-auth-refresh"] {
            stage.check(jar.value(name) != before.value(name), "a new cookie");
        }
        stage.expect(me(&jar), Expected::user(200, &user)).await;
    }
    let reply = stage.send(&post(&first, "/auth/refresh")).await;
    stage.same(
        "a spent one",
        reply.text("code"),
        "REFRESH_TOKEN_INVALID".to_owned(),
    );
    stage.same(
        "it is cleared",
        set_cookies(&reply),
        CLEARED.map(str::to_owned).to_vec(),
    );
    let reply = stage.send(&post(&jar, "/auth/refresh")).await;
    stage.same("its session is over", reply.status, 401);
    let nothing = WireRequest::new("POST", "/auth/refresh").header(OURS.0, OURS.1);
    let reply = stage.send(&nothing).await;
    stage.same(
        "without a cookie",
        reply.text("code"),
        "REFRESH_TOKEN_INVALID".to_owned(),
    );
}

/// Tabs share their cookies: however their refreshes overlap within the grace, all get the same
/// tokens, and no tab is logged out.
async fn parallel_tabs(trial: &CaseRun<'_>) {
    let (stage, user) = browser_stage(trial).await;
    let mut jar = Jar::default();
    log_in(&stage, &mut jar).await;
    for _ in 0..3 {
        stage.clock.advance(Duration::minutes(10));
        let slow = jar.clone();
        let reply = stage.send(&post(&jar, "/auth/refresh")).await;
        jar.take(&reply);
        // Others refresh with what the first one got, and the slow one comes last.
        for _ in 0..4 {
            stage.clock.advance(Duration::seconds(2));
            let mut other = jar.clone();
            let reply = stage.send(&post(&other, "/auth/refresh")).await;
            stage.same("another tab", reply.status, 204);
            other.take(&reply);
            for name in ["__Host-auth", "__Secure-auth-refresh"] {
                stage.same("the tokens", other.value(name), jar.value(name));
            }
        }
        let mut late = slow.clone();
        let reply = stage.send(&post(&slow, "/auth/refresh")).await;
        stage.same("the slow tab", reply.status, 204);
        late.take(&reply);
        stage.same(
            "its token",
            late.value("__Host-auth"),
            jar.value("__Host-auth"),
        );
        stage.expect(me(&late), Expected::user(200, &user)).await;
    }
}

/// A cookie that is not good is refused where a user is needed, and cleared.
async fn stale(trial: &CaseRun<'_>) {
    let (stage, _) = browser_stage(trial).await;
    let refused = Expected::unauthenticated(true).header("set-cookie", CLEARED[0]);
    for value in [
        "x".to_owned(),
        "A".repeat(64),
        "a.b.c".to_owned(),
        "x y".to_owned(),
    ] {
        let request =
            WireRequest::get("/users/me").header("cookie", format!("__Host-auth={value}"));
        stage.expect(request, refused.clone()).await;
    }
    let mut jar = Jar::default();
    log_in(&stage, &mut jar).await;
    stage.clock.advance(Duration::HOUR);
    stage.expect(me(&jar), refused.clone()).await;
    let reply = stage.send(&post(&jar, "/auth/refresh")).await;
    stage.same("its refresh cookie is good", reply.status, 204);
    // A cookie of a sibling host is ignored.
    for cookie in [
        "auth=x",
        "__host-auth=x",
        "__Host-auth2=x",
        "a; b=c;;",
        "__Host-auth=",
    ] {
        let request = WireRequest::get("/users/me").header("cookie", cookie);
        stage
            .expect(request, Expected::unauthenticated(false))
            .await;
    }
}

/// K-06: the same name with two values is refused, in one header or in two; with one value it is one.
async fn twice(trial: &CaseRun<'_>) {
    let (stage, user) = browser_stage(trial).await;
    let mut jar = Jar::default();
    log_in(&stage, &mut jar).await;
    let good = format!("__Host-auth={}", jar.value("__Host-auth"));
    let get = || WireRequest::get("/users/me");
    let refused = Expected::unauthenticated(true).header("set-cookie", CLEARED[0]);
    let planted = format!("{good}; __Host-auth={}", "B".repeat(64));
    stage
        .expect(get().header("cookie", planted), refused.clone())
        .await;
    let split = get()
        .header("cookie", "__Host-auth=planted")
        .header("cookie", good.clone());
    stage.expect(split, refused.clone()).await;
    let nameless = get().header("cookie", format!("=__Host-auth=planted; {good}"));
    stage.expect(nameless, refused).await;
    let same = get()
        .header("cookie", good.clone())
        .header("cookie", good.clone());
    stage.expect(same, Expected::user(200, &user)).await;
    let apart = get().header("cookie", "a=b").header("cookie", good);
    stage.expect(apart, Expected::user(200, &user)).await;
}

/// A7.2.4, C-SM-04: a browser that logs in again has a new session, and its old one is over.
async fn a_new_login_replaces(trial: &CaseRun<'_>) {
    let (stage, _) = browser_stage(trial).await;
    let (mut jar, mut other) = (Jar::default(), Jar::default());
    log_in(&stage, &mut other).await;
    log_in(&stage, &mut jar).await;
    let old = jar.clone();
    let wrong = json!({"identifier": "ada@example.com", "password": WRONG_PASSWORD});
    let failed = WireRequest::post("/auth/login", &wrong).header(OURS.0, OURS.1);
    let reply = stage.send(&jar.send(failed)).await;
    stage.same("a login that fails", reply.status, 400);
    stage.same("ends nothing", stage.send(&me(&jar)).await.status, 200);
    log_in(&stage, &mut jar).await;
    stage.check(
        old.value("__Host-auth") != jar.value("__Host-auth"),
        "a new token",
    );
    stage.same(
        "the old one is over",
        stage.send(&me(&old)).await.status,
        401,
    );
    stage.same("the new one", stage.send(&me(&jar)).await.status, 200);
    stage.same(
        "the other browser",
        stage.send(&me(&other)).await.status,
        200,
    );
    let ended = stage.events.kinds();
    let ended = ended
        .iter()
        .filter(|kind| **kind == EventKind::SessionEnded);
    stage.same("how often it is told", ended.count(), 1);
}

/// C-SM-02, C-SM-03: a planted cookie never becomes a session, and no other cookie is read.
async fn fixation(trial: &CaseRun<'_>) {
    let (stage, _) = browser_stage(trial).await;
    let planted = "A".repeat(64);
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let request = WireRequest::post("/auth/login", &body)
        .header(OURS.0, OURS.1)
        .header("cookie", format!("__Host-auth={planted}"));
    let mut jar = Jar::default();
    let reply = stage.send(&request).await;
    jar.take(&reply);
    stage.check(jar.value("__Host-auth") != planted, "a token of its own");
    let request = WireRequest::get("/users/me").header("cookie", format!("__Host-auth={planted}"));
    stage.same("the planted one", stage.send(&request).await.status, 401);
    let token = jar.value("__Host-auth");
    for request in [
        WireRequest::get(&format!("/users/me?auth={token}&__Host-auth={token}")),
        WireRequest::get("/users/me").header("x-auth", token.clone()),
    ] {
        stage
            .expect(request, Expected::unauthenticated(false))
            .await;
    }
    // Nor does a bearer backend take it, nor the cookie a bearer token.
    let bearer = WireRequest::get("/users/me").bearer(&token);
    stage.expect(bearer, Expected::unauthenticated(true)).await;
}

/// C-CS-01, C-CS-03, C-SM-02: a neighbouring domain can plant a refresh cookie, and not the CSRF cookie of
/// its session: a browser that has one of its own is not logged in by it.
async fn a_planted_refresh_cookie(trial: &CaseRun<'_>) {
    const COOKIES: [&str; 2] = ["__Secure-auth-refresh", "__Host-auth-csrf"];
    let (stage, _) = browser_stage(trial).await;
    let (mut eves, mut adas) = (Jar::default(), Jar::default());
    log_in(&stage, &mut eves).await;
    log_in(&stage, &mut adas).await;
    let [planted, eves_csrf] = COOKIES.map(|name| format!("{name}={}", eves.value(name)));
    let adas_csrf = format!("{}={}", COOKIES[1], adas.value(COOKIES[1]));
    let access = format!("__Host-auth={}", adas.value("__Host-auth"));
    let options = WireRequest::new("OPTIONS", "/auth/login");
    let mut stranger = Jar::default();
    stranger.take(&stage.send(&options).await);
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
        let reply = stage.send(&refresh(cookies.clone())).await;
        stage.same(&cookies, reply.status, 401);
        let mut jar = adas.clone();
        jar.take(&reply);
        stage.same("what is left", jar.names().len(), 0);
    }
    let kinds = stage.events.kinds();
    let told = kinds.iter().filter(|kind| **kind == EventKind::CsrfRefused);
    stage.same("how often it is told", told.count(), 4);
    // Nothing was spent by it.
    let reply = stage
        .send(&refresh(format!("{planted}; {eves_csrf}")))
        .await;
    stage.same("by its owner", reply.status, 204);
}

/// Where the routes are nested, the refresh cookie is bound to the path that the browser sees.
async fn below_a_prefix(trial: &CaseRun<'_>) {
    let setup = Setup {
        backends: Backends::Browser,
        public_prefix: "/api/v1",
        ..Setup::default()
    };
    let stage = trial.stage_with(setup).await;
    stage.user("ada@example.com").await;
    let mut jar = Jar::default();
    let reply = log_in(&stage, &mut jar).await;
    let lines = set_cookies(&reply);
    stage.check(
        lines[1].contains("; Path=/api/v1/auth/refresh; "),
        "the path of the refresh cookie",
    );
    stage.check(
        lines[0].contains("; Path=/; "),
        "the path of the access cookie",
    );
}

/// The routes of sessions, with cookies: ending the caller's own session answers like a logout.
async fn sessions_with_cookies(trial: &CaseRun<'_>) {
    let (stage, _) = browser_stage(trial).await;
    let (mut jar, mut other) = (Jar::default(), Jar::default());
    log_in(&stage, &mut other).await;
    stage.clock.advance(Duration::seconds(1));
    log_in(&stage, &mut jar).await;
    let reply = stage
        .send(&jar.send(WireRequest::get("/auth/sessions")))
        .await;
    let sessions = reply.json()["sessions"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    stage.same("how many", sessions.len(), 2);
    let id = sessions[0]["session_id"].as_str().unwrap_or_default();
    stage.check(
        sessions[0]["is_current"] == json!(true),
        "the own is marked",
    );
    let revoke = post(&jar, "/auth/sessions/revoke-others");
    stage.expect(revoke, Expected::empty(204)).await;
    stage.same("the other", stage.send(&me(&other)).await.status, 401);
    stage.same("the own", stage.send(&me(&jar)).await.status, 200);
    let own = WireRequest::new("DELETE", &format!("/auth/sessions/{id}"));
    let own = jar.send(own.header(OURS.0, OURS.1));
    let reply = stage.send(&own).await;
    stage.same("the end of the own", reply.status, 204);
    stage.same(
        "its cookies",
        set_cookies(&reply),
        CLEARED.map(str::to_owned).to_vec(),
    );
    stage.same("it is over", stage.send(&me(&jar)).await.status, 401);
}
