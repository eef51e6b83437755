//! A client that knows one password starts sessions without end, and its owner ends them all.

use serde_json::Value;

use crate::app::{Home, in_each_framework_and_engine};
use crate::client::{get, request};
use crate::tokens::{OPAQUE, Tokens};

in_each_framework_and_engine! { ended_sessions_neither_hide_nor_slow_the_list }

const ADA: &str = "ada@example.com";
/// More than the pages and batches of the program.
const SESSIONS: usize = 250;

/// The list has the living sessions only, the caller's own among them, page by page.
fn ended_sessions_neither_hide_nor_slow_the_list(home: &Home) {
    let app = home.start(&[OPAQUE]);
    app.register(ADA);
    let own = Tokens::log_in(app.client, ADA);
    let others: Vec<_> = (0..SESSIONS)
        .map(|_| Tokens::log_in(app.client, ADA))
        .collect();
    let page = |query: &str| -> Value {
        let list = get(&format!("/auth/sessions{query}")).bearer(&own.access);
        app.client.send(&list).expect(200)
    };
    let currents = |page: &Value| {
        let sessions = page["sessions"].as_array().unwrap();
        let current = sessions
            .iter()
            .filter(|session| session["is_current"] == true);
        (sessions.len(), current.count())
    };
    let (shown, current) = currents(&page(""));
    assert!((50..=51).contains(&shown), "{shown}");
    assert_eq!(current, 1);

    let mut all = 0;
    let mut after = String::new();
    loop {
        let page = page(&format!("?limit=100&after={after}"));
        all += page["sessions"].as_array().unwrap().len();
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(all, SESSIONS + 1);

    let revoke = request("POST", "/auth/sessions/revoke-others").bearer(&own.access);
    app.client.send(&revoke).expect(204);
    assert_eq!(currents(&page("")), (1, 1));
    assert!(
        others
            .iter()
            .step_by(50)
            .all(|tokens| !tokens.is_accepted(app.client))
    );
}
