//! Sessions of the built program: from login to logout, in races, and shared by two processes.

use crate::app::{App, Home, in_each_framework_and_engine, reset};
use crate::client::{Client, Request, Response, at_once, get, request};
use crate::tokens::{OPAQUE, Tokens, assert_refused};

in_each_framework_and_engine! {
    from_login_to_logout,
    simultaneous_refreshes_have_one_successor,
    one_simultaneous_refresh_wins_without_grace_and_the_session_ends,
    refresh_during_a_logout_leaves_no_valid_token,
    refresh_during_a_password_reset_leaves_no_valid_token,
    session_ended_by_one_process_is_rejected_by_the_other,
}

const ADA: &str = "ada@example.com";
const NEW: &str = "an engine with a thousand columns";
const CLIENTS: usize = 64;
/// One per client, so that no request waits for a connection.
const CONNECTIONS: &str = "--pool-size=64";
/// Many connections are slow to open on a busy machine, which this test does not measure.
const PATIENCE: &str = "--checkout-timeout=1m";

fn from_login_to_logout(home: &Home) {
    let app = with_ada(home, &[OPAQUE]);
    let client = app.client;
    let desk = Tokens::log_in(client, ADA);
    let login = crate::app::login(ADA, crate::app::PASSWORD).header("user-agent", "A phone");
    let phone = Tokens::of(&client.send(&login));
    let tablet = Tokens::log_in(client, ADA);

    let next = desk.renew(client);
    assert_ne!(next, desk);
    assert!(next.is_accepted(client));
    let desk = next;

    let sessions = listed(&app, &desk);
    let current: Vec<_> = sessions
        .iter()
        .filter(|s| s["is_current"] == true)
        .collect();
    assert_eq!((sessions.len(), current.len()), (3, 1), "{sessions:?}");
    let is_phone = |session: &&serde_json::Value| session["client"]["user_agent"] == "A phone";
    let named = sessions.iter().find(is_phone).unwrap();

    let path = format!("/auth/sessions/{}", named["session_id"].as_str().unwrap());
    let end = request("DELETE", &path).bearer(&desk.access);
    client.send(&end).expect(204);
    client.send(&end).expect(404);
    phone.assert_dead(client);
    assert!(tablet.is_accepted(client));

    let others = request("POST", "/auth/sessions/revoke-others").bearer(&desk.access);
    client.send(&others).expect(204);
    tablet.assert_dead(client);
    assert_eq!(listed(&app, &desk).len(), 1);
    let desk = desk.renew(client);

    client.send(&desk.logout()).expect(204);
    desk.assert_dead(client);
    client.send(&desk.logout()).expect(204);
}

/// B-01: all refreshes get the same tokens, and the session continues with one successor.
fn simultaneous_refreshes_have_one_successor(home: &Home) {
    let app = with_ada(home, &[OPAQUE, CONNECTIONS, PATIENCE]);
    let first = Tokens::log_in(app.client, ADA);
    let mut successors: Vec<_> = all_at_once(app.client, &first.renewal())
        .iter()
        .map(Tokens::of)
        .collect();
    successors.dedup();
    let [second] = successors.as_slice() else {
        panic!("{} different successors", successors.len());
    };
    assert!(second.is_accepted(app.client));
    assert_eq!(listed(&app, second).len(), 1);

    let third = second.renew(app.client);
    assert!(third.is_accepted(app.client));
    // Two generations old: a lost reply does not explain this, so the token counts as stolen.
    assert_refused(&app.client.send(&first.renewal()));
    third.assert_dead(app.client);
}

fn one_simultaneous_refresh_wins_without_grace_and_the_session_ends(home: &Home) {
    let app = with_ada(home, &[OPAQUE, CONNECTIONS, PATIENCE, "--refresh-grace=0s"]);
    let first = Tokens::log_in(app.client, ADA);
    let replies = all_at_once(app.client, &first.renewal());
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!((won.len(), lost.len()), (1, CLIENTS - 1));
    lost.into_iter().for_each(assert_refused);
    for tokens in [&Tokens::of(won[0]), &first] {
        tokens.assert_dead(app.client);
    }
}

fn refresh_during_a_logout_leaves_no_valid_token(home: &Home) {
    let app = with_ada(home, &[OPAQUE, CONNECTIONS, PATIENCE]);
    let first = Tokens::log_in(app.client, ADA);
    let logout = send_among_refreshes(app.client, &first, first.logout());
    logout.expect(204);
}

fn refresh_during_a_password_reset_leaves_no_valid_token(home: &Home) {
    let app = with_ada(home, &[OPAQUE, CONNECTIONS, PATIENCE]);
    let first = Tokens::log_in(app.client, ADA);
    let letter = app.forgot(ADA);
    let done = send_among_refreshes(app.client, &first, reset(&letter, NEW));
    done.expect(200);
    app.client.send(&crate::app::login(ADA, NEW)).expect(200);
}

/// B-23: two processes share one database, and neither caches the state of a session.
fn session_ended_by_one_process_is_rejected_by_the_other(home: &Home) {
    let one = with_ada(home, &[OPAQUE]);
    let other = home.start(&[OPAQUE]);
    let clients = [one.client, other.client];

    let first = Tokens::log_in(one.client, ADA);
    assert!(first.is_accepted(other.client));
    let requests = (0..CLIENTS).map(|number| (clients[number % 2], first.renewal()));
    let replies = at_once(&requests.collect::<Vec<_>>());
    let mut successors: Vec<_> = replies.iter().map(Tokens::of).collect();
    successors.dedup();
    assert_eq!(successors.len(), 1);
    let second = successors.remove(0).renew(other.client);
    assert!(second.is_accepted(one.client));
    other.client.send(&second.logout()).expect(204);
    second.assert_dead(one.client);

    let kept = Tokens::log_in(other.client, ADA);
    let ended = Tokens::log_in(one.client, ADA);
    let others = request("POST", "/auth/sessions/revoke-others").bearer(&kept.access);
    one.client.send(&others).expect(204);
    assert!(kept.is_accepted(other.client));
    ended.assert_dead(other.client);

    let letter = one.forgot(ADA);
    one.client.send(&reset(&letter, NEW)).expect(200);
    kept.assert_dead(other.client);
}

/// Sends a request that ends a session together with many refreshes of it, and returns its reply.
/// All tokens of the refreshes are invalid afterwards.
fn send_among_refreshes(client: Client, first: &Tokens, end: Request) -> Response {
    let mut requests = vec![(client, first.renewal()); CLIENTS];
    requests[CLIENTS / 2] = (client, end);
    let mut replies = at_once(&requests);
    let end = replies.remove(CLIENTS / 2);
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    lost.into_iter().for_each(assert_refused);
    let mut issued: Vec<_> = won.into_iter().map(Tokens::of).collect();
    issued.push(first.clone());
    issued.dedup();
    // First all access tokens: presenting a refresh token could end their session.
    for tokens in &issued {
        assert!(!tokens.is_accepted(client));
    }
    for tokens in &issued {
        tokens.assert_dead(client);
    }
    end
}

fn with_ada(home: &Home, flags: &[&str]) -> App {
    let app = home.start(flags);
    app.register(ADA);
    app
}

fn all_at_once(client: Client, request: &Request) -> Vec<Response> {
    at_once(&vec![(client, request.clone()); CLIENTS])
}

fn listed(app: &App, tokens: &Tokens) -> Vec<serde_json::Value> {
    let list = get("/auth/sessions").bearer(&tokens.access);
    let body = app.client.send(&list).expect(200);
    body["sessions"].as_array().unwrap().clone()
}
