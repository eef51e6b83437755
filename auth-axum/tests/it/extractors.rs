//! Who reaches a handler, and what it costs to find out.

use auth_axum::{ActiveUser, CurrentUser, OptionalUser, Superuser, VerifiedUser, guard};
use auth_axum::{Guard, Policy};
use auth_core::accounts::AdminUpdate;
use auth_core::{Roles, User};
use axum::Router;
use axum::routing::get;

use crate::support::{Client, TestApp};

struct Support;

impl Policy for Support {
    const GUARD: Guard = Guard::active().any_role(&["support"]);
}

fn name(user: Option<CurrentUser<User>>) -> String {
    user.map_or_else(|| "anonymous".to_owned(), |user| user.email().to_string())
}

const REQUIRED: [&str; 4] = ["/active", "/verified", "/superuser", "/support"];
const OPTIONAL: [&str; 2] = ["/optional-user", "/option"];

async fn serve(house: &TestApp) -> Client {
    let guarded = Router::new()
        .route(
            "/guarded",
            get(async |_: ActiveUser<User>, _: OptionalUser<User>, _: CurrentUser<User>| "in"),
        )
        .route_layer(guard(&house.auth, Guard::active()));
    let app = Router::new()
        .route("/public", get(async || "public"))
        .route("/active", get(async |_: ActiveUser<User>| "in"))
        .route("/verified", get(async |_: VerifiedUser<User>| "in"))
        .route("/superuser", get(async |_: Superuser<User>| "in"))
        .route("/support", get(async |_: CurrentUser<User, Support>| "in"))
        .route(
            "/optional-user",
            get(async |OptionalUser(user): OptionalUser<User>| name(user)),
        )
        .route(
            "/option",
            get(async |user: Option<CurrentUser<User>>| name(user)),
        )
        .merge(guarded)
        .merge(auth_axum::routes(&house.auth))
        .with_state(house.auth.clone());
    house.serve(app).await
}

#[tokio::test]
async fn a_public_route_asks_no_store() {
    let house = TestApp::new();
    let client = serve(&house).await;
    house.user("ada@example.com", AdminUpdate::default()).await;
    let token = house.token(&client, "", "ada@example.com").await;
    let before = house.calls();
    assert_eq!(client.get_as(&token, "/public").await.text, "public");
    assert_eq!(house.calls(), before);
}

#[tokio::test]
async fn a_guard_and_three_extractors_authenticate_once() {
    let house = TestApp::new();
    let client = serve(&house).await;
    house.user("ada@example.com", AdminUpdate::default()).await;
    let token = house.token(&client, "", "ada@example.com").await;
    let (users, revoked) = house.calls();
    assert_eq!(client.get_as(&token, "/guarded").await.text, "in");
    assert_eq!(house.calls(), (users + 1, revoked + 1));
    // The next request is another one.
    assert_eq!(client.get_as(&token, "/guarded").await.text, "in");
    assert_eq!(house.calls(), (users + 2, revoked + 2));
}

/// An outage is neither "logged in" nor "logged out", in whichever form a handler asks.
#[tokio::test]
async fn a_failing_store_is_503_everywhere() {
    let house = TestApp::new();
    let client = serve(&house).await;
    house.user("ada@example.com", AdminUpdate::default()).await;
    let token = house.token(&client, "", "ada@example.com").await;
    let mut answers = Vec::new();
    for plan in [&house.users, &house.revoked] {
        plan.fail(true);
        for path in REQUIRED
            .iter()
            .chain(&OPTIONAL)
            .chain(&["/guarded", "/users/me"])
        {
            let answer = client.get_as(&token, path).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (503, "SERVICE_UNAVAILABLE"),
                "{path}"
            );
            let headers = answer.headers().join("\n");
            answers.push((headers, answer.text));
        }
        plan.fail(false);
    }
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "one envelope: {answers:?}"
    );
    assert_eq!(client.get_as(&token, "/active").await.status, 200);
}

#[tokio::test]
async fn an_optional_user_is_nobody_without_a_credential_and_refused_with_a_bad_one() {
    let house = TestApp::new();
    let client = serve(&house).await;
    let id = house.user("ada@example.com", AdminUpdate::default()).await;
    let token = house.token(&client, "", "ada@example.com").await;
    for path in OPTIONAL {
        assert_eq!(client.get(path).await.text, "anonymous");
        assert_eq!(client.get_as(&token, path).await.text, "ada@example.com");
        let bad = client.get_as("no.such.token", path).await;
        assert_eq!(
            (bad.status, bad.code().as_str()),
            (401, "AUTHENTICATION_FAILED")
        );
    }
    let inactive = AdminUpdate {
        is_active: Some(false),
        ..AdminUpdate::default()
    };
    house
        .auth
        .accounts()
        .update_as_admin(&id, inactive, &house.auth.accounts().context())
        .await
        .unwrap();
    for path in OPTIONAL.iter().chain(&REQUIRED) {
        assert_eq!(client.get_as(&token, path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn each_policy_lets_its_own_pass() {
    let house = TestApp::new();
    let client = serve(&house).await;
    let (ok, denied, roles) = ("in", "AUTHORIZATION_DENIED", "INSUFFICIENT_ROLES");
    let plain = AdminUpdate::default;
    let cases = [
        ("plain@example.com", plain(), [ok, denied, denied, roles]),
        (
            "verified@example.com",
            AdminUpdate {
                is_verified: Some(true),
                ..plain()
            },
            [ok, ok, denied, roles],
        ),
        (
            "root@example.com",
            AdminUpdate {
                is_superuser: Some(true),
                ..plain()
            },
            [ok, denied, ok, roles],
        ),
        (
            "support@example.com",
            AdminUpdate {
                roles: Some(Roles::parse(["support"]).unwrap()),
                ..plain()
            },
            [ok, denied, denied, ok],
        ),
    ];
    for (address, update, expected) in cases {
        house.user(address, update).await;
        let token = house.token(&client, "", address).await;
        for (path, expected) in REQUIRED.iter().zip(expected) {
            let answer = client.get_as(&token, path).await;
            let status = if expected == ok { 200 } else { 403 };
            assert_eq!(answer.status, status, "{address} {path}");
            assert!(
                answer.text.contains(expected),
                "{address} {path}: {}",
                answer.text
            );
        }
    }
    for path in REQUIRED {
        let answer = client.get(path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "AUTHENTICATION_FAILED")
        );
    }
}
