//! A thief with a copy of a token, when its owner logs out and the program cannot record it.

use crate::app::{Home, PASSWORD, in_each_framework, login, login_at};
use crate::client::{Request, get, request};
use crate::cookies::Jar;
use crate::database::sqlite_script;
use crate::tokens::{OPAQUE, Tokens};

in_each_framework! { logout_ends_the_copy_on_every_backend, failed_revocation_is_no_success }

const ADA: &str = "ada@example.com";
/// A full disk, for each statement that ends a token.
const REFUSE: &str = "
    CREATE TRIGGER no_entry BEFORE INSERT ON auth_expiring BEGIN SELECT RAISE(ABORT, 'full'); END;
    CREATE TRIGGER no_end BEFORE DELETE ON auth_sessions BEGIN SELECT RAISE(ABORT, 'full'); END;
    CREATE TRIGGER no_change BEFORE UPDATE ON auth_users BEGIN SELECT RAISE(ABORT, 'full'); END";
const ALLOW: &str = "DROP TRIGGER no_entry; DROP TRIGGER no_end; DROP TRIGGER no_change";

/// A7.4.1: whatever the strategy and the transport, and whether the backend has sessions.
fn logout_ends_the_copy_on_every_backend(home: &Home) {
    for (number, flags) in [
        &["--backend=api=bearer+jwt"][..],
        &["--backend=api=bearer+jwt", "--sessions"],
        &[OPAQUE],
        &["--backend=web=cookie+jwt", "--insecure-cookies"],
        &[
            "--backend=web=cookie+jwt",
            "--insecure-cookies",
            "--sessions",
        ],
        &["--backend=web=cookie+opaque", "--insecure-cookies"],
    ]
    .into_iter()
    .enumerate()
    {
        let app = home.start(flags);
        let email = format!("user{number}@example.com");
        app.register(&email);
        let (owner, thief) = (Jar::default(), Jar::default());
        let reply = owner.send(&app, "/", login(&email, PASSWORD));
        thief.put(&reply);
        let access = reply.json()["access_token"].as_str().map(str::to_owned);
        let with_token = |request: Request| match &access {
            Some(token) => request.bearer(token),
            None => request,
        };
        let me = || thief.send(&app, "/", with_token(get("/users/me")));
        me().expect(200);
        let logout = with_token(request("POST", "/auth/logout"));
        owner.send(&app, "/", logout).expect(204);
        assert_eq!(me().status, 401, "{flags:?}");
    }
}

/// A revocation that the database refuses is 503, never a success, and can be repeated.
fn failed_revocation_is_no_success(home: &Home) {
    let app = home.start(&["--backend=jwt=bearer+jwt", "--backend=api=bearer+opaque"]);
    app.register(ADA);
    let jwt = app.log_in(ADA, PASSWORD);
    let opaque = || {
        let login = login_at("/auth/api/login", ADA, PASSWORD);
        Tokens::of(&app.client.send(&login))
    };
    let (own, other) = (opaque(), opaque());
    let list = get("/auth/sessions").bearer(&other.access);
    let list = app.client.send(&list).expect(200);
    let sessions = list["sessions"].as_array().unwrap().iter();
    let mut ids = sessions.filter(|session| session["is_current"] == true);
    let id = ids.next().unwrap()["session_id"].as_str().unwrap();
    let own = |method: &str, path: &str| request(method, path).bearer(&own.access);
    let revocations = [
        request("POST", "/auth/logout").bearer(&jwt),
        own("DELETE", &format!("/auth/sessions/{id}")),
        own("POST", "/auth/sessions/revoke-others"),
        own("POST", "/auth/api/logout"),
    ];

    sqlite_script(home.database_url(), REFUSE);
    for revocation in &revocations {
        let reply = app.client.send(revocation);
        assert_eq!(reply.status, 503, "{revocation:?}: {}", reply.head);
    }
    assert_eq!(app.protected(&jwt), 200);
    assert!(other.is_accepted(app.client));
    sqlite_script(home.database_url(), ALLOW);
    for revocation in &revocations {
        app.client.send(revocation).expect(204);
    }
    assert_eq!(app.protected(&jwt), 401);
    assert!(!other.is_accepted(app.client));
}
