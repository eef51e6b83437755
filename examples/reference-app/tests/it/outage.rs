//! A database server that is stopped and killed under load: meanwhile clients get
//! 503 and never 401, and no acknowledged change is lost.

mod crowd;

use std::thread;

use scratch_servers::{Server, own_server};

use crate::app::{App, Home, PASSWORD, login};
use crate::client::{Response, get};
use crate::database::{Database, Engine};
use crowd::{Account, Crowd};

const ROOT: &str = "root@example.com";

macro_rules! on_servers {
    ($($test:ident: $framework:literal, $engine:ident;)+) => {
        $(#[test]
        fn $test() {
            if let Some(mut server) = own_server(scratch_servers::Engine::$engine) {
                let database = Database::on(Engine::$engine, server.url().to_owned());
                comes_back(&mut server, &Home::on($framework, database));
            }
        })+
    };
}

on_servers! {
    axum_over_postgres: "axum", Postgres;
    axum_over_mysql: "axum", Mysql;
    poem_over_postgres: "poem", Postgres;
    poem_over_mysql: "poem", Mysql;
}

/// Stops and starts, then kills and starts the server, under constant load and with one process of
/// the program for the whole test.
fn comes_back(server: &mut Server, home: &Home) {
    let made = home.create_user(&["--superuser", ROOT], PASSWORD);
    assert!(made.status.success());
    let app = home.start(&["--checkout-timeout=1s"]);
    let root = app.log_in(ROOT, PASSWORD);
    let crowd = Crowd::new(&app);

    let accounts = thread::scope(|scope| {
        // Ends the load also after a failure, so that the scope ends.
        let _closing = crowd.closing();
        let members: Vec<_> = crowd
            .members()
            .map(|it| scope.spawn(move || it.stay()))
            .collect();
        scope.spawn(|| crowd.watch_open_pages());
        for kill in [false, true] {
            crowd.wait_until_all_have_worked();
            if kill { server.kill() } else { server.stop() }.unwrap();
            for request in [get("/protected").bearer(&root), login(ROOT, PASSWORD)] {
                assert_unavailable(&app.client.send(&request));
            }
            crowd.wait_until_all_were_refused();
            server.start().unwrap();
            crowd.wait("the program did not come back", || {
                match app.protected(&root) {
                    200 => true,
                    status => {
                        assert_eq!(status, 503);
                        false
                    }
                }
            });
        }
        crowd.wait_until_all_have_worked();
        crowd.close();
        let all = members.into_iter().map(|member| member.join().unwrap());
        all.flatten().collect::<Vec<_>>()
    });

    assert_eq!(app.protected(&root), 200, "an old token is rejected");
    every_account_exists_once(&app, &root, &accounts);
    for account in &accounts {
        account.assert_acknowledged_state(&app);
    }
}

fn every_account_exists_once(app: &App, root: &str, accounts: &[Account]) {
    let mut emails = app.all_emails(root);
    emails.sort_unstable();
    let count = emails.len();
    emails.dedup();
    assert_eq!(emails.len(), count, "an account exists twice");
    for account in accounts {
        let is_there = emails.binary_search(&account.email).is_ok();
        assert!(
            is_there || !account.is_registered,
            "{} is lost",
            account.email
        );
    }
    // The clients' accounts, which include those of registrations answered 503, and the superuser.
    assert!(count <= accounts.len() + 1, "{count} users");
}

/// Checks the reply to a request during an outage, byte for byte.
#[track_caller]
fn assert_unavailable(reply: &Response) {
    const BODY: &str = r#"{"type":"about:blank","title":"Service Unavailable","status":503,"code":"SERVICE_UNAVAILABLE","detail":"The service is temporarily unavailable. Please try again later."}"#;
    assert_eq!(reply.status, 503, "{}", reply.head);
    assert_eq!(str::from_utf8(&reply.body).unwrap(), BODY, "{}", reply.head);
}
