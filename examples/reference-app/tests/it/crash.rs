//! A server that is killed during thousands of rotations: a client that received a token can use
//! it, and no client holds two valid ones.

use std::sync::mpsc::{self, Sender};
use std::thread;

use crate::app::{App, Home};
use crate::client::{Client, get};
use crate::database::Engine;
use crate::tokens::{OPAQUE, Tokens, assert_refused};

const ADA: &str = "ada@example.com";
const CLIENTS: usize = 32;
const ROUNDS: usize = 4;
/// The number of acknowledged rotations before the server is killed at an arbitrary point.
const ROTATIONS: usize = 1000;
/// A busy machine may start a server slowly, so the limit is above the default.
const FLAGS: &[&str] = &[OPAQUE, "--refresh-grace=2m", "--checkout-timeout=1m"];

#[test]
fn sessions_survive_a_crash_on_sqlite() {
    sessions_survive_a_crash(Home::over("axum", Engine::Sqlite));
}

#[test]
fn sessions_survive_a_crash_on_postgres() {
    sessions_survive_a_crash(Home::over("axum", Engine::Postgres));
}

fn sessions_survive_a_crash(home: Option<Home>) {
    let Some(home) = home else { return };
    let mut app = home.start(FLAGS);
    app.register(ADA);
    for _ in 0..ROUNDS {
        app = kill_during_rotations(&home, app);
    }
}

/// Kills the server during rotations, and returns a new one on the same database.
fn kill_during_rotations(home: &Home, app: App) -> App {
    let client = app.client;
    let sessions: Vec<_> = (0..CLIENTS).map(|_| Tokens::log_in(client, ADA)).collect();
    let (acknowledged, rotations) = mpsc::channel();
    let held: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = sessions
            .into_iter()
            .map(|tokens| {
                let acknowledged = acknowledged.clone();
                scope.spawn(move || rotate_until_it_is_gone(client, tokens, &acknowledged))
            })
            .collect();
        // Without senders the receiver ends, if all clients fail.
        drop(acknowledged);
        let counted = rotations.iter().take(ROTATIONS).count();
        app.kill();
        assert_eq!(counted, ROTATIONS, "all clients have failed");
        let held = threads.into_iter().map(|thread| thread.join().unwrap());
        held.collect()
    });

    let app = home.start(FLAGS);
    // The last acknowledged token is valid, or, if a reply was lost, it is the
    // previous one.
    let renewed: Vec<_> = held.iter().map(|tokens| tokens.renew(app.client)).collect();
    for (before, tokens) in held.iter().zip(&renewed) {
        assert!(tokens.is_accepted(app.client));
        let next = tokens.renew(app.client);
        assert!(next.is_accepted(app.client));
        assert_refused(&app.client.send(&before.renewal()));
        // The old token counted as stolen and ended the session.
        for tokens in [tokens, &next] {
            tokens.assert_dead(app.client);
        }
    }
    let last = Tokens::log_in(app.client, ADA);
    let request = get("/auth/sessions").bearer(&last.access);
    let body = app.client.send(&request).expect(200);
    assert_eq!(body["sessions"].as_array().unwrap().len(), 1, "{body}");
    app.client.send(&last.logout()).expect(204);
    app
}

/// Rotates until the server is gone, and returns the last acknowledged tokens.
fn rotate_until_it_is_gone(client: Client, mut tokens: Tokens, told: &Sender<()>) -> Tokens {
    while let Ok(reply) = client.try_send(&tokens.renewal()) {
        tokens = Tokens::of(&reply);
        told.send(()).unwrap();
    }
    tokens
}
