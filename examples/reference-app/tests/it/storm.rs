//! A hundred tabs refresh one session independently, and no tab is logged out.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use crate::app::{App, Home, PASSWORD, in_each_framework, login};
use crate::client::{at_once, get, request};
use crate::cookies::{COOKIES, Jar};
use crate::tokens::{OPAQUE, Tokens};

in_each_framework! { tabs_with_one_cookie_jar_stay_logged_in, clients_with_copies_of_a_token_get_the_same_successor }

const ADA: &str = "ada@example.com";
const TABS: usize = 100;
/// The minimum number of refreshes of each tab.
const RENEWALS: usize = 10;
/// The minimum number of tokens in the jar over time: the tabs continue until then.
const GENERATIONS: usize = 2;
const ROUNDS: usize = 20;

/// The cookie jar of a browser, and each refresh token that it has contained.
struct Browser {
    jar: Jar,
    seen: Mutex<BTreeSet<String>>,
}

/// Within the grace, and the 30 seconds for clocks that differ, all tabs get the current token, and after it
/// the next one: the token that a tab presents is at most one generation old, if the tab presents it within
/// that time.
fn tabs_with_one_cookie_jar_stay_logged_in(home: &Home) {
    let flags = [&COOKIES[..], &["--refresh-grace=1s"]].concat();
    let app = home.start(&flags);
    app.register(ADA);
    let jar = Jar::default();
    let log_in = login(ADA, PASSWORD).header("sec-fetch-site", "same-origin");
    let reply = app.client.send(&log_in);
    reply.expect(204);
    jar.put(&reply);
    let browser = Browser {
        jar,
        seen: Mutex::default(),
    };
    thread::scope(|scope| {
        let tabs: Vec<_> = (0..TABS)
            .map(|_| scope.spawn(|| one_tab(&app, &browser)))
            .collect();
        for tab in tabs {
            tab.join().unwrap();
        }
    });
    assert!(browser.generations() >= GENERATIONS);
}

fn one_tab(app: &App, browser: &Browser) {
    for number in 0.. {
        if number >= RENEWALS && browser.generations() >= GENERATIONS {
            return;
        }
        let path = "/auth/refresh";
        let renewal = browser.jar.with_cookies(path, request("POST", path));
        let reply = app.client.send(&renewal);
        reply.expect(204);
        browser.jar.put(&reply);
        let token = browser.jar.value("auth-refresh").unwrap();
        browser.seen.lock().unwrap().insert(token);
        for _ in 0..2 {
            let page = browser.jar.with_cookies("/protected", get("/protected"));
            app.client.send(&page).expect(200);
        }
    }
}

impl Browser {
    fn generations(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

/// Clients with separate copies of a token get the same successor.
fn clients_with_copies_of_a_token_get_the_same_successor(home: &Home) {
    let app = home.start(&[OPAQUE]);
    app.register(ADA);
    let mut tokens = Tokens::log_in(app.client, ADA);
    for round in 0..ROUNDS {
        let replies = at_once(&vec![(app.client, tokens.renewal()); TABS]);
        let mut successors: Vec<_> = replies.iter().map(Tokens::of).collect();
        successors.dedup();
        assert_eq!(successors.len(), 1, "in round {round}");
        let next = successors.remove(0);
        assert_ne!(next.refresh, tokens.refresh);
        assert!(next.is_accepted(app.client));
        tokens = next;
    }
}
