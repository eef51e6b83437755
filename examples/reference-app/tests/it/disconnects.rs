//! Clients that disconnect during a request.

use std::io::Write;

use crate::app::{Home, PASSWORD, in_each_framework_and_engine, login, registration};
use crate::client::get;

in_each_framework_and_engine! { disconnected_clients_leave_no_partial_accounts }

const TIMES: usize = 200;

/// A2.3.3: a client that disconnects during its registration leaves a whole account or none.
fn disconnected_clients_leave_no_partial_accounts(home: &Home) {
    let root = "root@example.com";
    assert!(
        home.create_user(&["--superuser", root], PASSWORD)
            .status
            .success()
    );
    let app = home.start(&[]);

    for number in 0..TIMES {
        let request = registration(&format!("half{number}@example.com")).to_bytes();
        let half = &request[..request.len() - 20];
        app.client.connect().write_all(half).unwrap();
    }
    // Dropped in batches, so that they disconnect at different points: some while their password is being
    // hashed, some while their row is being written.
    for batch in 0..TIMES / 20 {
        let mut streams = Vec::new();
        for number in 0..20 {
            let email = format!("full{batch}-{number}@example.com");
            let mut stream = app.client.connect();
            stream.write_all(&registration(&email).to_bytes()).unwrap();
            streams.push(stream);
        }
    }

    app.client.send(&get("/health")).expect(200);
    app.register("last@example.com");
    let emails = app.all_emails(&app.log_in(root, PASSWORD));
    assert!(emails.contains(&"last@example.com".to_owned()));
    for email in emails.iter().filter(|email| *email != root) {
        assert!(
            !email.starts_with("half"),
            "{email} never asked for an account"
        );
        // A complete account: its hook has run, and its password logs in.
        app.mail("verify", email, 1);
        app.client.send(&login(email, PASSWORD)).expect(200);
    }
    // Other addresses can still be registered.
    let free = (0..TIMES).map(|number| format!("half{number}@example.com"));
    for email in free.take(10) {
        app.register(&email);
    }
}
