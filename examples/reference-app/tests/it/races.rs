//! Changes that must happen once, requested simultaneously.

use crate::app::{
    Home, PASSWORD, in_each_framework_and_engine, login, registration, reset, verification,
};
use crate::client::{Client, Request, Response, at_once};

const CLIENTS: usize = 64;
/// One per client, so that no request waits for a connection.
const CONNECTIONS: &str = "--pool-size=64";
/// Many connections are slow to open on a busy machine, which this test does not measure.
const PATIENCE: &str = "--checkout-timeout=1m";
const NEW: &str = "an engine with a thousand columns";

in_each_framework_and_engine! { one_of_simultaneous_registrations_wins, one_of_simultaneous_resets_wins, one_of_simultaneous_verifications_wins }

/// One of simultaneous registrations of an address wins, and no other gets a server error.
fn one_of_simultaneous_registrations_wins(home: &Home) {
    let app = home.start(&[CONNECTIONS, PATIENCE]);
    let replies = all_at_once(app.client, &registration("ada@example.com"));
    check(&replies, 201, "REGISTER_USER_ALREADY_EXISTS");
    app.client
        .send(&login("ada@example.com", PASSWORD))
        .expect(200);
}

/// A reset token is spent once.
fn one_of_simultaneous_resets_wins(home: &Home) {
    let app = home.start(&[CONNECTIONS, PATIENCE]);
    app.register("ada@example.com");
    let token = app.forgot("ada@example.com");
    let replies = all_at_once(app.client, &reset(&token, NEW));
    check(&replies, 200, "RESET_PASSWORD_BAD_TOKEN");
    app.client.send(&login("ada@example.com", NEW)).expect(200);
}

/// A verification token is spent once.
fn one_of_simultaneous_verifications_wins(home: &Home) {
    let app = home.start(&[CONNECTIONS, PATIENCE]);
    app.register("ada@example.com");
    let token = app.mail("verify", "ada@example.com", 1);
    let replies = all_at_once(app.client, &verification(&token));
    check(&replies, 200, "VERIFY_USER_");
}

/// Sends one request on many connections, all open before the first byte is sent.
fn all_at_once(client: Client, request: &Request) -> Vec<Response> {
    at_once(&vec![(client, request.clone()); CLIENTS])
}

/// Checks that one reply has status `winner`, and all others are 400 with the code `loser`.
#[track_caller]
fn check(replies: &[Response], winner: u16, loser: &str) {
    assert_eq!(replies.len(), CLIENTS);
    let won = replies
        .iter()
        .filter(|reply| reply.status == winner)
        .count();
    assert_eq!(won, 1);
    for reply in replies.iter().filter(|reply| reply.status != winner) {
        assert_eq!(reply.status, 400, "{}", reply.head);
        assert!(reply.code().starts_with(loser), "{}", reply.code());
    }
}
