//! What must never be written: passwords, their hashes, tokens, the master secret, addresses.

use serde_json::json;

use crate::app::{
    Home, PASSWORD, SECRET, in_each_framework_and_engine, login, reset, verification,
};
use crate::client::{get, post, request};

in_each_framework_and_engine! { output_contains_no_secret }

const NEW: &str = "an engine with a thousand columns";
const WRONG: &str = "quite another password";

/// A16.2.5: standard output and error contain no secret, no hash and no address, even at the most verbose
/// level, and with the records of the crate `log`, which database drivers write.
fn output_contains_no_secret(home: &Home) {
    let app = home.start(&["--log=trace"]);
    let ada = "ada.lovelace@example.com";
    app.register(ada);
    let verify = app.mail("verify", ada, 1);
    app.client.send(&verification(&verify)).expect(200);
    app.client.send(&verification(&verify)).expect(400);
    app.client.send(&login(ada, WRONG)).expect(400);
    let first = app.log_in(ada, PASSWORD);
    assert_eq!(app.protected(&first), 200);
    // An almost valid token, in the header and in wrong places.
    let nearly = format!("{first}x");
    assert_eq!(app.protected(&nearly), 401);
    app.client
        .send(&get(&format!("/protected?access_token={first}")))
        .expect(401);
    app.client
        .send(&post("/auth/login", json!({ "password": WRONG })))
        .expect(422);
    let forgotten = app.forgot(ada);
    app.client.send(&reset(&forgotten, NEW)).expect(200);
    app.client.send(&reset(&forgotten, NEW)).expect(400);
    let second = app.log_in(ada, NEW);
    app.client
        .send(&request("POST", "/auth/logout").bearer(&second))
        .expect(204);
    let (_, stdout) = app.stop();

    let stderr = home.stderr();
    assert!(stderr.contains("authn_login_success"), "the log is on");
    let written = stdout + &stderr;
    let absent = |secret: &str| {
        for form in forms(secret) {
            assert!(!written.contains(&form), "{secret} was written");
        }
    };
    for secret in [
        PASSWORD, NEW, WRONG, SECRET, &verify, &forgotten, &first, &second,
    ] {
        absent(secret);
        // The signature of a token alone is a secret, too.
        absent(secret.rsplit('.').next().unwrap());
    }
    absent("$argon2");
    absent(ada);
    let url = home.database_url();
    absent(url);
    if let Some((start, _)) = url.split_once('@') {
        absent(start.rsplit(':').next().unwrap());
    }
}

/// Returns the forms in which a program may write a text: the text, its bytes as decimal numbers (`Debug` of
/// bytes), and its bytes as hexadecimal digits.
fn forms(text: &str) -> [String; 3] {
    let numbers: Vec<_> = text.bytes().map(|byte| byte.to_string()).collect();
    let digits: Vec<_> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    [text.to_owned(), numbers.join(", "), digits.concat()]
}
