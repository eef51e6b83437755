//! A client that knows the public id of a session, and guesses the rest of its refresh token.

use serde_json::{Value, json};

use crate::app::{App, Home, in_each_framework};
use crate::client::{post, request};
use crate::cookies::{COOKIES, Jar};
use crate::database::sqlite_number;
use crate::tokens::{OPAQUE, Tokens, assert_refused};

in_each_framework! { guessed_refresh_token_leaves_no_trace, guessed_refresh_cookie_leaves_no_trace }

const ADA: &str = "ada@example.com";
/// The characters of a token that name its session.
const ID: usize = 22;

/// Neither a token nor a write nor an event of a renewal. `unproven_refresh_token_reaches_no_strategy` of
/// `auth-core` shows that the strategy is not asked either.
fn guessed_refresh_token_leaves_no_trace(home: &Home) {
    let app = home.start(&[OPAQUE]);
    app.register(ADA);
    let own = Tokens::log_in(app.client, ADA);
    let other = Tokens::log_in(app.client, ADA);
    let before = written(home);
    for guess in guesses(&own.refresh, &other.refresh) {
        let refresh = post("/auth/refresh", json!({ "refresh_token": guess }));
        let reply = app.client.send(&refresh);
        assert_refused(&reply);
        assert_eq!(reply.json()["access_token"], Value::Null);
    }
    assert_eq!(written(home), before);
    own.renew(app.client);
    assert_one_renewal(home, app);
}

fn guessed_refresh_cookie_leaves_no_trace(home: &Home) {
    const COOKIE: &str = "auth-refresh";
    let app = home.start(&COOKIES);
    app.register(ADA);
    let (own, other) = (Jar::default(), Jar::default());
    own.log_in(&app, ADA);
    other.log_in(&app, ADA);
    let before = written(home);
    let refresh = || request("POST", "/auth/refresh");
    for guess in guesses(&own.value(COOKIE).unwrap(), &other.value(COOKIE).unwrap()) {
        let guessed = refresh()
            .header("cookie", &format!("{COOKIE}={guess}"))
            .header("sec-fetch-site", "same-origin");
        let reply = app.client.send(&guessed);
        assert_refused(&reply);
        let mut set = reply.headers("set-cookie");
        assert!(set.all(|cookie| cookie.contains("=; ")), "{}", reply.head);
    }
    assert_eq!(written(home), before);
    own.send(&app, "/auth/refresh", refresh()).expect(204);
    assert_one_renewal(home, app);
}

/// Returns tokens that name the session of `own`, without its secret. A token with the secret counts as one
/// that was exchanged before, and ends the session.
fn guesses(own: &str, other: &str) -> Vec<String> {
    let (id, secret) = own.split_at(ID);
    let (_, foreign) = other.split_at(ID);
    let (first, rest) = secret.split_at(1);
    let changed = if first == "A" { "B" } else { "A" };
    let zeros = "A".repeat(secret.len());
    vec![
        id.to_owned(),
        format!("{id}{zeros}"),
        format!("{id}{foreign}"),
        format!("{id}{changed}{rest}"),
        format!("{own}A"),
    ]
}

/// Returns a number that each write of a session or of the expiring store changes.
fn written(home: &Home) -> i64 {
    let select = "SELECT (SELECT count(*) * 1000000 + sum(version) * 1000 FROM auth_sessions) \
                  + (SELECT count(*) FROM auth_expiring)";
    sqlite_number(home.database_url(), select)
}

fn assert_one_renewal(home: &Home, app: App) {
    app.stop();
    let log = home.stderr();
    assert_eq!(log.matches("session_renewed").count(), 1, "{log}");
}
