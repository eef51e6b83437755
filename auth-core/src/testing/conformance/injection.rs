//! Strings with a meaning in another language: of a database, a header, a log, a shell, a page.

use serde_json::json;

use super::bodies::{names, with};
use super::fixture::columns;
use super::routes::Actors;
use super::wire::WireRequest;
use super::{CaseRun, group};

group!("injection": into_every_member, into_headers_and_queries);

const STRINGS: &[&str] = &[
    "\0",
    "a\0b",
    "ada@example.com\0",
    "x\r\nSet-Cookie: session=evil",
    "ada@example.com\r\nBcc: eve@example.com",
    "\n",
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    "\" OR 1=1 --",
    "ada@example.com'--",
    "%' OR email LIKE '%",
    "{\"$gt\":\"\"}",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}",
    "$(id)`id`|id",
    "../../../../etc/passwd",
    "\u{202e}\u{200b}\u{feff}",
    "\u{fffd}\u{10ffff}",
];

/// B-54: no string in any member of any route makes an error of ours, or a header of its own. Some of them
/// are fine passwords, role names or addresses: after a success the case is set anew.
async fn into_every_member(run: &CaseRun<'_>) {
    let mut case = run.case().await;
    let mut actors = Actors::on(&case).await;
    for place in 0..actors.rows_with_body().len() {
        let members = actors.rows_with_body().get(place).map(names);
        for (name, text) in pairs(&members.unwrap_or_default()) {
            let rows = actors.rows_with_body();
            let Some(row) = rows.get(place) else { continue };
            let value = if name == "roles" {
                json!([text])
            } else {
                json!(text)
            };
            let request = row.bare(&actors.admin_token).json(&with(row, &name, value));
            let reply = case.send(&request).await;
            case.check(reply.status < 500, &format!("{request} got {reply}"));
            let known = ["cache-control", "content-type"];
            let mut headers = reply.headers.iter();
            let only_ours = headers.all(|(name, _)| known.contains(&name.as_str()));
            case.check(only_ours, &format!("no header more: {request} got {reply}"));
            if reply.status < 300 {
                case = run.case().await;
                actors = Actors::on(&case).await;
            }
        }
    }
    let row = case.row_text(&actors.admin).await;
    case.same("the superuser's row", row, columns(&actors.admin));
}

fn pairs(names: &[String]) -> Vec<(String, &'static str)> {
    let names = names.iter().filter(|name| !name.starts_with("is_"));
    names
        .flat_map(|name| STRINGS.iter().map(move |text| (name.clone(), *text)))
        .collect()
}

/// B-54: headers and queries with such strings are read as what they are.
async fn into_headers_and_queries(run: &CaseRun<'_>) {
    let case = run.case().await;
    let actors = Actors::on(&case).await;
    for value in [
        &b"Bearer ' OR '1'='1"[..],
        b"Bearer \xff\xfe",
        b"Bearer {\"alg\":\"none\"}",
        b"Bearer a.b.c, Bearer d.e.f",
        b"Bearer",
        b"Bearer ",
    ] {
        for target in ["/users/me", "/users", "/users/x"] {
            let request = WireRequest::get(target).header("authorization", value);
            let expected = super::expected::Expected::unauthenticated(true);
            case.expect(request, expected).await;
        }
    }
    for query in [
        "%00",
        "%0d%0aX-Evil:1",
        "limit=%271%27",
        "a%5B%5D=1",
        "&&&=&",
        "%FF=%FF",
        "limit=1%00",
    ] {
        let request = WireRequest::get(&format!("/users?{query}")).bearer(&actors.admin_token);
        let reply = case.send(&request).await;
        case.check(
            [200, 422].contains(&reply.status),
            &format!("{request} got {reply}"),
        );
    }
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-http-method-override", "DELETE"),
        ("x-original-url", "/users"),
        ("cookie", "auth=evil; __Host-auth=evil"),
    ] {
        let plain = WireRequest::get("/users/me").bearer(&actors.admin_token);
        let expected = case.send(&plain).await;
        let reply = case.send(&plain.clone().header(name, value)).await;
        case.same(name, reply, expected);
    }
}
