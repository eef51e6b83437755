//! A stolen session of a superuser, which takes the account over through the administration.

use serde_json::json;

use crate::app::{Home, PASSWORD, in_each_framework};
use crate::client::{get, request};

in_each_framework! { administration_does_not_change_its_own_account }

const ROOT: &str = "root@example.com";

/// A6.2.3: password and address of the own account change with the current password only.
fn administration_does_not_change_its_own_account(home: &Home) {
    let made = home.create_user(&["--superuser", ROOT], PASSWORD);
    assert!(made.status.success());
    let app = home.start(&[]);
    let token = app.log_in(ROOT, PASSWORD);
    let me = app
        .client
        .send(&get("/users/me").bearer(&token))
        .expect(200);
    let path = format!("/users/{}", me["id"].as_str().unwrap());
    for body in [
        json!({ "password": "an engine with a thousand columns" }),
        json!({ "email": "thief@example.com" }),
        json!({ "is_verified": false }),
        json!({ "is_active": false }),
    ] {
        let change = request("PATCH", &path).bearer(&token).json(body);
        let reply = app.client.send(&change);
        assert_eq!(reply.status, 400, "{}", reply.head);
    }
    app.log_in(ROOT, PASSWORD);
}
