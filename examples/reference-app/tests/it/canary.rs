//! Secrets that must never be written: passwords, tokens, the master secret.

use serde_json::json;

use crate::app::{
    Home, PASSWORD, SECRET, in_each_framework_and_engine, login, reset, verification,
};
use crate::client::{get, post, request};

in_each_framework_and_engine! { output_contains_no_secret }

const NEW: &str = "an engine with a thousand columns";
const WRONG: &str = "quite another password";

/// A16.2.5: standard output and error contain no secret, even at the most verbose level.
fn output_contains_no_secret(home: &Home) {
    let app = home.start(&["--log=trace"]);
    let ada = "ada@example.com";
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
    for secret in [
        PASSWORD, NEW, WRONG, SECRET, &verify, &forgotten, &first, &second,
    ] {
        assert!(!written.contains(secret), "{secret} was written");
        // The signature of a token alone is a secret, too.
        let last = secret.rsplit('.').next().unwrap();
        assert!(!written.contains(last), "{last} was written");
    }
    let url = home.database_url();
    assert!(!written.contains(url), "the URL was written");
    let password = url
        .split_once('@')
        .map(|(start, _)| start.rsplit(':').next().unwrap());
    assert!(
        !password.is_some_and(|it| written.contains(it)),
        "the password in the URL was written"
    );
}
