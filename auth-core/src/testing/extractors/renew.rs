//! Logins that are refreshed within a request, and deadlines of classic sessions that move.

use time::Duration;

use super::OWN_COOKIE;
use super::app::{App, Calls, assert_refused, assert_text, with};
use crate::accounts::AdminUpdate;
use crate::testing::concurrent::all;
use crate::testing::conformance::{WireReply, WireRequest};
use crate::user::User;

const SHOWN: &str = "ada@example.com by web";
const NONE: Calls = Calls {
    users: 0,
    revoked: 0,
    sessions: 0,
};
const REFRESH: &str = "__Host-auth-refresh=";

/// The cookies that a reply sets.
fn cookies(reply: &WireReply) -> Vec<String> {
    let values = reply.header("set-cookie");
    let values = values.map(|value| String::from_utf8_lossy(value).into_owned());
    values.collect()
}

/// The cookie that begins so, as a browser sends it.
fn cookie(cookies: &[String], start: &str) -> Option<String> {
    let found = cookies.iter().find(|cookie| cookie.starts_with(start))?;
    found.split(';').next().map(str::to_owned)
}

/// The header of a browser that has these cookies.
fn sent(cookies: &[String]) -> [(String, String); 1] {
    let pairs = cookies.iter().filter_map(|cookie| cookie.split(';').next());
    let pairs: Vec<_> = pairs.collect();
    [("cookie".to_owned(), pairs.join("; "))]
}

/// The cookies of a browser whose access cookie has expired.
async fn expired(app: &App, user: &User) -> [(String, String); 1] {
    let [cookies, _] = expired_with_token(app, user).await;
    [cookies]
}

/// The same, and the CSRF token of a page that it shows.
async fn expired_with_token(app: &App, user: &User) -> [(String, String); 2] {
    let [(name, cookies), token] = app.main.cookies(user).await;
    let kept = cookies
        .split("; ")
        .filter(|pair| !pair.starts_with("__Host-auth="));
    let kept: Vec<_> = kept.chain(["theme=dark"]).collect();
    [(name, kept.join("; ")), token]
}

#[track_caller]
fn assert_renewed(what: &str, reply: &WireReply) {
    let set = cookies(reply);
    let names = ["__Host-auth=", REFRESH, "__Host-auth-csrf="];
    let has_all = names.iter().all(|name| cookie(&set, name).is_some());
    assert!(has_all && set.len() == 3, "{what}: {set:?}");
    let cache: Vec<_> = reply.header("cache-control").collect();
    assert!(cache.contains(&b"no-store".as_slice()), "{what}: {cache:?}");
}

pub(super) async fn expired_login_is_refreshed_within_the_request(app: &App) {
    let mut browser = expired(app, &app.main.ada().await).await;
    for (page, status, text) in [
        ("/renew/active", 200, SHOWN),
        ("/renew/optional", 200, SHOWN),
        ("/renew/error", 418, "teapot"),
    ] {
        let reply = app.get(page, &browser).await;
        assert_text(page, &reply, status, text);
        assert_renewed(page, &reply);
        browser[0].1 = cookie(&cookies(&reply), REFRESH).expect("a refresh cookie");
        // Beyond the grace the token is a new one each time.
        app.main.clock.advance(Duration::hours(2));
    }
    // With a valid access cookie nothing is refreshed.
    let reply = app.get("/renew/active", &browser).await;
    let valid = sent(&cookies(&reply));
    let reply = app.get("/renew/active", &valid).await;
    assert_text("a valid login", &reply, 200, SHOWN);
    assert_eq!(cookies(&reply), [""; 0]);
    // Without the layer the page has no login.
    let reply = app.get("/active", &browser).await;
    assert_refused("no layer", &reply, 401, "AUTHENTICATION_FAILED");
}

/// Tabs that open at the same moment get the same login, by one rotation.
pub(super) async fn parallel_tabs_are_refreshed_once(app: &App) {
    let browser = expired(app, &app.main.ada().await).await;
    let replies = all((0..8).map(|_| app.get("/renew/active", &browser))).await;
    assert_eq!(replies.len(), 8);
    let tokens: Vec<_> = replies
        .iter()
        .map(|reply| cookie(&cookies(reply), REFRESH))
        .collect();
    let first = tokens.first().cloned().flatten().expect("a refresh cookie");
    for (reply, token) in replies.iter().zip(&tokens) {
        assert_text("a tab", reply, 200, SHOWN);
        assert_renewed("a tab", reply);
        assert_eq!(token.as_ref(), Some(&first), "one successor");
    }
    let next = sent(&[first]);
    assert_text(
        "the next page",
        &app.get("/renew/active", &next).await,
        200,
        SHOWN,
    );
}

pub(super) async fn ended_login_is_anonymous_and_its_cookies_are_deleted(app: &App) {
    let ended = expired(app, &app.main.ada().await).await;
    app.main.clock.advance(Duration::days(31));
    let unknown = [("cookie".to_owned(), format!("{REFRESH}{}", "A".repeat(107)))];
    for browser in [ended, unknown] {
        let reply = app.get("/renew/optional", &browser).await;
        assert_text("a public page", &reply, 200, "anonymous");
        let set = cookies(&reply);
        let is_deleted = set.iter().all(|cookie| cookie.contains("Max-Age=0"));
        assert!(set.len() == 3 && is_deleted, "{set:?}");
        let reply = app.get("/renew/active", &browser).await;
        assert_refused("a guarded page", &reply, 401, "AUTHENTICATION_FAILED");
    }
}

/// A store that cannot answer logs no user out, and a page is not shown to an anonymous user instead.
pub(super) async fn outage_during_a_refresh_is_503(app: &App) {
    let browser = expired(app, &app.main.ada().await).await;
    for page in ["/renew/active", "/renew/optional", "/renew/public"] {
        app.main.sessions.fail(true);
        let reply = app.get(page, &browser).await;
        assert_refused(page, &reply, 503, "SERVICE_UNAVAILABLE");
        assert_eq!(cookies(&reply), [""; 0], "{page}");
        app.main.sessions.fail(false);
    }
    assert_text(
        "later",
        &app.get("/renew/active", &browser).await,
        200,
        SHOWN,
    );
}

pub(super) async fn forged_request_is_not_refreshed(app: &App) {
    let [browser, token] = expired_with_token(app, &app.main.ada().await).await;
    let site = |value: &str| ("sec-fetch-site".to_owned(), value.to_owned());
    let post = async |headers: &[(String, String)]| {
        let request = WireRequest::new("POST", "/renew/active");
        app.send(with(request, headers)).await
    };
    let before = app.main.calls();
    for headers in [
        vec![browser.clone(), site("cross-site")],
        vec![browser.clone()],
    ] {
        let reply = post(&headers).await;
        assert_refused("a forged request", &reply, 401, "AUTHENTICATION_FAILED");
        assert_eq!(cookies(&reply), [""; 0]);
    }
    assert_eq!(app.main.calls() - before, NONE);
    // A client without origins proves its requests by the token of its page, which stays the same: other tabs
    // have it in their forms.
    let reply = post(&[browser.clone(), token.clone()]).await;
    assert_text("a form with a token", &reply, 200, SHOWN);
    assert_renewed("a form with a token", &reply);
    let csrf = cookie(&cookies(&reply), "__Host-auth-csrf=");
    assert_eq!(csrf, Some(format!("__Host-auth-csrf={}", token.1)));
    let reply = post(&[browser, site("same-origin")]).await;
    assert_text("a request of the site", &reply, 200, SHOWN);
    assert_renewed("a request of the site", &reply);
}

/// Requests without a refresh cookie cost nothing, a bearer token decides alone, and a cookie of the handler
/// stays.
pub(super) async fn only_an_expired_cookie_is_refreshed(app: &App) {
    let ada = app.main.ada().await;
    let browser = expired(app, &ada).await;
    let before = app.main.calls();
    app.get("/renew/public", &[]).await;
    app.get("/renew/public", &[("cookie".into(), "theme=dark".into())])
        .await;
    assert_eq!(app.main.calls() - before, NONE);
    let bearer = [app.main.bearer(&ada).await, browser.to_vec()].concat();
    let reply = app.get("/renew/active", &bearer).await;
    assert_text("a bearer token", &reply, 200, "ada@example.com by jwt");
    assert_eq!(cookies(&reply), [""; 0]);
    let reply = app.get("/renew/cookie", &browser).await;
    let set = cookies(&reply);
    let own: Vec<_> = set
        .iter()
        .filter(|set| set.starts_with("__Host-auth="))
        .collect();
    assert_eq!(own, [OWN_COOKIE]);
}

/// A7.3.1: a page moves the deadline of a classic session and says so to the browser, once an hour, wherever
/// a layer of the toolkit sees the reply.
pub(super) async fn layers_tell_the_new_deadline_of_a_classic_session(app: &App) {
    let ada = app.main.ada().await;
    let site = app.main.site_cookies(&ada).await;
    for page in [
        "/guarded",
        "/layer/active",
        "/layer/error",
        "/page/guarded",
        "/renew/active",
        "/renew/error",
    ] {
        let reply = app.get(page, &site).await;
        assert_eq!(cookies(&reply), [""; 0], "{page}");
        app.main.clock.advance(Duration::minutes(61));
        let reply = app.get(page, &site).await;
        let set = cookies(&reply);
        let is_access = |set: &&String| set.starts_with("__Host-site=");
        let moved = set.iter().find(is_access).expect("a cookie");
        assert!(moved.ends_with("; Max-Age=2592000"), "{page}: {moved}");
        assert!(
            site[0]
                .1
                .contains(moved.split(';').next().unwrap_or_default()),
            "the same value"
        );
        let cache: Vec<_> = reply.header("cache-control").collect();
        assert!(cache.contains(&b"no-store".as_slice()), "{page}: {cache:?}");
    }
}

/// C-SM-04: with new privileges the session gets a new secret, which a page hands out where a layer of the
/// toolkit sees the reply; an extractor alone leaves the old one valid.
pub(super) async fn layers_hand_out_the_secret_for_new_privileges(app: &App) {
    let ada = app.main.ada().await;
    let mut site = app.main.site_cookies(&ada).await;
    let pages = [
        "/guarded",
        "/layer/active",
        "/layer/error",
        "/page/guarded",
        "/renew/error",
    ];
    let superuser = |is_superuser| AdminUpdate {
        is_superuser: Some(is_superuser),
        ..AdminUpdate::default()
    };
    // The last superuser cannot be made an ordinary user.
    app.main.user("root@example.com", superuser(true)).await;
    for (page, is_superuser) in pages.into_iter().zip([true, false].into_iter().cycle()) {
        app.main.update(&ada, superuser(is_superuser)).await;
        let reply = app.get("/active", &site).await;
        assert_eq!((reply.status, cookies(&reply).len()), (200, 0), "no layer");
        let reply = app.get(page, &site).await;
        let set = cookies(&reply);
        let new = cookie(&set, "__Host-site=").expect("a new secret");
        assert!(!site[0].1.contains(&new), "{page}: {new}");
        app.main.clock.advance(Duration::seconds(41));
        let reply = app.get("/active", &site).await;
        assert_refused("the old secret", &reply, 401, "AUTHENTICATION_FAILED");
        site = sent(&set);
        assert_text(
            "the new one",
            &app.get("/active", &site).await,
            200,
            "ada@example.com by site",
        );
    }
}

/// A page uses the new access token before the browser has it. If the browser loses the reply and comes back
/// after the grace, its refresh token is still answered, and no theft is reported.
pub(super) async fn lost_reply_of_a_renewed_page_logs_no_user_out(app: &App) {
    let browser = expired(app, &app.main.ada().await).await;
    assert_text(
        "a reply that is lost",
        &app.get("/renew/active", &browser).await,
        200,
        SHOWN,
    );
    app.main.clock.advance(Duration::minutes(2));
    let reply = app.get("/renew/active", &browser).await;
    assert_text("the next page", &reply, 200, SHOWN);
    assert_renewed("the next page", &reply);
    // The use of the new token ends the window.
    let next = sent(&cookies(&reply));
    assert_text(
        "a use of the new login",
        &app.get("/renew/active", &next).await,
        200,
        SHOWN,
    );
    let reply = app.get("/renew/active", &browser).await;
    assert_refused("the old token", &reply, 401, "AUTHENTICATION_FAILED");
}

/// Two logins of one browser: the first backend decides, and does so after its access cookie has expired.
pub(super) async fn renewal_comes_before_the_login_of_a_later_backend(app: &App) {
    let ada = app.main.ada().await;
    let grace = app
        .main
        .user("grace@example.com", AdminUpdate::default())
        .await;
    let [(name, web)] = expired(app, &ada).await;
    let [(_, site)] = app.main.site_cookies(&grace).await;
    let both = [(name, format!("{site}; {web}"))];
    let reply = app.get("/renew/active", &both).await;
    assert_text("both logins", &reply, 200, SHOWN);
    assert_renewed("both logins", &reply);
}
