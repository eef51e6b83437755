//! Who reaches a handler, and what it costs to find out.

use auth_core::accounts::AdminUpdate;
use auth_core::{Roles, User};
use auth_poem::{ActiveUser, CurrentUser, OptionalUser, RouteExt, Superuser, VerifiedUser};
use auth_poem::{Guard, Policy, guard, provide, routes};
use poem::{EndpointExt, IntoEndpoint, Route, get, handler};

use crate::support::{Client, TestApp};

struct Support;

impl Policy for Support {
    const GUARD: Guard = Guard::active().any_role(&["support"]);
}

const REQUIRED: [&str; 4] = ["/active", "/verified", "/superuser", "/support"];
const OPTIONAL: [&str; 2] = ["/optional-user", "/optional-twice"];

#[handler]
fn public() -> &'static str {
    "public"
}

#[handler]
fn active(_: ActiveUser<User>) -> &'static str {
    "in"
}

#[handler]
fn verified(_: VerifiedUser<User>) -> &'static str {
    "in"
}

#[handler]
fn superuser(_: Superuser<User>) -> &'static str {
    "in"
}

#[handler]
fn support(_: CurrentUser<User, Support>) -> &'static str {
    "in"
}

#[handler]
fn optional(OptionalUser(user): OptionalUser<User>) -> String {
    user.map_or_else(|| "anonymous".to_owned(), |user| user.email().to_string())
}

#[handler]
fn three(_: ActiveUser<User>, _: OptionalUser<User>, _: CurrentUser<User>) -> &'static str {
    "in"
}

#[handler]
fn twice(OptionalUser(user): OptionalUser<User>, OptionalUser(_): OptionalUser<User>) -> String {
    user.map_or_else(|| "anonymous".to_owned(), |user| user.email().to_string())
}

fn pages(house: &TestApp) -> Route {
    Route::new()
        .at("/public", get(public))
        .at("/active", get(active))
        .at("/verified", get(verified))
        .at("/superuser", get(superuser))
        .at("/support", get(support))
        .at("/optional-user", get(optional))
        .at("/optional-twice", get(twice))
        .at("/three", get(three))
        .at(
            "/guarded",
            get(three).with(guard(&house.auth, Guard::active())),
        )
        .merge(routes(&house.auth))
}

async fn serve(house: &TestApp) -> Client {
    house
        .serve(pages(house).with(provide(&house.auth)).into_endpoint())
        .await
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
    for path in ["/guarded", "/three"] {
        let (users, revoked) = house.calls();
        assert_eq!(client.get_as(&token, path).await.text, "in");
        assert_eq!(house.calls(), (users + 1, revoked + 1), "{path}");
        // The next request is another one.
        assert_eq!(client.get_as(&token, path).await.text, "in");
        assert_eq!(house.calls(), (users + 2, revoked + 2), "{path}");
    }
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

/// With the plain data each extractor asks for itself, and what it answers is the same; a guard makes
/// them one again.
#[tokio::test]
async fn plain_data_is_enough_for_extractors() {
    let house = TestApp::new();
    let client = house.serve(pages(&house).data(house.auth.clone())).await;
    house.user("ada@example.com", AdminUpdate::default()).await;
    let token = house.token(&client, "", "ada@example.com").await;
    for (path, asked) in [("/three", 3), ("/guarded", 1)] {
        let (users, revoked) = house.calls();
        assert_eq!(client.get_as(&token, path).await.text, "in");
        assert_eq!(house.calls(), (users + asked, revoked + asked), "{path}");
    }
    let nobody = client.get("/active").await;
    assert_eq!(
        (nobody.status, nobody.code().as_str()),
        (401, "AUTHENTICATION_FAILED")
    );
}

/// Why `Option<CurrentUser<_>>` is documented as wrong: Poem makes `None` of an outage. Were this to
/// change, the documentation could, too.
#[tokio::test]
async fn an_option_of_poems_swallows_outages_and_ours_does_not() {
    #[handler]
    fn option(user: Option<CurrentUser<User>>) -> &'static str {
        user.map_or("anonymous", |_| "a user")
    }

    let house = TestApp::new();
    let app = pages(&house).at("/option", get(option));
    let client = house.serve(app.with(provide(&house.auth))).await;
    house.user("ada@example.com", AdminUpdate::default()).await;
    let token = house.token(&client, "", "ada@example.com").await;
    assert_eq!(client.get_as(&token, "/option").await.text, "a user");
    house.users.fail(true);
    assert_eq!(client.get_as(&token, "/option").await.text, "anonymous");
    assert_eq!(client.get_as(&token, "/optional-user").await.status, 503);
}
