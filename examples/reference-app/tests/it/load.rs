//! Simultaneous clients with different requests.

use std::thread;

use serde_json::json;

use crate::app::{App, Home, PASSWORD, in_each_framework_and_engine, login, registration};
use crate::client::{Request, get, post, request};

in_each_framework_and_engine! { thirty_simultaneous_clients_get_no_server_error }

const CLIENTS: usize = 30;
const NEW: &str = "an engine with a thousand columns";

fn thirty_simultaneous_clients_get_no_server_error(home: &Home) {
    let app = home.start(&[]);
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let app = &app;
            scope.spawn(move || one_client(app, number));
        }
    });
    app.client.send(&get("/health")).expect(200);
}

/// Sends every request that reads or writes one account.
fn one_client(app: &App, number: usize) {
    let email = format!("person{number}@example.com");
    let send = |request: &Request, status: u16| app.client.send(request).expect(status);

    send(&registration(&email), 201);
    // Half of the clients repeat the registration, like an impatient user.
    if number.is_multiple_of(2) {
        send(&registration(&email), 400);
    }
    send(&login(&email, "not the password at all"), 400);
    let token = app.log_in(&email, PASSWORD);
    for _ in 0..3 {
        send(&get("/protected").bearer(&token), 200);
        send(&get("/users/me").bearer(&token), 200);
        send(&get("/public"), 200);
        send(&get("/optional"), 200);
    }
    send(&get("/users").bearer(&token), 403);
    send(
        &post("/auth/forgot-password", json!({ "email": email })),
        202,
    );
    let change = json!({ "current_password": PASSWORD, "new_password": NEW });
    send(
        &post("/users/me/change-password", change).bearer(&token),
        204,
    );
    send(&get("/protected").bearer(&token), 401);
    let token = app.log_in(&email, NEW);
    send(&request("POST", "/auth/logout").bearer(&token), 204);
    send(&get("/protected").bearer(&token), 401);
}
