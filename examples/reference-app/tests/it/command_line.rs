//! The flags, and the messages about invalid ones.

use std::process::{Command, Output, Stdio};

use serde_json::json;

use crate::app::{App, Home, PASSWORD, in_each_framework, login, registration};
use crate::client::{get, post, request};

in_each_framework! { each_backend_ends_only_its_own_tokens, flags_change_the_account_rules }

#[test]
fn create_user_failure_has_a_reason() {
    let home = Home::new();
    let refused = |arguments: &[&str], password: &str, reason: &str| {
        let output = home.create_user(arguments, password);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(reason), "{stderr}");
        assert_eq!(output.stdout, b"");
    };
    assert!(
        home.create_user(&["ada@example.com"], PASSWORD)
            .status
            .success()
    );
    refused(&["Ada@Example.com"], PASSWORD, "the email is taken");
    refused(&["not an address"], PASSWORD, "address");
    refused(&["eve@example.com"], "short", "password");
    refused(&["eve@example.com"], "", "password");
    refused(
        &["--username=a b", "eve@example.com"],
        PASSWORD,
        "user name",
    );
}

#[test]
fn invalid_flags_end_the_program_with_an_error() {
    let home = Home::new();
    let refused = |flags: &[&str], code: i32, reason: &str| {
        let output = run(&home, flags);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{flags:?}: {stderr}");
        assert!(stderr.contains(reason), "{flags:?}: {stderr}");
    };
    refused(
        &["--backend=jwt=pigeon+jwt"],
        2,
        "unknown transport `pigeon`",
    );
    refused(
        &["--backend=jwt=bearer+paper"],
        2,
        "unknown strategy `paper`",
    );
    refused(&["--access-lifetime=soon"], 2, "is not a valid duration");
    refused(
        &["--access-lifetime=500ms"],
        1,
        "the lifetime of access tokens",
    );
    refused(&["--auth-path=auth"], 1, "is not a valid path for routes");
    let twice = ["--backend=a=bearer+jwt", "--backend=a=bearer+jwt"];
    refused(&twice, 1, "two backends are called `a`");
}

#[test]
fn invalid_sessions_and_origins_end_the_program_with_an_error() {
    let home = Home::new();
    let refused = |flags: &[&str], reason: &str| {
        let output = run(&home, &[&["--backend=web=cookie+opaque"], flags].concat());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{flags:?}: {stderr}");
        assert!(stderr.contains(reason), "{flags:?}: {stderr}");
    };
    for origin in ["shop.example", "https://shop.example/", "null", "*"] {
        let sentence = format!("`{origin}` is not a valid origin");
        refused(&[&format!("--allow-origin={origin}")], &sentence);
        refused(&[&format!("--own-origin={origin}")], &sentence);
    }
    let idle = "the idle time of sessions must be between";
    refused(&["--session-idle=500ms"], idle);
    refused(&["--session-idle=401d", "--session-absolute=401d"], idle);
    let browser = "the idle time of sessions that end with the browser must be between";
    refused(&["--session-browser-idle=31d"], browser);
    let absolute = "the absolute life of sessions must be between their idle time and 400 days";
    refused(&["--session-absolute=1d"], absolute);
    let grace = "the grace of refresh tokens must be between none and 5 minutes";
    refused(&["--refresh-grace=301s"], grace);
    let window = "the window of lost replies must be between none and 1 hour";
    refused(&["--lost-reply-window=61m"], window);
    let access = "the lifetime of opaque access tokens must be between";
    refused(&["--rotating", "--access-lifetime=401d"], access);
    refused(&["--jwt-key=nowhere.pem"], "the key in nowhere.pem");
    // All errors are reported together.
    let both = ["--refresh-grace=301s", "--own-origin=null"];
    refused(&both, grace);
    refused(&both, "`null` is not a valid origin");
}

#[test]
fn cookies_over_plain_http_log_a_warning() {
    for (flags, is_warned_of) in [(&[][..], false), (&["--insecure-cookies"], true)] {
        let home = Home::new();
        let flags = [&["--backend=web=cookie+opaque"], flags].concat();
        home.start(&flags).stop();
        let stderr = home.stderr();
        let found = stderr.contains("cookies travel over plain HTTP");
        assert_eq!(found, is_warned_of, "{stderr}");
    }
}

/// The error describes the problem with a database and does not contain its URL.
#[test]
fn database_that_cannot_be_opened_ends_the_program() {
    let home = Home::new();
    let refused = |mut command: Command, reason: &str| {
        let output = command.arg("--listen=127.0.0.1:0").output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert_eq!(output.stdout, b"");
        assert!(stderr.contains(reason), "{stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
    };
    for (url, reason) in [
        (
            "sqlite://no/such/folder/a.db",
            "the database file cannot be created",
        ),
        (
            "oracle://ada:hunter2@host/db",
            "the database URL is neither",
        ),
        ("postgres:ada:hunter2", "the database URL is neither"),
    ] {
        refused(home.command_with(url), reason);
        let mut command = home.command();
        command.arg(format!("--database-url={url}"));
        refused(command, reason);
    }
    let unreachable = "mysql://ada:hunter2@127.0.0.1:1/db";
    refused(
        home.command_with(unreachable),
        "the database cannot be connected to",
    );
}

#[test]
fn weak_secret_is_rejected_and_not_shown() {
    let home = Home::new();
    let mut command = home.command();
    command.env("AUTH_SECRET", "change-me-please-change-me-please");
    let output = command.arg("--listen=127.0.0.1:0").output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains("the master secret"), "{stderr}");
    assert!(!stderr.contains("change-me"), "{stderr}");
}

#[test]
fn cheap_hashes_log_a_warning() {
    let home = Home::new();
    home.start(&[]).stop();
    assert!(
        home.stderr().contains("cheaper than OWASP's floor"),
        "{}",
        home.stderr()
    );
}

/// The logout of one backend ignores the tokens of the other, and the application accepts both.
fn each_backend_ends_only_its_own_tokens(home: &Home) {
    let app = home.start(&["--backend=web=bearer+jwt", "--backend=api=bearer+jwt"]);
    app.register("ada@example.com");
    let web = app.log_in("ada@example.com", PASSWORD);
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    let api = app.client.send(&post("/auth/api/login", body)).expect(200);
    let api = api["access_token"].as_str().unwrap();
    assert_eq!((app.protected(&web), app.protected(api)), (200, 200));
    app.client
        .send(&request("POST", "/auth/logout").bearer(api))
        .expect(204);
    assert_eq!(app.protected(api), 200, "a logout of another backend");
    app.client
        .send(&request("POST", "/auth/api/logout").bearer(api))
        .expect(204);
    assert_eq!((app.protected(&web), app.protected(api)), (200, 401));
}

fn flags_change_the_account_rules(home: &Home) {
    let made = home.create_user(&["--superuser", "root@example.com"], PASSWORD);
    let id = String::from_utf8(made.stdout).unwrap();
    let app = home.start(&["--require-verification", "--hide-existing-accounts"]);
    app.client
        .send(&registration("ada@example.com"))
        .expect(202);
    app.client
        .send(&registration("root@example.com"))
        .expect(202);
    app.mail("duplicate", "root@example.com", 1);
    app.mail("verify", "ada@example.com", 1);
    // Hiding existing accounts at registration requires a login that does not reveal them.
    let log_in = |app: &App| {
        let reply = app.client.send(&login("ada@example.com", PASSWORD));
        (reply.status, reply.code())
    };
    assert_eq!(log_in(&app), (400, "LOGIN_BAD_CREDENTIALS".to_owned()));
    app.stop();

    let app = home.start(&["--require-verification"]);
    assert_eq!(log_in(&app), (403, "LOGIN_USER_NOT_VERIFIED".to_owned()));
    app.stop();

    let app = home.start(&["--hard-delete", "--auth-path=/a", "--users-path=/people"]);
    let body = json!({ "identifier": "root@example.com", "password": PASSWORD });
    let reply = app.client.send(&post("/a/login", body)).expect(200);
    let root = reply["access_token"].as_str().unwrap();
    let page = app.client.send(&get("/people").bearer(root)).expect(200);
    let users = page["items"].as_array().unwrap();
    assert_eq!(users[0]["id"], id.trim_end());
    let path = format!("/people/{}", users[1]["id"].as_str().unwrap());
    app.client
        .send(&request("DELETE", &path).bearer(root))
        .expect(204);
    app.client.send(&get(&path).bearer(root)).expect(404);
}

#[test]
fn login_by_user_name_succeeds() {
    let home = Home::new();
    let made = home.create_user(&["--username=Ada", "ada@example.com"], PASSWORD);
    assert!(made.status.success());
    let app = home.start(&["--login-identifier=username"]);
    app.client.send(&login("ada", PASSWORD)).expect(200);
    assert_ne!(
        app.client.send(&login("ada@example.com", PASSWORD)).status,
        200
    );
}

#[test]
fn users_in_memory_are_lost_at_a_restart() {
    let home = Home::new();
    for _ in 0..2 {
        let app = home.launch(home.command_with("memory:"));
        app.register("ada@example.com");
    }
    assert!(!home.path("accounts.db").exists());
}

/// Without `AUTH_SECRET` a secret is generated, readable only by its owner, and used again.
#[test]
fn missing_secret_is_generated_and_kept() {
    let home = Home::new();
    let app = without_secret(&home);
    app.register("ada@example.com");
    let token = app.log_in("ada@example.com", PASSWORD);
    app.stop();
    assert!(home.stderr().contains("a secret was generated"));
    let secret = std::fs::read_to_string(home.path(".auth-secret")).unwrap();
    assert!(!home.stderr().contains(secret.trim()));

    let app = without_secret(&home);
    assert_eq!(app.protected(&token), 200);
}

fn without_secret(home: &Home) -> App {
    let mut command = home.command();
    command.env_remove("AUTH_SECRET");
    home.launch(command)
}

fn run(home: &Home, flags: &[&str]) -> Output {
    let mut command = home.command();
    command.arg("--listen=127.0.0.1:0").args(flags);
    command.stdin(Stdio::null()).output().unwrap()
}
