//! A client that knows one password starts sessions without end, and its owner ends them all.

use serde_json::Value;

use crate::app::{App, Home, in_each_framework, in_each_framework_and_engine};
use crate::client::{get, request};
use crate::database::{sqlite_number, sqlite_script};
use crate::tokens::{OPAQUE, Tokens};

in_each_framework_and_engine! { list_has_the_living_sessions_page_by_page }
in_each_framework! { thousands_of_ended_sessions_are_not_read_and_are_removed_in_batches }

const ADA: &str = "ada@example.com";
/// More than the pages and batches of the program.
const SESSIONS: usize = 250;

/// The list has the living sessions only, the caller's own among them, page by page.
fn list_has_the_living_sessions_page_by_page(home: &Home) {
    let app = home.start(&[OPAQUE]);
    app.register(ADA);
    let own = Tokens::log_in(app.client, ADA);
    let others: Vec<_> = (0..SESSIONS)
        .map(|_| Tokens::log_in(app.client, ADA))
        .collect();
    let page = |query: &str| page(&app, &own, query);
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

    end_others(&app, &own);
    assert_eq!(currents(&page("")), (1, 1));
    assert!(
        others
            .iter()
            .step_by(50)
            .all(|tokens| !tokens.is_accepted(app.client))
    );
}

/// The list of one living session among 16,000 ended ones. They have a value that no program can read, so that
/// a request that reads one of them is 503; `statements_use_indexes` and `list_on_postgres_reads_no_ended_session`
/// of `auth-diesel` show that the engines do not read them either.
fn thousands_of_ended_sessions_are_not_read_and_are_removed_in_batches(home: &Home) {
    /// Rows of an earlier epoch.
    const ENDED: &str = "
        WITH RECURSIVE numbers(number) AS
            (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 16000)
        INSERT INTO auth_sessions
            (id, owner, backend, epoch, created_at, last_used_at, expires_at, ends_at, client, version, tokens,
             auth_time, methods)
        SELECT randomblob(16), owner, backend, epoch - 1, created_at, last_used_at, expires_at, ends_at, client,
            version, tokens, auth_time, 'not  readable'
        FROM auth_sessions, numbers";
    /// The session that ends last cannot be removed: its statement fails as a whole.
    const STUCK: &str = "
        UPDATE auth_sessions SET client = 'stuck' WHERE epoch = 0;
        CREATE TRIGGER stuck BEFORE DELETE ON auth_sessions WHEN old.client = 'stuck'
        BEGIN SELECT RAISE(ABORT, 'stuck'); END";
    let app = home.start(&[OPAQUE]);
    app.register(ADA);
    let last = Tokens::log_in(app.client, ADA);
    sqlite_script(home.database_url(), &format!("{ENDED}; {STUCK}"));
    let own = Tokens::log_in(app.client, ADA);
    assert_eq!(rows(home), 16_002);
    assert_eq!(currents(&page(&app, &own, "")), (2, 1));

    end_others(&app, &own);
    // The removal follows the reply. Without batches the trigger would keep every row.
    wait_for_rows(home, 2, || {
        assert_eq!(currents(&page(&app, &own, "")), (1, 1));
    });
    last.assert_dead(app.client);

    sqlite_script(home.database_url(), "DROP TRIGGER stuck");
    end_others(&app, &own);
    wait_for_rows(home, 1, || assert!(own.is_accepted(app.client)));
    assert_eq!(currents(&page(&app, &own, "")), (1, 1));
}

/// Repeats a request until so many sessions are left in the database.
fn wait_for_rows(home: &Home, left: i64, request: impl Fn()) {
    for _ in 0..10_000 {
        request();
        if rows(home) == left {
            return;
        }
    }
    panic!("{} sessions are left", rows(home));
}

fn rows(home: &Home) -> i64 {
    let count = "SELECT count(*) FROM auth_sessions";
    sqlite_number(home.database_url(), count)
}

fn end_others(app: &App, own: &Tokens) {
    let revoke = request("POST", "/auth/sessions/revoke-others").bearer(&own.access);
    app.client.send(&revoke).expect(204);
}

fn page(app: &App, own: &Tokens, query: &str) -> Value {
    let list = get(&format!("/auth/sessions{query}")).bearer(&own.access);
    app.client.send(&list).expect(200)
}

/// Returns the number of sessions of a page, and the number of those that are the caller's own.
fn currents(page: &Value) -> (usize, usize) {
    let sessions = page["sessions"].as_array().unwrap();
    let current = sessions
        .iter()
        .filter(|session| session["is_current"] == true);
    (sessions.len(), current.count())
}
