//! Sessions of the built program: from login to logout, raced for, and shared by two processes.

use crate::app::{App, Home, in_each_framework_and_engine, reset};
use crate::client::{Client, Request, Response, at_once, get, request};
use crate::tokens::{OPAQUE, Tokens, assert_refused};

in_each_framework_and_engine! {
    from_login_to_logout,
    simultaneous_refreshes_have_one_successor,
    without_a_grace_one_refresh_wins_and_ends_it,
    a_refresh_beside_a_logout_leaves_no_token,
    a_refresh_beside_a_reset_leaves_no_token,
    what_one_process_ends_the_other_refuses,
}

const ADA: &str = "ada@example.com";
const NEW: &str = "an engine with a thousand columns";
const CLIENTS: usize = 64;
/// As many as clients, so that nothing queues before the database.
const CONNECTIONS: &str = "--pool-size=64";
/// On a busy machine that many take their time to connect, and that is not what is looked for.
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
    assert!(next.is_let_in(client));
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
    assert!(tablet.is_let_in(client));

    let others = request("POST", "/auth/sessions/revoke-others").bearer(&desk.access);
    client.send(&others).expect(204);
    tablet.assert_dead(client);
    assert_eq!(listed(&app, &desk).len(), 1);
    let desk = desk.renew(client);

    client.send(&desk.logout()).expect(204);
    desk.assert_dead(client);
    client.send(&desk.logout()).expect(401);
}

/// All get the same tokens, and the session continues with one successor.
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
    assert!(second.is_let_in(app.client));
    assert_eq!(listed(&app, second).len(), 1);

    let third = second.renew(app.client);
    assert!(third.is_let_in(app.client));
    // Two generations behind: not explained by a lost reply, so the token was stolen.
    assert_refused(&app.client.send(&first.renewal()));
    third.assert_dead(app.client);
}

fn without_a_grace_one_refresh_wins_and_ends_it(home: &Home) {
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

fn a_refresh_beside_a_logout_leaves_no_token(home: &Home) {
    let app = with_ada(home, &[OPAQUE, CONNECTIONS, PATIENCE]);
    let first = Tokens::log_in(app.client, ADA);
    let logout = raced_by_refreshes(app.client, &first, first.logout());
    logout.expect(204);
}

fn a_refresh_beside_a_reset_leaves_no_token(home: &Home) {
    let app = with_ada(home, &[OPAQUE, CONNECTIONS, PATIENCE]);
    let first = Tokens::log_in(app.client, ADA);
    let letter = app.forgot(ADA);
    let done = raced_by_refreshes(app.client, &first, reset(&letter, NEW));
    done.expect(200);
    app.client.send(&crate::app::login(ADA, NEW)).expect(200);
}

/// Two processes, one database: neither remembers anything that the other could not know of.
fn what_one_process_ends_the_other_refuses(home: &Home) {
    let one = with_ada(home, &[OPAQUE]);
    let other = home.start(&[OPAQUE]);
    let clients = [one.client, other.client];

    let first = Tokens::log_in(one.client, ADA);
    assert!(first.is_let_in(other.client));
    let requests = (0..CLIENTS).map(|number| (clients[number % 2], first.renewal()));
    let replies = at_once(&requests.collect::<Vec<_>>());
    let mut successors: Vec<_> = replies.iter().map(Tokens::of).collect();
    successors.dedup();
    assert_eq!(successors.len(), 1);
    let second = successors.remove(0).renew(other.client);
    assert!(second.is_let_in(one.client));
    other.client.send(&second.logout()).expect(204);
    second.assert_dead(one.client);

    let kept = Tokens::log_in(other.client, ADA);
    let ended = Tokens::log_in(one.client, ADA);
    let others = request("POST", "/auth/sessions/revoke-others").bearer(&kept.access);
    one.client.send(&others).expect(204);
    assert!(kept.is_let_in(other.client));
    ended.assert_dead(other.client);

    let letter = one.forgot(ADA);
    one.client.send(&reset(&letter, NEW)).expect(200);
    kept.assert_dead(other.client);
}

/// Sends something that ends a session together with many refreshes of it, and answers its reply. Of
/// what the refreshes handed out nothing is good afterwards.
fn raced_by_refreshes(client: Client, first: &Tokens, end: Request) -> Response {
    let mut requests = vec![(client, first.renewal()); CLIENTS];
    requests[CLIENTS / 2] = (client, end);
    let mut replies = at_once(&requests);
    let end = replies.remove(CLIENTS / 2);
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    lost.into_iter().for_each(assert_refused);
    let mut handed_out: Vec<_> = won.into_iter().map(Tokens::of).collect();
    handed_out.push(first.clone());
    handed_out.dedup();
    // First all access tokens: a refresh token that is refused could end what they belong to.
    for tokens in &handed_out {
        assert!(!tokens.is_let_in(client));
    }
    for tokens in &handed_out {
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
