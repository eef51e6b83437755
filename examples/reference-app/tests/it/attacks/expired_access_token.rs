//! The next person at a shared browser whose access cookie has expired.

use crate::app::{App, Home, in_each_framework};
use crate::client::request;
use crate::cookies::{COOKIES, Jar};

in_each_framework! {
    logout_ends_the_session_after_the_access_token_expired,
    login_ends_the_session_that_it_replaces,
    preflight_keeps_the_csrf_cookie,
}

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const REFRESH: &str = "auth-refresh";
const CSRF: &str = "auth-csrf";

/// A7.4.1: a logout after the expiry ends the session, and clears each cookie.
fn logout_ends_the_session_after_the_access_token_expired(home: &Home) {
    let (app, browser) = expired(home);
    let copied = browser.value(REFRESH).unwrap();
    let logout = request("POST", "/auth/logout");
    browser.send(&app, "/auth/logout", logout).expect(204);
    assert_eq!(browser.value(REFRESH), None);
    assert_refresh_is_refused(&app, &copied);
}

/// A7.2.4: a login ends the session of the refresh cookie that comes with it.
fn login_ends_the_session_that_it_replaces(home: &Home) {
    let (app, browser) = expired(home);
    let copied = browser.value(REFRESH).unwrap();
    app.register(GRACE);
    browser.log_in(&app, GRACE);
    assert_ne!(browser.value(REFRESH).unwrap(), copied);
    assert_refresh_is_refused(&app, &copied);
}

/// A request without a valid access token does not replace the CSRF token of the session.
fn preflight_keeps_the_csrf_cookie(home: &Home) {
    let (app, browser) = expired(home);
    let token = browser.value(CSRF).unwrap();
    for method in ["OPTIONS", "GET"] {
        let planted = request(method, "/auth/login").header("cookie", &cookies(&browser));
        browser.put(&app.client.send(&planted));
    }
    assert_eq!(browser.value(CSRF).unwrap(), token);
    let refresh = request("POST", "/auth/refresh")
        .header("cookie", &cookies(&browser))
        .header("x-csrf-token", &token);
    app.client.send(&refresh).expect(204);
}

/// Returns a server, and a browser whose access cookie has expired.
fn expired(home: &Home) -> (App, Jar) {
    let app = home.start(&[&COOKIES[..], &["--access-lifetime=1s"]].concat());
    app.register(ADA);
    let browser = Jar::default();
    browser.log_in(&app, ADA);
    while browser.me(&app).status == 200 {}
    (app, browser)
}

fn cookies(browser: &Jar) -> String {
    let names = ["auth", REFRESH, CSRF];
    let pairs = names.map(|name| browser.value(name).map(|value| format!("{name}={value}")));
    pairs.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[track_caller]
fn assert_refresh_is_refused(app: &App, token: &str) {
    let refresh = request("POST", "/auth/refresh")
        .header("cookie", &format!("{REFRESH}={token}"))
        .header("sec-fetch-site", "same-origin");
    let reply = app.client.send(&refresh);
    assert_eq!(reply.status, 401, "{}", reply.head);
}
