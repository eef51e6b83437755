//! Rotation of JWT keys in a running server, under load: no request fails.

mod material;

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::app::{App, Home, in_each_framework};
use crate::client::get;
use crate::tokens::Tokens;
use material::{ED25519_JWK, ED25519_PEM, P256_JWK, P256_PEM};

in_each_framework! { key_rotation_under_load_rejects_no_request, invalid_key_file_changes_nothing }

const ADA: &str = "ada@example.com";
const CLIENTS: usize = 100;
/// The number of requests with one access token before the session is refreshed.
const REQUESTS: usize = 5;
/// The time limit of each step, far above its usual duration.
const PATIENCE: Duration = Duration::from_mins(2);

/// The key files of a server; the first key signs.
const SIGNING: &str = "signing.key";
const OTHER: &str = "other.key";

/// First in the documented order, where a key is removed after the lifetime of its tokens: no
/// request fails. Then at once: access tokens of the removed key are rejected and refreshed.
fn key_rotation_under_load_rejects_no_request(home: &Home) {
    let app = start(home, ED25519_JWK, P256_JWK);
    app.register(ADA);
    let load = Load::new(&app);
    let retired = thread::scope(|scope| {
        let closing = load.closing();
        for _ in 0..CLIENTS {
            scope.spawn(|| load.one_client());
        }
        load.wait_until_all_have_new_tokens();
        let first = Tokens::log_in(app.client, ADA);
        assert!(first.is_accepted(app.client));

        // A new key is published, then signs, and only then the old key is removed.
        change(home, &app, ED25519_JWK, P256_PEM);
        load.wait_until_all_have_new_tokens();
        change(home, &app, P256_PEM, ED25519_JWK);
        load.wait_until_all_have_new_tokens();
        assert!(first.is_accepted(app.client));
        assert_eq!(load.refused(), 0);
        change(home, &app, P256_PEM, ED25519_PEM);
        load.wait_until_all_have_new_tokens();
        assert_eq!(load.refused(), 0, "a token of the new key was rejected");

        // Removing the signing key invalidates all tokens that it has signed.
        let second = Tokens::log_in(app.client, ADA);
        assert!(second.is_accepted(app.client));
        change(home, &app, ED25519_PEM, P256_JWK);
        load.wait_until_all_have_new_tokens();
        assert!(load.refused() > 0);
        drop(closing);
        [first, second]
    });
    for tokens in retired {
        assert!(
            !tokens.is_accepted(app.client),
            "a token of a removed key was accepted"
        );
        // The session does not depend on the key.
        assert!(tokens.renew(app.client).is_accepted(app.client));
    }
    assert_eq!(published(&app), published_of(ED25519_PEM, P256_JWK));
}

/// Logs a file that cannot be read or is not a valid key, and keeps the keys of the server.
fn invalid_key_file_changes_nothing(home: &Home) {
    let app = start(home, ED25519_JWK, P256_JWK);
    app.register(ADA);
    let tokens = Tokens::log_in(app.client, ADA);
    let before = published(&app);
    let half = P256_PEM.get(..80).unwrap();
    for (number, (signing, other)) in [(half, P256_JWK), ("", P256_JWK), (P256_PEM, P256_PEM)]
        .into_iter()
        .enumerate()
    {
        write(home, signing, other);
        app.signal("-HUP");
        wait("the failure was not logged", || {
            let log = home.stderr();
            log.matches("the JWT keys are not changed").count() == number + 1
        });
        assert!(!home.stderr().contains(half.lines().nth(1).unwrap()));
        assert_eq!(published(&app), before);
        assert!(tokens.is_accepted(app.client));
        assert!(tokens.renew(app.client).is_accepted(app.client));
    }
    fs::remove_file(home.path(OTHER)).unwrap();
    app.signal("-HUP");
    wait("the failure was not logged", || {
        home.stderr().contains("the key in other.key")
    });
    assert_eq!(published(&app), before);

    change(home, &app, P256_JWK, ED25519_JWK);
    assert!(tokens.is_accepted(app.client));
}

/// Clients that request a page constantly, and refresh their sessions regularly.
struct Load<'a> {
    app: &'a App,
    is_over: AtomicBool,
    renewals: [AtomicUsize; CLIENTS],
    started: AtomicUsize,
    refused: AtomicUsize,
}

/// Ends the load when it is dropped, also during a panic.
struct Closing<'a>(&'a AtomicBool);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl<'a> Load<'a> {
    fn new(app: &'a App) -> Self {
        Self {
            app,
            is_over: AtomicBool::new(false),
            renewals: [const { AtomicUsize::new(0) }; CLIENTS],
            started: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
        }
    }

    fn closing(&self) -> Closing<'_> {
        Closing(&self.is_over)
    }

    /// Requests the page; a rejected access token is refreshed like an old one. Any other
    /// failure, and a failed refresh, ends the test.
    fn one_client(&self) {
        let number = self.started.fetch_add(1, Ordering::SeqCst);
        let client = self.app.client;
        let closing = self.closing();
        let mut tokens = Tokens::log_in(client, ADA);
        while !self.is_over.load(Ordering::SeqCst) {
            for _ in 0..REQUESTS {
                if !tokens.is_accepted(client) {
                    self.refused.fetch_add(1, Ordering::SeqCst);
                    break;
                }
            }
            tokens = tokens.renew(client);
            self.renewals[number].fetch_add(1, Ordering::SeqCst);
        }
        drop(closing);
    }

    /// Returns the number of rejected access tokens.
    fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    /// Returns when every client has requested a token after this call and has used it: the first new
    /// token may have been requested before, and the third token ends the use of the second.
    fn wait_until_all_have_new_tokens(&self) {
        let now = || self.renewals.each_ref().map(|it| it.load(Ordering::SeqCst));
        let before = now();
        wait("some clients have no new tokens", || {
            assert!(!self.is_over.load(Ordering::SeqCst), "a client has failed");
            self.app.client.send(&get("/health")).expect(200);
            now()
                .iter()
                .zip(before)
                .all(|(now, before)| *now >= before + 3)
        });
    }
}

fn start(home: &Home, signing: &str, other: &str) -> App {
    write(home, signing, other);
    let keys = [SIGNING, OTHER].map(|name| format!("--jwt-key={name}"));
    let backend = "--backend=api=bearer+jwt";
    // On a busy machine the clients wait for the database, which has nothing to do with keys.
    let patient = "--checkout-timeout=60s";
    home.start(&[backend, "--sessions", patient, &keys[0], &keys[1]])
}

fn write(home: &Home, signing: &str, other: &str) {
    fs::write(home.path(SIGNING), signing).unwrap();
    fs::write(home.path(OTHER), other).unwrap();
}

/// Writes the files, signals the server, and returns when it uses them.
fn change(home: &Home, app: &App, signing: &str, other: &str) {
    write(home, signing, other);
    app.signal("-HUP");
    let expected = published_of(signing, other);
    wait("the keys were not read", || published(app) == expected);
}

/// Returns the published ids of these keys, computed by the crate.
fn published_of(signing: &str, other: &str) -> Vec<String> {
    [signing, other].map(kid).to_vec()
}

fn kid(text: &str) -> String {
    let key = auth_core::token::JwtKey::parse(text).unwrap();
    key.kid().to_string()
}

/// Returns the ids of the published keys, and checks that none has a private part.
fn published(app: &App) -> Vec<String> {
    let document = app.client.send(&get("/auth/.well-known/jwks.json"));
    let document = document.expect(200);
    let keys = document["keys"].as_array().unwrap().iter();
    keys.map(|key| {
        assert_eq!(key.get("d"), None);
        key["kid"].as_str().unwrap().to_owned()
    })
    .collect()
}

fn wait(otherwise: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{otherwise}");
        thread::yield_now();
    }
}
