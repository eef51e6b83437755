//! Several backends at once.

use serde_json::json;

use super::cookies::{browser_case, log_in, me};
use super::expected::Expected;
use super::jar::Jar;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::testing::PASSWORD;

group!("backends": backends_have_separate_routes, bad_header_does_not_fall_through,
    bad_cookie_is_ignored_beside_good_header, logout_ends_token_of_its_backend,
    token_of_another_backend_is_refused);

/// The routes of the first backend are at the path of the group, those of others below their names.
async fn backends_have_separate_routes(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let paths: Vec<_> = case
        .auth
        .routes()
        .map(|route| route.path().to_owned())
        .collect();
    for path in [
        "/auth/login",
        "/auth/logout",
        "/auth/refresh",
        "/auth/api/login",
        "/auth/api/logout",
        "/auth/api/refresh",
        "/auth/plain/login",
        "/auth/plain/logout",
        "/auth/sessions",
    ] {
        case.same(path, paths.iter().filter(|known| *known == path).count(), 1);
    }
    case.check(
        !paths.contains(&"/auth/plain/refresh".to_owned()),
        "it has no sessions",
    );
}

async fn token_of(case: &super::fixture::Fixture<'_>, backend: &str) -> String {
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let request = WireRequest::post(&format!("/auth/{backend}/login"), &body);
    let reply = case.send(&request).await;
    case.same("a login", reply.status, 200);
    reply.text("access_token")
}

/// A bad header is refused, also beside a good cookie.
async fn bad_header_does_not_fall_through(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let bad = me(&jar).bearer("x");
    case.expect(bad, Expected::unauthenticated(true)).await;
    case.expect(me(&jar), Expected::user(200, &user)).await;
}

async fn bad_cookie_is_ignored_beside_good_header(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    for backend in ["api", "plain"] {
        let token = token_of(&case, backend).await;
        for cookie in [
            "__Host-auth=x",
            "__Host-auth=x; __Host-auth=y",
            "=__Host-auth=x",
        ] {
            let request = WireRequest::get("/users/me")
                .bearer(&token)
                .header("cookie", cookie);
            case.expect(request, Expected::user(200, &user)).await;
        }
    }
}

/// A logout belongs to its backend, and ends tokens of that backend.
async fn logout_ends_token_of_its_backend(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let (api, plain) = (token_of(&case, "api").await, token_of(&case, "plain").await);
    let logout = |backend: &str, token: &str| {
        WireRequest::new("POST", &format!("/auth/{backend}/logout")).bearer(token)
    };
    case.expect(logout("plain", &api), Expected::empty(204))
        .await;
    case.expect(logout("api", &plain), Expected::empty(204))
        .await;
    for token in [&api, &plain] {
        case.check(case.accepts(token).await, "not the other's token");
    }
    case.expect(logout("api", &api), Expected::empty(204)).await;
    case.check(!case.accepts(&api).await, "its token is dead");
    case.check(case.accepts(&plain).await, "the other is not");
    case.expect(logout("plain", &plain), Expected::empty(204))
        .await;
    case.check(!case.accepts(&plain).await, "now it is");
    case.expect(me(&jar), Expected::user(200, &user)).await;
}

/// A token of one backend is refused by another, wherever it is presented.
async fn token_of_another_backend_is_refused(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let token = token_of(&case, "api").await;
    let request = WireRequest::get("/users/me").header("cookie", format!("__Host-auth={token}"));
    case.same("a JWT as a cookie", case.send(&request).await.status, 401);
    let cookie = jar.value("__Host-auth");
    let request = WireRequest::get("/users/me").bearer(&cookie);
    case.expect(request, Expected::unauthenticated(true)).await;
    case.check(case.accepts(&token).await, "the token in its place");
}
