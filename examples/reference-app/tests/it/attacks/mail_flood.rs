//! Repeated requests for mail to the address of another person.

use serde_json::json;

use crate::app::{App, Home, in_each_framework, registration, reset};
use crate::client::post;

in_each_framework! { repeated_requests_fill_no_mailbox, full_mailbox_can_still_reset_its_password }

const VICTIM: &str = "victim@example.com";
const NEW: &str = "an engine with a thousand columns";
/// The number of mails to an address within an hour.
const LIMIT: usize = 10;

/// C-FP-02: hidden registrations, and requests for both kinds of token, share one limit.
fn repeated_requests_fill_no_mailbox(home: &Home) {
    let app = home.start(&["--hide-existing-accounts"]);
    for _ in 0..=LIMIT {
        app.client.send(&registration(VICTIM)).expect(202);
        ask(&app, "request-verify-token");
        ask(&app, "forgot-password");
    }
    app.stop();
    let mails = home.mails(VICTIM);
    // The reset that is always left to the owner may come on top.
    assert!((2..=LIMIT + 1).contains(&mails), "{mails} mails");
}

/// C-FP-02: a stranger who used up the limit does not lock the owner out of a reset.
fn full_mailbox_can_still_reset_its_password(home: &Home) {
    let app = home.start(&[]);
    app.register(VICTIM);
    for _ in 0..2 * LIMIT {
        ask(&app, "request-verify-token");
    }
    let token = app.forgot(VICTIM);
    app.client.send(&reset(&token, NEW)).expect(200);
    app.log_in(VICTIM, NEW);
}

fn ask(app: &App, route: &str) {
    let request = post(&format!("/auth/{route}"), json!({ "email": VICTIM }));
    app.client.send(&request).expect(202);
}
