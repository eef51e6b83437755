//! The page of the routes in the repository matches the program.

use crate::app::Home;

#[test]
fn page_of_routes_is_current() {
    let home = Home::new();
    let mut command = home.command();
    let output = command
        .args(["--log=off", "--sessions", "http-api"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/http-api.md");
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(
        committed == String::from_utf8(output.stdout).unwrap(),
        "update it: cargo run -p reference-app -- --log off --sessions http-api > docs/http-api.md"
    );
}

#[test]
fn describing_the_routes_creates_no_file() {
    let home = Home::new();
    let mut command = home.command();
    command.env_remove("AUTH_SECRET");
    let output = command.args(["--log=off", "openapi"]).output().unwrap();
    assert!(output.status.success());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(!home.path(".auth-secret").exists());
    assert!(!home.path("accounts.db").exists());
}

#[test]
fn settings_of_routes_change_the_document() {
    let home = Home::new();
    let mut command = home.command();
    command.args([
        "--log=off",
        "--route=users.me.delete=on",
        "--route=register=off",
    ]);
    command.args(["--route=auth.login=renamed:/sign-in", "http-api"]);
    let output = command.output().unwrap();
    assert!(output.status.success());
    let page = String::from_utf8(output.stdout).unwrap();
    for present in ["### `users.me.delete`", "/auth/sign-in"] {
        assert!(page.contains(present), "{present}");
    }
    assert!(!page.contains("/auth/register"), "{page}");
}
