//! `GET U?email=`: users whose addresses begin with a text.

use serde_json::json;

use super::expected::{Expected, user_read};
use super::fixture::Fixture;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::testing::PASSWORD;
use crate::user::User;

group!("search": finds_beginnings_of_addresses, characters_of_patterns_are_literal, pages_count_what_is_found,
    finds_inactive_users_and_no_pending_addresses, faults_of_a_prefix, only_superusers_search);

fn search(query: &str, token: &str) -> WireRequest {
    WireRequest::get(&format!("/users?{query}")).bearer(token)
}

/// The page of these users, with the end of its body.
fn page<'u>(users: impl IntoIterator<Item = &'u User>, rest: &str) -> Expected {
    let items: Vec<_> = users.into_iter().map(user_read).collect();
    Expected::text(200, &format!(r#"{{"items":[{}],{rest}}}"#, items.join(",")))
}

/// Users with these local parts, of `example.com` unless they have a host, and a superuser's token.
async fn users(case: &Fixture<'_>, addresses: &[&str]) -> (Vec<User>, String) {
    case.admin("root@example.com").await;
    let mut users = Vec::new();
    for address in addresses {
        users.push(case.user(address).await);
    }
    (users, case.token("root@example.com").await)
}

/// Expects that each query finds the users at these places.
async fn expect_found(
    case: &Fixture<'_>,
    users: &[User],
    token: &str,
    queries: &[(&str, &[usize])],
) {
    for (query, places) in queries {
        let found = places.iter().filter_map(|place| users.get(*place));
        let rest = format!(r#""total":{},"limit":50,"offset":0"#, places.len());
        let request = search(&format!("email={query}"), token);
        case.expect(request, page(found, &rest)).await;
    }
}

/// In the order of keys, normalised like an address, and byte for byte.
async fn finds_beginnings_of_addresses(run: &CaseRun<'_>) {
    let case = run.case().await;
    let addresses = [
        "bada@example.com",
        "adam@b\u{fc}cher.example",
        "ada@example.com",
        "ada.b+tag@example.com",
        "\u{e4}da@example.com",
    ];
    let (users, token) = users(&case, &addresses).await;
    let found: &[(&str, &[usize])] = &[
        ("ada", &[1, 2, 3]),
        ("ADA", &[1, 2, 3]),
        ("%20ada%20", &[1, 2, 3]),
        ("%EF%BD%81da", &[1, 2, 3]),
        ("ada@", &[2]),
        ("ada%40example.com", &[2]),
        ("ada@example.common", &[]),
        ("ada.", &[3]),
        ("ada.b%2Btag@", &[3]),
        ("a%CC%88da", &[4]),
        ("%C3%A4", &[4]),
        ("adam@B%C3%9CCHER", &[1]),
        ("adam@xn--bcher-kva.ex", &[1]),
        ("adam@b%C3%BC", &[1]),
        ("adam@bu", &[]),
        ("da", &[]),
    ];
    expect_found(&case, &users, &token, found).await;
}

/// A text of the client is never a pattern or a part of a statement.
async fn characters_of_patterns_are_literal(run: &CaseRun<'_>) {
    let case = run.case().await;
    let addresses = [
        "a%c@example.com",
        "a_c@example.com",
        "a*c@example.com",
        "a'c@example.com",
        "axc@example.com",
    ];
    let (users, token) = users(&case, &addresses).await;
    let found: &[(&str, &[usize])] = &[
        ("a%25", &[0]),
        ("a%25c", &[0]),
        ("a_", &[1]),
        ("a*", &[2]),
        ("a%27", &[3]),
        ("a", &[0, 1, 2, 3, 4]),
        ("%25", &[]),
        ("_", &[]),
        ("*", &[]),
        ("%27--", &[]),
        ("%27/**/or/**/1=1--", &[]),
        ("$1", &[]),
        ("?", &[]),
        ("a@%25", &[]),
    ];
    expect_found(&case, &users, &token, found).await;
}

/// The total, and the place of the next page, are those of the users that are found.
async fn pages_count_what_is_found(run: &CaseRun<'_>) {
    let case = run.case().await;
    let addresses = [
        "ada@example.com",
        "eve@example.com",
        "adam@example.com",
        "adb@example.com",
        "adaline@example.com",
    ];
    let (users, token) = users(&case, &addresses).await;
    let id = |place: usize| {
        users
            .get(place)
            .map_or_else(String::new, |user| user.id.to_string())
    };
    for (query, places, rest) in [
        (
            "limit=2".to_owned(),
            &[0, 2][..],
            r#""limit":2,"offset":0"#.to_owned(),
        ),
        (
            "offset=2&limit=2".to_owned(),
            &[4],
            r#""limit":2,"offset":2"#.to_owned(),
        ),
        (
            "offset=3".to_owned(),
            &[],
            r#""limit":50,"offset":3"#.to_owned(),
        ),
        (
            "after=&limit=2".to_owned(),
            &[0, 2],
            format!(r#""limit":2,"next":"{}""#, id(2)),
        ),
        (
            format!("after={}&limit=2", id(2)),
            &[4],
            r#""limit":2,"next":null"#.to_owned(),
        ),
        // The key of a user that is not found is a place, too.
        (
            format!("limit=1&after={}", id(1)),
            &[2],
            format!(r#""limit":1,"next":"{}""#, id(2)),
        ),
    ] {
        let found = places.iter().filter_map(|place| users.get(*place));
        let expected = page(found, &format!(r#""total":3,{rest}"#));
        case.expect(search(&format!("email=ada&{query}"), &token), expected)
            .await;
    }
    let all = page([], r#""total":6,"limit":50,"offset":6"#);
    case.expect(search("email=&offset=6", &token), all.clone())
        .await;
    case.expect(search("offset=6&email=%20", &token), all).await;
}

/// A search has the users that a list has; an address that is not proven belongs to no user.
async fn finds_inactive_users_and_no_pending_addresses(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (mut users, token) = users(&case, &["ada@example.com"]).await;
    let held = case.token("ada@example.com").await;
    let body = json!({"email": "new@example.com", "current_password": PASSWORD});
    let change = WireRequest::patch("/users/me", &body).bearer(&held);
    case.same(
        "the change is pending",
        case.send(&change).await.status,
        200,
    );
    let none = page([], r#""total":0,"limit":50,"offset":0"#);
    case.expect(search("email=new", &token), none).await;
    for user in &mut users {
        let delete = WireRequest::new("DELETE", &format!("/users/{}", user.id)).bearer(&token);
        case.expect(delete, Expected::empty(204)).await;
        user.account.is_active = false;
    }
    let found: &[(&str, &[usize])] = &[("ada", &[0])];
    expect_found(&case, &users, &token, found).await;
}

async fn faults_of_a_prefix(run: &CaseRun<'_>) {
    let case = run.case().await;
    let (_, token) = users(&case, &[]).await;
    let long = "x".repeat(321);
    let huge = "%F0%90%90%80".repeat(1000);
    for (value, code) in [
        (&*long, "too_long"),
        (&huge, "too_long"),
        ("%00", "invalid"),
        ("a%00", "invalid"),
        ("a%0D%0Ab", "invalid"),
        ("a+b", "invalid"),
        ("a%5C", "invalid"),
        ("a%5C%25", "invalid"),
        ("a%E2%80%8B", "invalid"),
        ("%FF", "invalid"),
        ("@example.com", "invalid"),
        (".", "invalid"),
        ("-a", "invalid"),
        ("a..b", "invalid"),
        ("a@b@", "invalid"),
        ("a@b..", "invalid"),
        ("%27%20OR%201=1", "invalid"),
    ] {
        let expected = Expected::invalid(&[("email", code)]);
        case.expect(search(&format!("email={value}"), &token), expected)
            .await;
    }
    for (query, faults) in [
        ("email=a&email=b", &[("email", "invalid")][..]),
        ("email=a&%65mail=a", &[("email", "invalid")]),
        ("EMAIL=a", &[("EMAIL", "unknown")]),
        ("email%5B%5D=a", &[("email[]", "unknown")]),
        (
            "email=%00&limit=0",
            &[("email", "invalid"), ("limit", "too_short")],
        ),
    ] {
        case.expect(search(query, &token), Expected::invalid(faults))
            .await;
    }
}

/// A8.2.1: a search is refused before the query is read, so that its reply says nothing about users.
async fn only_superusers_search(run: &CaseRun<'_>) {
    let case = run.case().await;
    users(&case, &["ada@example.com"]).await;
    let token = case.token("ada@example.com").await;
    for query in ["email=ada", "email=unknown", "email=%00", "email=a&email=b"] {
        let denied = Expected::problem(403, "AUTHORIZATION_DENIED");
        case.expect(search(query, &token), denied).await;
        let anonymous = WireRequest::get(&format!("/users?{query}"));
        case.expect(anonymous, Expected::unauthenticated(false))
            .await;
    }
}
