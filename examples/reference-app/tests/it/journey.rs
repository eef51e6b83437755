//! One user through all flows.

use serde_json::{Value, json};

use crate::app::{Home, PASSWORD, in_each_framework, login, reset, verification};
use crate::client::{get, post, request};

in_each_framework! { from_registration_to_logout, pages_accept_only_users_that_pass_their_guards }

const SECOND: &str = "an engine with a thousand columns";
const THIRD: &str = "punched cards from jacquard looms";

fn from_registration_to_logout(home: &Home) {
    let app = home.start(&[]);
    let ada = "ada@example.com";

    let user = app.register(ada);
    assert_eq!(user["is_verified"], false);
    let token = app.mail("verify", ada, 1);
    let user = app.client.send(&verification(&token)).expect(200);
    assert_eq!(user["is_verified"], true);

    let first = app.log_in(ada, PASSWORD);
    let body = app
        .client
        .send(&get("/protected").bearer(&first))
        .expect(200);
    assert_eq!(body, json!(ada));
    let anonymous = app.client.send(&get("/protected"));
    assert_eq!(
        (anonymous.status, anonymous.code().as_str()),
        (401, "AUTHENTICATION_FAILED")
    );

    let change = json!({ "current_password": PASSWORD, "new_password": SECOND });
    let change = post("/users/me/change-password", change).bearer(&first);
    app.client.send(&change).expect(204);
    assert_eq!(app.protected(&first), 401);

    let second = app.log_in(ada, SECOND);
    let token = app.forgot(ada);
    app.client.send(&reset(&token, THIRD)).expect(200);
    assert_eq!(app.protected(&second), 401);
    assert_eq!(app.client.send(&login(ada, SECOND)).status, 400);
    assert_eq!(
        app.client.send(&reset(&token, SECOND)).code(),
        "RESET_PASSWORD_BAD_TOKEN"
    );

    let third = app.log_in(ada, THIRD);
    assert_eq!(app.protected(&third), 200);
    app.client
        .send(&request("POST", "/auth/logout").bearer(&third))
        .expect(204);
    assert_eq!(app.protected(&third), 401);
}

/// Checks which users each page of the application accepts.
fn pages_accept_only_users_that_pass_their_guards(home: &Home) {
    let made = home.create_user(&["--superuser", "root@example.com"], PASSWORD);
    assert!(made.status.success());
    let app = home.start(&[]);
    app.register("ada@example.com");
    let ada = app.log_in("ada@example.com", PASSWORD);
    let root = app.log_in("root@example.com", PASSWORD);

    let status = |path: &str, token: Option<&str>| {
        let request = get(path);
        let request = match token {
            Some(token) => request.bearer(token),
            None => request,
        };
        app.client.send(&request).status
    };
    for (path, anonymous, user, superuser) in [
        ("/health", 200, 200, 200),
        ("/public", 200, 200, 200),
        ("/protected", 401, 200, 200),
        ("/active", 401, 200, 200),
        ("/verified", 401, 403, 200),
        ("/superuser", 401, 403, 200),
        ("/optional", 200, 200, 200),
    ] {
        assert_eq!(status(path, None), anonymous, "{path}");
        assert_eq!(status(path, Some(&ada)), user, "{path}");
        assert_eq!(status(path, Some(&root)), superuser, "{path}");
    }
    assert_eq!(status("/public", Some("nonsense")), 200);
    assert_eq!(status("/optional", Some("nonsense")), 401);
    let optional = |request| app.client.send(&request).expect(200);
    assert_eq!(optional(get("/optional")), Value::Null);
    assert_eq!(
        optional(get("/optional").bearer(&ada)),
        json!("ada@example.com")
    );
    assert_eq!(optional(get("/public").bearer(&ada)), Value::Null);
}
