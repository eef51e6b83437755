//! A server that is killed in the middle of thousands of rotations: a client that received a token can use
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
/// A busy machine may take its time to start a server again. The default would do on others.
const FLAGS: &[&str] = &[OPAQUE, "--refresh-grace=2m", "--checkout-timeout=1m"];

#[test]
fn over_sqlite() {
    nobody_is_logged_out(Home::over("axum", Engine::Sqlite));
}

#[test]
fn over_postgres() {
    nobody_is_logged_out(Home::over("axum", Engine::Postgres));
}

fn nobody_is_logged_out(home: Option<Home>) {
    let Some(home) = home else { return };
    let mut app = home.start(FLAGS);
    app.register(ADA);
    for _ in 0..ROUNDS {
        app = killed_in_the_middle(&home, app);
    }
}

/// Kills the server, and answers another one on the same database.
fn killed_in_the_middle(home: &Home, app: App) -> App {
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
        // With this one and those of all clients gone, waiting for more would end.
        drop(acknowledged);
        let counted = rotations.iter().take(ROTATIONS).count();
        app.kill();
        assert_eq!(counted, ROTATIONS, "all clients have failed");
        let held = threads.into_iter().map(|thread| thread.join().unwrap());
        held.collect()
    });

    let app = home.start(FLAGS);
    // The token that was acknowledged last is the one that is good, or, where a reply was lost, the
    // one before it.
    let renewed: Vec<_> = held.iter().map(|tokens| tokens.renew(app.client)).collect();
    for (before, tokens) in held.iter().zip(&renewed) {
        assert!(tokens.is_let_in(app.client));
        let next = tokens.renew(app.client);
        assert!(next.is_let_in(app.client));
        assert_refused(&app.client.send(&before.renewal()));
        // That was taken for a theft, and ended the one line that there was.
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

/// Answers what was acknowledged last.
fn rotate_until_it_is_gone(client: Client, mut tokens: Tokens, told: &Sender<()>) -> Tokens {
    while let Ok(reply) = client.try_send(&tokens.renewal()) {
        tokens = Tokens::of(&reply);
        told.send(()).unwrap();
    }
    tokens
}
