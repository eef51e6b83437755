//! Two cookies of one name.

use super::cookies::{CLEARED, browser_case, log_in, me, post};
use super::expected::Expected;
use super::jar::Jar;
use super::wire::WireRequest;
use super::{CaseRun, group};

group!("duplicates": duplicate_cookie_is_refused, duplicates_at_a_refresh_are_cleared);

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
