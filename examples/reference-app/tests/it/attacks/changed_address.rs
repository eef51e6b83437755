//! A mistyped new address, a thief with an address of its own, and a thief with copies of the cookies.

use serde_json::json;

use crate::app::{App, Home, PASSWORD, in_each_framework, login, reset, verification};
use crate::client::{Request, request};
use crate::cookies::{COOKIES, Jar};

in_each_framework! { mistyped_address_gets_no_account, reset_withdraws_the_address_of_a_thief,
copied_cookies_end_with_the_address }

const ADA: &str = "ada@example.com";
const OTHER: &str = "adda@example.com";
const NEW: &str = "an engine with a thousand columns";

/// The owner of the mistyped address can do nothing with it, and the owner of the account stays in.
fn mistyped_address_gets_no_account(home: &Home) {
    let app = home.start(&[]);
    app.register(ADA);
    let token = app.log_in(ADA, PASSWORD);
    ask(&app, &token);
    app.mail("email-change-requested", ADA, 1);
    for path in ["/auth/forgot-password", "/auth/request-verify-token"] {
        let asked = request("POST", path).json(json!({ "email": OTHER }));
        app.client.send(&asked).expect(202);
    }
    app.client.send(&login(OTHER, PASSWORD)).expect(400);
    app.log_in(ADA, PASSWORD);
    assert_eq!(app.protected(&token), 200);
    let token = app.forgot(ADA);
    app.client.send(&reset(&token, NEW)).expect(200);
}

/// A thief of a session and a password asks for an address of its own; the owner, who is told, resets the
/// password.
fn reset_withdraws_the_address_of_a_thief(home: &Home) {
    let app = home.start(&[]);
    app.register(ADA);
    ask(&app, &app.log_in(ADA, PASSWORD));
    let stolen = app.mail("verify", OTHER, 1);
    app.mail("email-change-requested", ADA, 1);
    let token = app.forgot(ADA);
    app.client.send(&reset(&token, NEW)).expect(200);
    app.client.send(&verification(&stolen)).expect(400);
    app.log_in(ADA, NEW);
}

/// A7.4.3: the session of the owner continues with new cookies, and copies of the old ones are dead.
fn copied_cookies_end_with_the_address(home: &Home) {
    let app = home.start(&COOKIES);
    app.register(ADA);
    let (owner, thief) = (Jar::default(), Jar::default());
    thief.put(&owner.log_in(&app, ADA));

    owner.send(&app, "/users/me", change()).expect(200);
    let proof = verification(&app.mail("verify", OTHER, 1));
    let proven = owner.send(&app, "/auth/verify", proof);
    assert_eq!(proven.expect(200)["email"], OTHER);
    thief.me(&app).expect(401);
    owner.me(&app).expect(200);
    app.mail("email-changed", ADA, 1);
}

fn ask(app: &App, token: &str) {
    let reply = app.client.send(&change().bearer(token)).expect(200);
    assert_eq!(
        (&reply["email"], &reply["pending_email"]),
        (&json!(ADA), &json!(OTHER))
    );
}

fn change() -> Request {
    let body = json!({ "email": OTHER, "current_password": PASSWORD });
    request("PATCH", "/users/me").json(body)
}
