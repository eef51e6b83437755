//! Requests that another site may have caused.

use serde_json::json;

use super::cookies::{OURS, browser_case, log_in, me};
use super::expected::Expected;
use super::fixture::{ALLOWED_ORIGIN, Backends, NEW_PASSWORD, Setup};
use super::jar::Jar;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::testing::PASSWORD;

group!("csrf": source_then_origin_then_token_decide, every_route, login_and_refresh, tokens,
    token_before_login, token_after_the_end_of_the_session, offer_keeps_a_genuine_token, bearer_needs_no_csrf_token,
    simple_content_types, safe_methods_change_nothing, log_only);

const HEADER: &str = "x-csrf-token";
const COOKIE: &str = "__Host-auth-csrf";

fn refused() -> Expected {
    Expected::problem(403, "CSRF_FAILED")
}

fn with(request: WireRequest, headers: &[(&str, &str)]) -> WireRequest {
    let add = |request: WireRequest, (name, value): &(&str, &str)| request.header(name, *value);
    headers.iter().fold(request, add)
}

/// C-CS-02, A3.5.1, A3.5.2, A3.5.3, A16.3.3: Fetch Metadata × origin × token × method, with a cookie.
async fn source_then_origin_then_token_decide(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let token = jar.value(COOKIE);
    for (site, origin) in sources() {
        for token in [None, Some(token.as_str())] {
            let mut headers = Vec::new();
            headers.extend(site.map(|site| ("sec-fetch-site", site)));
            headers.extend(origin.map(|origin| ("origin", origin)));
            headers.extend(token.map(|token| (HEADER, token)));
            let passes = match (site, origin) {
                (_, Some(ALLOWED_ORIGIN)) => true,
                (None, None) => token.is_some(),
                (None, Some(origin)) => origin == "https://localhost",
                (Some(site), _) => matches!(site, "same-origin" | "none"),
            };
            let patch = WireRequest::patch("/users/me", &json!({}));
            let expected = if passes {
                Expected::user(200, &user)
            } else {
                refused()
            };
            case.expect(jar.send(with(patch, &headers)), expected).await;
            // What changes nothing is never asked.
            case.expect(with(me(&jar), &headers), Expected::user(200, &user))
                .await;
        }
    }
    case.check(
        case.raised(EventKind::CsrfRefused),
        "the event of a forgery",
    );
}

fn sources() -> impl Iterator<Item = (Option<&'static str>, Option<&'static str>)> {
    const SITES: [Option<&str>; 5] = [
        None,
        Some("same-origin"),
        Some("none"),
        Some("same-site"),
        Some("cross-site"),
    ];
    const ORIGINS: [Option<&str>; 5] = [
        None,
        Some("https://localhost"),
        Some(ALLOWED_ORIGIN),
        Some("https://evil.example"),
        Some("null"),
    ];
    SITES
        .into_iter()
        .flat_map(|site| ORIGINS.map(|origin| (site, origin)))
}

/// Every route of ours that changes something and takes a cookie.
async fn every_route(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let evil = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    let id = "0d6f3a52-7c1e-4a86-9b1f-5e2c8d7a4b10";
    let change = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
    for request in [
        WireRequest::new("POST", "/auth/logout"),
        WireRequest::new("POST", "/auth/sessions/revoke-others"),
        WireRequest::new("DELETE", &format!("/auth/sessions/{id}")),
        WireRequest::post("/users/me/change-password", &change),
        WireRequest::new("DELETE", &format!("/users/{id}")),
        WireRequest::patch(&format!("/users/{id}"), &json!({})),
    ] {
        case.expect(with(jar.send(request), &evil), refused()).await;
    }
    case.expect(me(&jar), Expected::user(200, &user)).await;
}

/// C-CS-03: only the site itself can log a browser in or refresh its tokens.
async fn login_and_refresh(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let login = WireRequest::post("/auth/login", &body);
    let refresh = jar.send(WireRequest::new("POST", "/auth/refresh"));
    for headers in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://localhost:8080")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://localhost"),
        ],
    ] {
        case.expect(with(login.clone(), headers), refused()).await;
        case.expect(with(refresh.clone(), headers), refused()).await;
    }
    // The body of another site is not judged.
    let mut form = refresh.clone().header("content-type", "text/plain");
    form.body = b"a=b".to_vec();
    for headers in [
        [("sec-fetch-site", "cross-site")],
        [("origin", "https://evil.example")],
    ] {
        case.expect(with(form.clone(), &headers), refused()).await;
    }
    for headers in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("origin", "https://localhost")],
        // This very machine has no certificate.
        &[("origin", "http://localhost")],
        &[("sec-fetch-site", "cross-site"), ("origin", ALLOWED_ORIGIN)],
    ] {
        for request in [&login, &refresh] {
            let reply = case.send(&with(request.clone(), headers)).await;
            case.same("it passes", reply.status, 204);
        }
    }
}

/// C-CS-01, N-SE-04: only the token of this session, in both places; the token of the session before is
/// refused.
async fn tokens(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let (mut jar, mut other) = (Jar::default(), Jar::default());
    log_in(&case, &mut other).await;
    log_in(&case, &mut jar).await;
    let old = jar.value(COOKIE);
    log_in(&case, &mut jar).await;
    let (own, foreign) = (jar.value(COOKIE), other.value(COOKIE));
    let access = format!("__Host-auth={}", jar.value("__Host-auth"));
    let patch = |cookie: &str, header: Option<&str>| {
        let request = WireRequest::patch("/users/me", &json!({}))
            .header("cookie", format!("{access}; {COOKIE}={cookie}"));
        match header {
            Some(header) => request.header(HEADER, header),
            None => request,
        }
    };
    let good = patch(&own, Some(&own));
    case.expect(good, Expected::user(200, &user)).await;
    for (cookie, header) in [
        (own.as_str(), None),
        (&own, Some("")),
        (&own, Some(foreign.as_str())),
        (&foreign, Some(&foreign)),
        (&old, Some(&old)),
        ("planted", Some("planted")),
    ] {
        case.expect(patch(cookie, header), refused()).await;
    }
    // A refresh keeps the session, and so its token.
    let refresh = WireRequest::new("POST", "/auth/refresh").header(HEADER, own.clone());
    let reply = case.send(&jar.send(refresh)).await;
    case.same("a refresh with a token", reply.status, 204);
    jar.take(&reply);
    let patch = WireRequest::patch("/users/me", &json!({})).header(HEADER, jar.value(COOKIE));
    case.expect(jar.send(patch), Expected::user(200, &user))
        .await;
}

/// A client that says nothing of where it is asks for a token first.
async fn token_before_login(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let mut jar = Jar::default();
    let options = WireRequest::new("OPTIONS", "/auth/login");
    let reply = case.send(&options).await;
    case.same("an offer", reply.status, 204);
    jar.take(&reply);
    case.same("one cookie", jar.names(), vec![COOKIE]);
    let offered = jar.value(COOKIE);
    let reply = case.send(&jar.send(options)).await;
    jar.take(&reply);
    case.same("who has one keeps it", jar.value(COOKIE), offered.clone());
    let login = WireRequest::post("/auth/login", &body).header(HEADER, offered.clone());
    case.expect(login.clone(), refused()).await;
    let reply = case.send(&jar.send(login)).await;
    case.same("with both halves", reply.status, 204);
    jar.take(&reply);
    case.check(jar.value(COOKIE) != offered, "the session has its own");
    let access = format!(
        "__Host-auth={}; {COOKIE}={offered}",
        jar.value("__Host-auth")
    );
    let patch = WireRequest::patch("/users/me", &json!({}))
        .header("cookie", access)
        .header(HEADER, offered);
    case.expect(patch, refused()).await;
}

/// A browser whose session was ended elsewhere still has its CSRF token, which is good for the login.
async fn token_after_the_end_of_the_session(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let of_session = jar.value(COOKIE);
    let options = WireRequest::new("OPTIONS", "/auth/login");
    let mut elsewhere = Jar::default();
    log_in(&case, &mut elsewhere).await;
    let revoke = WireRequest::new("POST", "/auth/sessions/revoke-others");
    let revoke = elsewhere.send(with(revoke, &[("sec-fetch-site", "same-origin")]));
    case.expect(revoke, Expected::empty(204)).await;
    jar.take(&case.send(&me(&jar)).await);
    case.same("it is over", jar.value("__Host-auth"), String::new());
    jar.take(&case.send(&jar.send(options)).await);
    case.same("the token stays", jar.value(COOKIE), of_session);
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let login = || WireRequest::post("/auth/login", &body);
    let forged = login().header(HEADER, format!("{}x", jar.value(COOKIE)));
    case.expect(jar.send(forged), refused()).await;
    let reply = case
        .send(&jar.send(login().header(HEADER, jar.value(COOKIE))))
        .await;
    case.same("a login with it", reply.status, 204);
}

/// The token of a session stays where the access cookie has expired: the session can still be refreshed.
async fn offer_keeps_a_genuine_token(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    case.clock.advance(time::Duration::hours(2));
    jar.remove("__Host-auth");
    let kept = jar.value(COOKIE);
    let options = WireRequest::new("OPTIONS", "/auth/login");
    jar.take(&case.send(&jar.send(options.clone())).await);
    case.same("the token", jar.value(COOKIE), kept.clone());
    let refresh = WireRequest::new("POST", "/auth/refresh").header(HEADER, kept);
    let reply = case.send(&jar.send(refresh)).await;
    case.same("a refresh with it", reply.status, 204);
    // A text that the server did not make is replaced.
    let planted = options.header("cookie", format!("{COOKIE}=planted"));
    let mut other = Jar::default();
    other.take(&case.send(&planted).await);
    case.same("an offer", other.names(), vec![COOKIE]);
}

/// C-CS-05: a request with a bearer token needs no CSRF token, and its cookie is ignored.
async fn bearer_needs_no_csrf_token(run: &CaseRun<'_>) {
    let (case, ada) = browser_case(run).await;
    let eve = case.user("eve@example.com").await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let body = json!({"identifier": "eve@example.com", "password": PASSWORD});
    let login = WireRequest::post("/auth/api/login", &body);
    let token = case
        .expect(login, Expected::in_session())
        .await
        .text("access_token");
    let patch = || jar.send(WireRequest::patch("/users/me", &json!({})));
    for headers in [
        &[][..],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ],
    ] {
        let request = with(patch(), headers).bearer(&token);
        case.expect(request, Expected::user(200, &eve)).await;
        let bad = with(patch(), headers).bearer("x");
        case.expect(bad, Expected::unauthenticated(true)).await;
    }
    // Another scheme is ignored.
    let basic = patch().header("authorization", "Basic YTpi");
    case.expect(basic, refused()).await;
    case.expect(me(&jar), Expected::user(200, &ada)).await;
}

/// C-CS-04: a body that a form can send is refused, wherever it comes from.
async fn simple_content_types(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD}).to_string();
    for content_type in [
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        for target in ["/auth/login", "/auth/refresh"] {
            let request = WireRequest::new("POST", target).text(content_type, body.clone());
            let request = jar.send(request.header(OURS.0, OURS.1));
            case.expect(request, Expected::problem(415, "UNSUPPORTED_MEDIA_TYPE"))
                .await;
        }
    }
}

/// A3.5.3, A7.6.2: no route of ours changes anything by a safe method.
async fn safe_methods_change_nothing(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let before = case.row_text(&user).await;
    let paths: Vec<_> = case
        .auth
        .routes()
        .map(|route| route.path().to_owned())
        .collect();
    for path in paths {
        for method in ["GET", "HEAD", "OPTIONS"] {
            let path = path.replace("{id}", &user.id.to_string());
            case.send(&jar.send(WireRequest::new(method, &path))).await;
        }
    }
    case.same("the row", case.row_text(&user).await, before);
    case.expect(me(&jar), Expected::user(200, &user)).await;
    case.same(
        "the sessions",
        case.auth
            .accounts()
            .sessions(&user)
            .await
            .map(|s| s.len())
            .ok(),
        Some(1),
    );
}

/// C-CS-06: to try it out, what would be refused passes, and is told once.
async fn log_only(run: &CaseRun<'_>) {
    let setup = Setup {
        backends: Backends::Browser,
        csrf_log_only: true,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let user = case.user("ada@example.com").await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let told = || {
        let kinds = case.events.kinds();
        kinds
            .iter()
            .filter(|kind| **kind == EventKind::CsrfRefused)
            .count()
    };
    case.same("before", told(), 0);
    let list = WireRequest::new("POST", "/auth/sessions/revoke-others");
    let forged = jar.send(list.header("sec-fetch-site", "cross-site"));
    case.expect(forged, Expected::empty(204)).await;
    case.same("once", told(), 1);
    case.expect(me(&jar), Expected::user(200, &user)).await;
}
