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

in_each_framework! { keys_take_turns_under_load, a_broken_file_changes_nothing }

const ADA: &str = "ada@example.com";
const CLIENTS: usize = 100;
/// So many requests with one access token, and then the session is renewed.
const REQUESTS: usize = 5;
/// Far longer than anything takes; what is waited for longer has failed.
const PATIENCE: Duration = Duration::from_mins(2);

/// The files of a server, the first of which signs.
const SIGNING: &str = "signing.key";
const OTHER: &str = "other.key";

/// Step by step, as an operator does it who waits for the life of a token before a key goes: no
/// request fails at all. And then in haste: some tokens are refused, and refresh tokens help.
fn keys_take_turns_under_load(home: &Home) {
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
        assert!(first.is_let_in(app.client));

        // A new key is made known, and signs, and only then is the old one taken away.
        change(home, &app, ED25519_JWK, P256_PEM);
        load.wait_until_all_have_new_tokens();
        change(home, &app, P256_PEM, ED25519_JWK);
        load.wait_until_all_have_new_tokens();
        assert!(first.is_let_in(app.client));
        assert_eq!(load.refused(), 0);
        change(home, &app, P256_PEM, ED25519_PEM);
        load.wait_until_all_have_new_tokens();
        assert_eq!(load.refused(), 0, "every client had a token of the new key");

        // Now the key that signs goes away together with all tokens that it has signed.
        let second = Tokens::log_in(app.client, ADA);
        assert!(second.is_let_in(app.client));
        change(home, &app, ED25519_PEM, P256_JWK);
        load.wait_until_all_have_new_tokens();
        assert!(load.refused() > 0);
        drop(closing);
        [first, second]
    });
    for tokens in retired {
        assert!(!tokens.is_let_in(app.client), "its key was retired");
        // The session is another thing.
        assert!(tokens.renew(app.client).is_let_in(app.client));
    }
    assert_eq!(published(&app), published_of(ED25519_PEM, P256_JWK));
}

/// A file that cannot be read, or is not a valid key ring, is logged, and the server keeps its keys.
fn a_broken_file_changes_nothing(home: &Home) {
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
            log.matches("the keys of JWTs stay as they are").count() == number + 1
        });
        assert!(!home.stderr().contains(half.lines().nth(1).unwrap()));
        assert_eq!(published(&app), before);
        assert!(tokens.is_let_in(app.client));
        assert!(tokens.renew(app.client).is_let_in(app.client));
    }
    fs::remove_file(home.path(OTHER)).unwrap();
    app.signal("-HUP");
    wait("the failure was not logged", || {
        home.stderr().contains("the key in other.key")
    });
    assert_eq!(published(&app), before);

    change(home, &app, P256_JWK, ED25519_JWK);
    assert!(tokens.is_let_in(app.client));
}

/// Many people who look at a page all the time, and renew their sessions now and then.
struct Load<'a> {
    app: &'a App,
    is_over: AtomicBool,
    renewals: [AtomicUsize; CLIENTS],
    started: AtomicUsize,
    refused: AtomicUsize,
}

/// Ends the load when it is dropped, also by a panic.
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

    /// Asks for the page; an access token that is refused is renewed like one that is old. Any other
    /// failure, and a refresh that does not succeed, ends the test.
    fn one_client(&self) {
        let number = self.started.fetch_add(1, Ordering::SeqCst);
        let client = self.app.client;
        let closing = self.closing();
        let mut tokens = Tokens::log_in(client, ADA);
        while !self.is_over.load(Ordering::SeqCst) {
            for _ in 0..REQUESTS {
                if !tokens.is_let_in(client) {
                    self.refused.fetch_add(1, Ordering::SeqCst);
                    break;
                }
            }
            tokens = tokens.renew(client);
            self.renewals[number].fetch_add(1, Ordering::SeqCst);
        }
        drop(closing);
    }

    /// How many access tokens were refused so far.
    fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    /// Returns when every client has a token that was asked for after now, and has used it: the first
    /// one may have been on its way already, and the third one ends the use of the second.
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
    home.start(&[backend, "--sessions", &keys[0], &keys[1]])
}

fn write(home: &Home, signing: &str, other: &str) {
    fs::write(home.path(SIGNING), signing).unwrap();
    fs::write(home.path(OTHER), other).unwrap();
}

/// Writes the files, tells the server, and returns when it works with them.
fn change(home: &Home, app: &App, signing: &str, other: &str) {
    write(home, signing, other);
    app.signal("-HUP");
    let expected = published_of(signing, other);
    wait("the keys were not read", || published(app) == expected);
}

/// What is published of these keys, by the crate itself.
fn published_of(signing: &str, other: &str) -> Vec<String> {
    [signing, other].map(kid).to_vec()
}

fn kid(text: &str) -> String {
    let key = auth_core::token::JwtKey::parse(text).unwrap();
    key.kid().to_string()
}

/// The ids of the published keys, of which none has a private part.
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
