//! How often a request is authenticated, and what an outage is.

use super::app::{App, Calls, assert_refused, assert_text};
use crate::accounts::AdminUpdate;
use crate::user::Roles;

const NONE: Calls = Calls {
    users: 0,
    revoked: 0,
    sessions: 0,
};

pub(super) async fn public_page_asks_no_store(app: &App) {
    let ada = app.main.ada().await;
    let [cookie, _] = app.main.cookies(&ada).await;
    for credential in [app.main.bearer(&ada).await, vec![cookie]] {
        for page in ["/public", "/layer/public"] {
            let before = app.main.calls();
            assert_text(page, &app.get(page, &credential).await, 200, "public");
            assert_eq!(app.main.calls() - before, NONE, "{page}");
        }
    }
}

pub(super) async fn guard_and_extractors_authenticate_once(app: &App) {
    let ada = app.main.ada().await;
    let [cookie, _] = app.main.cookies(&ada).await;
    let by_token = Calls {
        users: 1,
        revoked: 1,
        sessions: 0,
    };
    let by_cookie = Calls {
        users: 1,
        revoked: 0,
        sessions: 1,
    };
    for (credential, once) in [
        (app.main.bearer(&ada).await, by_token),
        (vec![cookie], by_cookie),
    ] {
        // The second request is authenticated anew.
        for page in ["/three", "/guarded", "/layer/active", "/guarded", "/three"] {
            let before = app.main.calls();
            assert_eq!(app.get(page, &credential).await.status, 200, "{page}");
            assert_eq!(app.main.calls() - before, once, "{page}");
        }
    }
}

/// An outage is neither "logged in" nor "logged out", in whichever form a handler asks.
pub(super) async fn failing_store_is_503_on_every_page(app: &App) {
    let support = AdminUpdate {
        roles: Some(Roles::parse(["support"]).expect("a role")),
        is_verified: Some(true),
        is_superuser: Some(true),
        ..AdminUpdate::default()
    };
    let ada = app.main.user("ada@example.com", support).await;
    let bearer = app.main.bearer(&ada).await;
    let [cookie, _] = app.main.cookies(&ada).await;
    let cookie = vec![cookie];
    let mut replies = Vec::new();
    for (store, credential) in [
        (&app.main.users, &bearer),
        (&app.main.revoked, &bearer),
        (&app.main.users, &cookie),
        (&app.main.sessions, &cookie),
    ] {
        for page in [
            "/active",
            "/verified",
            "/superuser",
            "/support",
            "/optional",
            "/three",
            "/guarded",
            "/reports",
            "/layer/active",
            "/layer/optional",
            "/users/me",
        ] {
            store.fail(true);
            let reply = app.get(page, credential).await;
            assert_refused(page, &reply, 503, "SERVICE_UNAVAILABLE");
            replies.push((page, reply));
            store.fail(false);
            assert_eq!(app.get(page, credential).await.status, 200, "{page}");
        }
    }
    let mut replies = replies.iter();
    let first = replies.next().map(|(_, reply)| reply);
    for (page, reply) in replies {
        assert_eq!(Some(reply), first, "one envelope: {page}");
    }
}

/// Two handles for one type of user: a result of one is never a result of the other.
pub(super) async fn handles_never_share_a_result(app: &App) {
    let (ours, theirs) = (app.main.ada().await, app.other.ada().await);
    let theirs = app.other.bearer(&theirs).await;
    let before = (app.main.calls(), app.other.calls());
    let reply = app.get("/another", &theirs).await;
    assert_refused(
        "admitted by the guard",
        &reply,
        401,
        "AUTHENTICATION_FAILED",
    );
    let once = Calls {
        users: 1,
        revoked: 1,
        sessions: 0,
    };
    assert_eq!(app.other.calls() - before.1, once, "the guard admits it");
    assert_eq!(
        app.main.calls() - before.0,
        once,
        "the extractor asks again"
    );

    let ours = app.main.bearer(&ours).await;
    let before = app.main.calls();
    let reply = app.get("/another", &ours).await;
    assert_refused("refused by the guard", &reply, 401, "AUTHENTICATION_FAILED");
    assert_eq!(app.main.calls() - before, NONE, "no handler runs");
}
