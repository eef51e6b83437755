//! Clients that go away in the middle.

use std::io::Write;

use crate::app::{Home, PASSWORD, in_each_framework_and_engine, login, registration};
use crate::client::get;

in_each_framework_and_engine! { vanished_clients_leave_a_healthy_server_and_no_half_accounts }

const TIMES: usize = 200;

fn vanished_clients_leave_a_healthy_server_and_no_half_accounts(home: &Home) {
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
    // Dropped in batches, so that they vanish at different stages: some while their password is being
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
    let emails = app.everybody(&app.log_in(root, PASSWORD));
    assert!(emails.contains(&"last@example.com".to_owned()));
    for email in emails.iter().filter(|email| *email != root) {
        assert!(
            !email.starts_with("half"),
            "{email} never asked for an account"
        );
        // A whole account: its hook has run, and its password logs in.
        app.mail("verify", email, 1);
        app.client.send(&login(email, PASSWORD)).expect(200);
    }
    // And who has none can still get one.
    let free = (0..TIMES).map(|number| format!("half{number}@example.com"));
    for email in free.take(10) {
        app.register(&email);
    }
}
