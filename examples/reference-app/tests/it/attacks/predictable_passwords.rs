//! The first guesses of an attacker.

use serde_json::json;

use crate::app::{Home, in_each_framework};
use crate::client::post;

in_each_framework! { predictable_passwords_are_rejected_with_their_rule }

/// N-PW-10: the reply names the rule.
fn predictable_passwords_are_rejected_with_their_rule(home: &Home) {
    let app = home.start(&[]);
    for (password, rule) in [
        ("Password123!Password", "too_common"),
        ("letmein12345!!!!", "too_common"),
        ("changeme12345678", "too_common"),
        ("Summer2024202420", "too_common"),
        ("qwertyuiopasdfghjkl", "too_common"),
        ("            \u{3000}       ", "repetitive"),
        ("zzzzzzzzzzzzzzzzzz", "repetitive"),
        ("abcabcabcabcabcabc", "repetitive"),
        (
            "\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}",
            "repetitive",
        ),
        ("lovelace.lovelace", "contains_personal_data"),
    ] {
        let body = json!({ "email": "lovelace@example.com", "password": password });
        let reply = app.client.send(&post("/auth/register", body));
        let body = reply.expect(400);
        assert_eq!(reply.code(), "REGISTER_INVALID_PASSWORD");
        assert_eq!(body["errors"][0]["code"], rule, "{password:?}");
    }
}
