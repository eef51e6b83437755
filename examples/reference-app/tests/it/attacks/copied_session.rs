//! A thief with a copy of the owner's tokens or cookies, when the owner changes the password.

use serde_json::json;

use crate::app::{Home, PASSWORD, in_each_framework};
use crate::client::{Request, get, post, request};
use crate::cookies::{COOKIES, Jar};
use crate::tokens::{OPAQUE, Tokens};

in_each_framework! { copied_tokens_end_with_the_password, copied_cookies_end_with_the_password }

const ADA: &str = "ada@example.com";
const NEW: &str = "an engine with a thousand columns";

/// A7.4.3: the session keeps its id, and the reply has its only valid tokens.
fn copied_tokens_end_with_the_password(home: &Home) {
    for backend in [OPAQUE, "--backend=api=bearer+jwt"] {
        let app = home.start(&[backend, "--sessions"]);
        let email = format!("{}@example.com", backend.len());
        app.register(&email);
        let copied = Tokens::log_in(app.client, &email);
        let list = |tokens: &Tokens| {
            let list = get("/auth/sessions").bearer(&tokens.access);
            app.client.send(&list).expect(200)["sessions"][0]["session_id"].clone()
        };
        let id = list(&copied);

        let reply = app.client.send(&change().bearer(&copied.access));
        let renewed = Tokens::of(&reply);
        assert!(!copied.is_accepted(app.client));
        assert!(renewed.is_accepted(app.client));
        assert_eq!(list(&renewed), id);
        let renewed = renewed.renew(app.client);
        copied.assert_dead(app.client);
        drop(renewed);
    }
}

fn copied_cookies_end_with_the_password(home: &Home) {
    let app = home.start(&COOKIES);
    app.register(ADA);
    let (owner, thief) = (Jar::default(), Jar::default());
    thief.put(&owner.log_in(&app, ADA));

    owner.send(&app, "/users/me", change()).expect(204);
    thief.me(&app).expect(401);
    owner.me(&app).expect(200);
    let refresh = request("POST", "/auth/refresh");
    let stolen = thief.send(&app, "/auth/refresh", refresh);
    assert_eq!(stolen.status, 401, "{}", stolen.head);
}

fn change() -> Request {
    post(
        "/users/me/change-password",
        json!({ "current_password": PASSWORD, "new_password": NEW }),
    )
}
