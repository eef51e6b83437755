//! An address that a mail program would read as an option.

use serde_json::json;

use crate::app::{Home, PASSWORD, in_each_framework};
use crate::client::post;

in_each_framework! { address_that_begins_with_a_hyphen_reaches_no_hook }

fn address_that_begins_with_a_hyphen_reaches_no_hook(home: &Home) {
    let app = home.start(&[]);
    let addresses = [
        "-oQ/tmp@example.com",
        "-froot@example.com",
        " -X/tmp/log@example.com",
    ];
    for address in addresses {
        for path in [
            "/auth/register",
            "/auth/forgot-password",
            "/auth/request-verify-token",
        ] {
            let mut body = json!({ "email": address });
            if path == "/auth/register" {
                body["password"] = PASSWORD.into();
            }
            app.client.send(&post(path, body)).expect(422);
        }
    }
    app.stop();
    assert_eq!(home.outbox(), "");
}
