//! Clients that register, log in, request pages and change their passwords, with and without
//! a running database.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::assert_unavailable;
use crate::app::{App, PASSWORD, login, registration};
use crate::client::{Request, Response, get, post};

const MEMBERS: usize = 16;
const NEW: &str = "an engine with a thousand columns";
/// The time limit of each step, far above its usual duration.
const PATIENCE: Duration = Duration::from_mins(2);

/// All clients and their progress.
pub(super) struct Crowd<'a> {
    app: &'a App,
    is_over: AtomicBool,
    progress: [Progress; MEMBERS],
}

/// One client.
pub(super) struct Member<'a> {
    crowd: &'a Crowd<'a>,
    number: usize,
}

/// The number of complete runs of a member without a 503, and of its replies 503.
#[derive(Default)]
struct Progress {
    turns: AtomicUsize,
    refusals: AtomicUsize,
}

/// Ends all members when it is dropped.
pub(super) struct Closing<'a>(&'a AtomicBool);

/// The acknowledged state of one account of a member.
pub(super) struct Account {
    pub(super) email: String,
    /// Whether the registration was acknowledged.
    pub(super) is_registered: bool,
    /// The last acknowledged password.
    password: &'static str,
    /// A possible other password, after a change that was answered 503.
    or: Option<&'static str>,
    /// A valid token.
    token: Option<String>,
}

impl<'a> Crowd<'a> {
    pub(super) fn new(app: &'a App) -> Self {
        Self {
            app,
            is_over: AtomicBool::new(false),
            progress: Default::default(),
        }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = Member<'_>> {
        (0..MEMBERS).map(|number| Member {
            crowd: self,
            number,
        })
    }

    /// Requests public pages until the end: they do not depend on the database.
    pub(super) fn watch_open_pages(&self) {
        while !self.is_over() {
            for page in ["/health", "/public"] {
                self.app.client.send(&get(page)).expect(200);
            }
        }
    }

    /// Returns when every member has completed a few more runs.
    pub(super) fn wait_until_all_have_worked(&self) {
        self.wait_until_each_has("completed their runs", 3, |member| &member.turns);
    }

    /// Returns when every member has received another 503.
    pub(super) fn wait_until_all_were_refused(&self) {
        self.wait_until_each_has("heard 503", 1, |member| &member.refusals);
    }

    fn wait_until_each_has(&self, what: &str, times: usize, of: fn(&Progress) -> &AtomicUsize) {
        let now = || {
            self.progress
                .each_ref()
                .map(|it| of(it).load(Ordering::SeqCst))
        };
        let before = now();
        self.wait(&format!("some members have not {what}"), || {
            now()
                .iter()
                .zip(before)
                .all(|(now, before)| *now >= before + times)
        });
    }

    /// Returns when a condition holds; requests a page between two checks.
    pub(super) fn wait(&self, otherwise: &str, mut holds: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < deadline, "{otherwise}");
            assert!(!self.is_over(), "a member has failed");
            self.app.client.send(&get("/health")).expect(200);
        }
    }

    /// Returns a guard that ends all members when it is dropped.
    pub(super) fn closing(&self) -> Closing<'_> {
        Closing(&self.is_over)
    }

    pub(super) fn close(&self) {
        drop(self.closing());
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Member<'_> {
    /// Repeats its run with a new account each time, until the end.
    pub(super) fn stay(self) -> Vec<Account> {
        let mut accounts = Vec::new();
        let mut turn = 0;
        // A failed member ends all others.
        let closing = self.crowd.closing();
        while !self.crowd.is_over() {
            let email = format!("user{turn}.of{}@example.com", self.number);
            let account = self.run_once(email);
            if account.token.is_some() {
                self.progress().turns.fetch_add(1, Ordering::SeqCst);
            }
            accounts.push(account);
            // The oldest token is still valid.
            if let Some(token) = accounts.iter().find_map(|account| account.token.as_ref()) {
                self.see(token);
            }
            turn += 1;
        }
        drop(closing);
        accounts
    }

    /// Runs from a registration to a new password, or to the first 503.
    fn run_once(&self, email: String) -> Account {
        let mut account = Account {
            email,
            is_registered: false,
            password: PASSWORD,
            or: None,
            token: None,
        };
        let Some(reply) = self.ask(&registration(&account.email)) else {
            return account;
        };
        reply.expect(201);
        account.is_registered = true;
        let Some(first) = self.log_in(&account) else {
            return account;
        };
        self.see(&first);
        let change = json!({ "current_password": PASSWORD, "new_password": NEW });
        let change = post("/users/me/change-password", change).bearer(&first);
        let Some(reply) = self.ask(&change) else {
            account.or = Some(NEW);
            return account;
        };
        reply.expect(204);
        account.password = NEW;
        if let Some(reply) = self.ask(&get("/protected").bearer(&first)) {
            reply.expect(401);
        }
        account.token = self.log_in(&account);
        account
    }

    fn log_in(&self, account: &Account) -> Option<String> {
        let reply = self
            .ask(&login(&account.email, account.password))?
            .expect(200);
        Some(reply["access_token"].as_str().unwrap().to_owned())
    }

    /// Requests a page with a valid token.
    fn see(&self, token: &str) {
        if let Some(reply) = self.ask(&get("/protected").bearer(token)) {
            reply.expect(200);
        }
    }

    /// Sends a request; `None` for the reply 503, which is checked.
    fn ask(&self, request: &Request) -> Option<Response> {
        let reply = self.crowd.app.client.send(request);
        if reply.status != 503 {
            return Some(reply);
        }
        assert_unavailable(&reply);
        self.progress().refusals.fetch_add(1, Ordering::SeqCst);
        None
    }

    fn progress(&self) -> &Progress {
        &self.crowd.progress[self.number]
    }
}

impl Account {
    /// Checks that the account exists with its last password, and that its token is valid.
    pub(super) fn assert_acknowledged_state(&self, app: &App) {
        let status = |password| app.client.send(&login(&self.email, password)).status;
        let logins = [Some(self.password), self.or].map(|it| it.map(status));
        let good = logins.iter().filter(|status| **status == Some(200)).count();
        // An account whose registration was answered 503 may exist.
        assert!(
            good == 1 || good == 0 && !self.is_registered,
            "{}: {logins:?}",
            self.email
        );
        if let Some(token) = &self.token {
            assert_eq!(app.protected(token), 200, "{}", self.email);
        }
    }
}
