//! A client that finds out by registrations who has an account, though the program hides it.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::app::{App, Home, PASSWORD, in_each_framework};
use crate::client::{Response, post, request};

in_each_framework! { registration_and_change_do_not_tell_what_is_taken }

const PRIVATE: &str = "--hide-existing-accounts";
const TAKEN: &str = "ada@example.com";
const FREE: &str = "eve@example.com";

/// A6.3.8: a mail to the client's own address would tell that a user name is free, because a taken name gets
/// none. So the program does not start with both.
#[test]
fn hidden_registration_with_user_names_stops_the_program() {
    let home = Home::new();
    let mut command = home.command();
    command.args([
        PRIVATE,
        "--login-identifier=username",
        "--listen=127.0.0.1:0",
    ]);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("unique member `username`"), "{stderr}");
}

/// A6.3.8: the same bytes for a free and for a taken value, for addresses and for names.
fn registration_and_change_do_not_tell_what_is_taken(home: &Home) {
    for (name, address) in [("ada", TAKEN), ("bob", "bob@example.com")] {
        let made = home.create_user(&["--username", name, address], PASSWORD);
        assert!(made.status.success());
    }
    let app = home.start(&[PRIVATE]);
    let register = |body: Value| app.client.send(&post("/auth/register", body));
    let with_address = |email| register(json!({ "email": email, "password": PASSWORD }));
    assert_same(&with_address(TAKEN), &with_address(FREE), 202);
    let with_name = |name| {
        register(json!({ "email": "new@example.com", "password": PASSWORD, "username": name }))
    };
    assert_same(&with_name("ada"), &with_name("free"), 422);

    let token = app.log_in("bob@example.com", PASSWORD);
    let change = |email: &str| {
        let body = json!({ "email": email, "current_password": PASSWORD });
        let reply = app
            .client
            .send(&request("PATCH", "/users/me").bearer(&token).json(body));
        // What the caller has sent is repeated.
        let text = String::from_utf8(reply.body).unwrap().replace(email, "…");
        Response {
            body: text.into_bytes(),
            ..reply
        }
    };
    assert_same(&change(TAKEN), &change("free@example.com"), 200);
    assert_owners_are_told(home, app);
}

/// The owners are told by mail: the one of the taken address twice, by a registration and by a change.
fn assert_owners_are_told(home: &Home, app: App) {
    app.stop();
    assert_eq!(home.mails(TAKEN), 2);
    assert_eq!(home.mails(FREE), 1);
    assert_eq!(home.mails("new@example.com"), 0);
}

#[track_caller]
fn assert_same(one: &Response, other: &Response, status: u16) {
    one.expect(status);
    let without_length = |head: &str| {
        let lines = head.lines().filter(|line| {
            let line = line.to_ascii_lowercase();
            !line.starts_with("date:") && !line.starts_with("content-length:")
        });
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(without_length(&one.head), without_length(&other.head));
    assert_eq!(one.body, other.body);
}
