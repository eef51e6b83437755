//! Data after a restart, and the shutdown of the program.

use crate::app::{Home, PASSWORD, in_each_framework_and_engine, login, verification};
use crate::client::get;

in_each_framework_and_engine! { accounts_and_tokens_survive_a_restart, shutdown_waits_for_hooks }

fn accounts_and_tokens_survive_a_restart(home: &Home) {
    let app = home.start(&[]);
    app.register("ada@example.com");
    let letter = app.mail("verify", "ada@example.com", 1);
    let token = app.log_in("ada@example.com", PASSWORD);
    let gone = app.log_in("ada@example.com", PASSWORD);
    let logout = crate::client::request("POST", "/auth/logout").bearer(&gone);
    app.client.send(&logout).expect(204);
    let (status, rest) = app.stop();
    assert!(status.success(), "{status}");
    assert_eq!(rest, "");

    let made = home.create_user(&["--superuser", "root@example.com"], PASSWORD);
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let id = String::from_utf8(made.stdout).unwrap();

    let app = home.start(&[]);
    assert_eq!(app.protected(&token), 200);
    assert_eq!(app.protected(&gone), 401, "the restart undid the logout");
    assert_eq!(app.client.send(&verification(&letter)).status, 200);
    app.client
        .send(&login("ada@example.com", PASSWORD))
        .expect(200);

    let root = app.log_in("root@example.com", PASSWORD);
    let page = app.client.send(&get("/users").bearer(&root)).expect(200);
    let users = page["items"].as_array().unwrap();
    let emails: Vec<_> = users
        .iter()
        .map(|user| user["email"].as_str().unwrap())
        .collect();
    assert_eq!(emails, ["ada@example.com", "root@example.com"]);
    assert_eq!(users[1]["id"], id.trim_end());
    assert_eq!(users[1]["is_superuser"], true);
    assert_eq!(users[1]["is_verified"], true);
}

/// Hooks that run after the reply finish before the program ends.
fn shutdown_waits_for_hooks(home: &Home) {
    let app = home.start(&[]);
    app.register("ada@example.com");
    let forgot = serde_json::json!({ "email": "ada@example.com" });
    let request = crate::client::post("/auth/forgot-password", forgot);
    app.client.send(&request).expect(202);
    app.stop();

    let outbox = std::fs::read_to_string(home.path("outbox.jsonl")).unwrap();
    let kinds = |kind: &str| outbox.matches(&format!("\"kind\":\"{kind}\"")).count();
    assert_eq!((kinds("verify"), kinds("reset")), (1, 1));
}
