//! Rules for whole routes.

use auth_core::accounts::AdminUpdate;
use auth_core::{Roles, User};
use auth_poem::{CurrentUser, Guard, RouteExt, guard, provide, routes};
use poem::{EndpointExt, Route, get, handler};

use crate::support::TestApp;

#[handler]
fn invoices() -> &'static str {
    "the invoices"
}

#[handler]
fn account(user: CurrentUser<User>) -> String {
    user.into_inner().email().to_string()
}

#[tokio::test]
async fn a_route_behind_a_guard_answers_whom_the_guard_lets_pass() {
    let house = TestApp::new();
    let billing = || Guard::active().any_role(&["billing"]);
    let nested = Route::new()
        .at("/invoices", get(invoices))
        .with(guard(&house.auth, billing()));
    let app = Route::new()
        .at(
            "/invoices",
            get(invoices).with(guard(&house.auth, billing())),
        )
        .nest("/billing", nested)
        .merge(routes(&house.auth));
    let client = house.serve(app).await;
    let roles = AdminUpdate {
        roles: Some(Roles::parse(["billing"]).unwrap()),
        ..AdminUpdate::default()
    };
    house.user("ada@example.com", roles).await;
    house.user("bob@example.com", AdminUpdate::default()).await;
    let ada = house.token(&client, "", "ada@example.com").await;
    let bob = house.token(&client, "", "bob@example.com").await;

    for path in ["/invoices", "/billing/invoices"] {
        let nobody = client.get(path).await;
        assert_eq!(nobody.status, 401);
        assert!(
            nobody.head.contains("www-authenticate: Bearer"),
            "{}",
            nobody.head
        );
        let refused = client.get_as(&bob, path).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "INSUFFICIENT_ROLES")
        );
        assert_eq!(client.get_as(&ada, path).await.text, "the invoices");
        // An unknown method is answered by the route after the guard has admitted the request.
        let bearer = format!("Bearer {ada}");
        let headers = [("authorization", bearer.as_str())];
        assert_eq!(client.send("PUT", path, &headers, "").await.status, 405);
    }
    // Around a route, a guard does not tell who may not pass what is there.
    assert_eq!(client.get("/billing/nothing").await.status, 401);
    assert_eq!(client.get_as(&ada, "/billing/nothing").await.status, 404);
}

/// Two handles over one type of user: what one has found out is nothing to the other, wherever the
/// guard stands.
#[tokio::test]
async fn a_guard_of_another_handle_does_not_vouch() {
    let (house, other) = (TestApp::new(), TestApp::new());
    let guarded = |auth| get(account).with(guard(auth, Guard::active()));
    let app = Route::new()
        .at("/inside", guarded(&other.auth).with(provide(&house.auth)))
        .at(
            "/outside",
            get(account)
                .with(provide(&house.auth))
                .with(guard(&other.auth, Guard::active())),
        )
        .at("/data", guarded(&other.auth).data(house.auth.clone()))
        .merge(routes(&other.auth));
    let client = house.serve(app).await;
    other.user("ada@example.com", AdminUpdate::default()).await;
    let token = other.token(&client, "", "ada@example.com").await;

    for path in ["/inside", "/outside", "/data"] {
        let calls = other.calls();
        let answer = client.get_as(&token, path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "AUTHENTICATION_FAILED"),
            "{path}"
        );
        assert_eq!(
            other.calls(),
            (calls.0 + 1, calls.1 + 1),
            "the guard admitted it"
        );
    }
}

/// With nothing else around it, a guard gives its handle to the extractors behind it.
#[tokio::test]
async fn a_guard_is_wiring_enough() {
    let house = TestApp::new();
    let app = Route::new()
        .at(
            "/account",
            get(account).with(guard(&house.auth, Guard::active())),
        )
        .merge(routes(&house.auth));
    let client = house.serve(app).await;
    house.user("ada@example.com", AdminUpdate::default()).await;
    let token = house.token(&client, "", "ada@example.com").await;
    let calls = house.calls();
    assert_eq!(
        client.get_as(&token, "/account").await.text,
        "ada@example.com"
    );
    assert_eq!(house.calls(), (calls.0 + 1, calls.1 + 1));
}
