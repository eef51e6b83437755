//! Which users reach a handler.

use serde_json::json;
use time::Duration;

use super::app::{App, assert_refused, assert_text};
use crate::accounts::AdminUpdate;
use crate::login::{AuthMethod, AuthProof, LoginStep};
use crate::testing::PASSWORD;
use crate::testing::conformance::WireRequest;
use crate::user::Roles;

const REQUIRED: [&str; 4] = ["/active", "/verified", "/superuser", "/support"];

fn support() -> AdminUpdate {
    AdminUpdate {
        roles: Some(Roles::parse(["support"]).expect("a role")),
        ..AdminUpdate::default()
    }
}

pub(super) async fn policies_admit_their_users_only(app: &App) {
    const OK: &str = "";
    const DENIED: &str = "AUTHORIZATION_DENIED";
    const ROLES: &str = "INSUFFICIENT_ROLES";
    let plain = AdminUpdate::default;
    let verified = AdminUpdate {
        is_verified: Some(true),
        ..plain()
    };
    let superuser = AdminUpdate {
        is_superuser: Some(true),
        ..plain()
    };
    let cases = [
        ("plain@example.com", plain(), [OK, DENIED, DENIED, ROLES]),
        ("verified@example.com", verified, [OK, OK, DENIED, ROLES]),
        ("root@example.com", superuser, [OK, DENIED, OK, ROLES]),
        ("support@example.com", support(), [OK, DENIED, DENIED, OK]),
    ];
    for (address, update, expected) in cases {
        let user = app.main.user(address, update).await;
        let bearer = app.main.bearer(&user).await;
        for (path, expected) in REQUIRED.iter().zip(expected) {
            let reply = app.get(path, &bearer).await;
            let what = format!("{address} {path}");
            if expected == OK {
                assert_text(&what, &reply, 200, &format!("{address} by jwt"));
            } else {
                assert_refused(&what, &reply, 403, expected);
            }
        }
    }
    for path in REQUIRED {
        let reply = app.get_anonymous(path).await;
        assert_refused(path, &reply, 401, "AUTHENTICATION_FAILED");
    }
}

pub(super) async fn guard_admits_its_users_only(app: &App) {
    let ada = app.main.user("ada@example.com", support()).await;
    let bob = app.main.user("bob@example.com", AdminUpdate::default());
    let bob = bob.await;

    let anonymous = app.get_anonymous("/reports").await;
    assert_refused("anonymous", &anonymous, 401, "AUTHENTICATION_FAILED");
    let challenge: Vec<_> = anonymous.header("www-authenticate").collect();
    assert_eq!(challenge, [b"Bearer"]);
    let refused = app.get("/reports", &app.main.bearer(&bob).await).await;
    assert_refused("no role", &refused, 403, "INSUFFICIENT_ROLES");
    let [cookie, _] = app.main.cookies(&ada).await;
    for credential in [app.main.bearer(&ada).await, vec![cookie]] {
        let admitted = app.get("/reports", &credential).await;
        assert_text("the role", &admitted, 200, "reports");
    }
}

/// RFC 9470 §3: the client learns how old the login may be.
pub(super) async fn old_login_requires_a_step_up(app: &App) {
    let ada = app.main.ada().await;
    let anonymous = app.get_anonymous("/recent").await;
    assert_refused("anonymous", &anonymous, 401, "AUTHENTICATION_FAILED");
    let [cookie, _] = app.main.cookies(&ada).await;
    for credential in [app.main.bearer(&ada).await, vec![cookie]] {
        let admitted = app.get("/recent", &credential).await;
        assert_eq!(admitted.status, 200, "a new login: {admitted}");
    }
    let context = app.main.auth.accounts().context();
    let proof = AuthProof::vouched_for(ada, AuthMethod::PASSWORD)
        .authenticated_at(context.now() - Duration::minutes(6));
    let login = app.main.auth.log_in("jwt", proof, &context).await;
    let tokens = login.ok().and_then(LoginStep::done).expect("a login");
    let bearer = format!("Bearer {}", tokens.access.expose());
    let reply = app
        .get("/recent", &[("authorization".into(), bearer)])
        .await;
    assert_refused("an old login", &reply, 403, "STEP_UP_REQUIRED");
    let challenge: Vec<_> = reply.header("www-authenticate").collect();
    let expected = br#"Bearer error="insufficient_user_authentication", max_age="300""#;
    assert_eq!(challenge, [expected]);
}

/// The three answers: the user, no user, and 401 for a header that is not accepted.
pub(super) async fn optional_user_has_three_answers(app: &App) {
    let ada = app.main.ada().await;
    let reply = app.get_anonymous("/optional").await;
    assert_text("no credential", &reply, 200, "anonymous");
    let reply = app.get("/optional", &app.main.bearer(&ada).await).await;
    assert_text("a token", &reply, 200, "ada@example.com by jwt");
    let [cookie, _] = app.main.cookies(&ada).await;
    let reply = app.get("/optional", &[cookie]).await;
    assert_text("a cookie", &reply, 200, "ada@example.com by web");

    let invalid = [("authorization".into(), "Bearer no.such.token".into())];
    let reply = app.get("/optional", &invalid).await;
    assert_refused("an invalid token", &reply, 401, "AUTHENTICATION_FAILED");
    let invalid = [("cookie".into(), "__Host-auth=invalid".into())];
    let reply = app.get("/optional", &invalid).await;
    assert_text("an invalid cookie", &reply, 200, "anonymous");
}

pub(super) async fn inactive_user_is_unauthenticated(app: &App) {
    let ada = app.main.ada().await;
    let bearer = app.main.bearer(&ada).await;
    let inactive = AdminUpdate {
        is_active: Some(false),
        ..AdminUpdate::default()
    };
    app.main.update(&ada, inactive).await;
    for path in REQUIRED.iter().chain(&["/optional", "/guarded"]) {
        let reply = app.get(path, &bearer).await;
        assert_refused(path, &reply, 401, "AUTHENTICATION_FAILED");
    }
}

pub(super) async fn account_goes_from_registration_to_logout(app: &App) {
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    let registered = app.send(WireRequest::post("/auth/register", &body)).await;
    assert_eq!(registered.status, 201, "{registered}");
    assert_eq!(registered.text("email"), "ada@example.com");

    app.main.auth.accounts().wait_idle().await;
    let token = app.main.outbox.latest("verify", "ada@example.com");
    let body = json!({ "token": token });
    let verified = app.send(WireRequest::post("/auth/verify", &body)).await;
    assert_eq!(verified.json().get("is_verified"), Some(&json!(true)));

    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let login = app.send(WireRequest::post("/auth/jwt/login", &body)).await;
    let bearer = format!("Bearer {}", login.text("access_token"));
    let bearer = [("authorization".to_owned(), bearer)];
    let reply = app.get("/verified", &bearer).await;
    assert_text("logged in", &reply, 200, "ada@example.com by jwt");

    let logout = super::app::with(WireRequest::new("POST", "/auth/jwt/logout"), &bearer);
    assert_eq!(app.send(logout).await.status, 204);
    let reply = app.get("/verified", &bearer).await;
    assert_refused("logged out", &reply, 401, "AUTHENTICATION_FAILED");
}
