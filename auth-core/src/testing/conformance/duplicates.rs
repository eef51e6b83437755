//! Two cookies of one name.

use serde_json::json;

use super::cookies::{CLEARED, browser_case, log_in, me, post};
use super::expected::Expected;
use super::jar::Jar;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::http::{BufferedRequest, Header};
use crate::testing::PASSWORD;

group!("duplicates": duplicate_cookie_is_refused, duplicates_at_a_refresh_are_cleared,
    duplicate_csrf_cookie_is_cleared, pages_clear_duplicates);

/// K-06: the same name with two values is refused, in one header or in two; with one value it is one.
async fn duplicate_cookie_is_refused(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let good = format!("__Host-auth={}", jar.value("__Host-auth"));
    let get = || WireRequest::get("/users/me");
    let refused = Expected::unauthenticated(true).header("set-cookie", CLEARED[0]);
    let planted = format!("{good}; __Host-auth={}", "B".repeat(64));
    case.expect(get().header("cookie", planted), refused.clone())
        .await;
    let split = get()
        .header("cookie", "__Host-auth=planted")
        .header("cookie", good.clone());
    case.expect(split, refused.clone()).await;
    let nameless = get().header("cookie", format!("=__Host-auth=planted; {good}"));
    case.expect(nameless, refused).await;
    let same = get()
        .header("cookie", good.clone())
        .header("cookie", good.clone());
    case.expect(same, Expected::user(200, &user)).await;
    let apart = get().header("cookie", "a=b").header("cookie", good);
    case.expect(apart, Expected::user(200, &user)).await;
}

/// A browser that kept a cookie of an earlier domain sends two values of one name. Both are cleared, so that the
/// next login works.
async fn duplicates_at_a_refresh_are_cleared(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    for name in ["__Host-auth-refresh", "__Host-auth-csrf"] {
        let mut jar = Jar::default();
        log_in(&case, &mut jar).await;
        let kept = jar.clone();
        let old = format!("{name}=of-an-earlier-domain");
        let request = post(&jar, "/auth/refresh").header("cookie", old);
        let reply = case.send(&request).await;
        case.same(name, reply.status, 401);
        jar.take(&reply);
        case.same("what is left", jar.names().len(), 0);
        // It ended no session: a neighbouring domain can plant a cookie.
        let reply = case.send(&me(&kept)).await;
        case.same("the session", reply.status, 200);
    }
}

/// A client that does not state its source needs its CSRF token. With two values it is refused, and both are
/// cleared, so that the next login works.
async fn duplicate_csrf_cookie_is_cleared(run: &CaseRun<'_>) {
    const CSRF: &str = "__Host-auth-csrf";
    let (case, _) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar).await;
    let token = jar.value(CSRF);
    let old = format!("{CSRF}=of-an-earlier-domain");
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let login = |jar: &Jar| {
        let login = jar.send(WireRequest::post("/auth/login", &body));
        login.header("x-csrf-token", jar.value(CSRF))
    };
    let refused = Expected::problem(403, "CSRF_FAILED").header("set-cookie", CLEARED[2]);
    let patch = WireRequest::patch("/users/me", &json!({}));
    for request in [
        login(&jar),
        jar.send(WireRequest::new("POST", "/auth/refresh")),
        jar.send(patch).header("x-csrf-token", token),
    ] {
        let request = request.header("cookie", old.clone());
        case.expect(request, refused.clone()).await;
    }
    // One value that is wrong is left as it is.
    let other = jar.send(WireRequest::new("POST", "/auth/refresh"));
    case.expect(other, Expected::problem(403, "CSRF_FAILED"))
        .await;
    let options = || WireRequest::new("OPTIONS", "/auth/login");
    let reply = case.send(&jar.send(options()).header("cookie", old)).await;
    jar.take(&reply);
    case.same("the token", jar.value(CSRF), String::new());
    jar.take(&case.send(&jar.send(options())).await);
    let reply = case.send(&login(&jar)).await;
    case.same("a login", reply.status, 204);
}

/// A page shows no message of two, and its forms get a new token; the cookies of both are cleared.
async fn pages_clear_duplicates(run: &CaseRun<'_>) {
    let (case, _) = browser_case(run).await;
    let request = BufferedRequest::new("GET", Vec::new())
        .header("cookie", "__Host-auth-csrf=a; __Host-auth-flash=a")
        .header("cookie", "__Host-auth-csrf=b; __Host-auth-flash=b");
    let names = |headers: &[Header]| {
        let lines = headers.iter().map(|header| {
            let value = header.value();
            let (name, _) = value.split_once('=').unwrap_or_default();
            (name.to_owned(), value.contains("=;"))
        });
        lines.collect::<Vec<_>>()
    };
    let flash = case.auth.take_flash(&request.head).await;
    let flash = flash.expect("the store answers");
    case.check(flash.message().is_none(), "no message");
    let cleared = |name: &str| (name.to_owned(), true);
    case.same(
        "flash",
        names(&flash.headers),
        vec![cleared("__Host-auth-flash")],
    );
    let csrf = case.auth.csrf_token(None, &request.head).await;
    let csrf = csrf.expect("the stores answer");
    let (csrf_cleared, csrf_set) = (
        cleared("__Host-auth-csrf"),
        ("__Host-auth-csrf".to_owned(), false),
    );
    case.same("CSRF", names(&csrf.headers), vec![csrf_cleared, csrf_set]);
}
