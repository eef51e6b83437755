//! The conventions about bodies, on every route that takes one.

use serde_json::{Value, json};

use super::expected::Expected;
use super::fixture::Fixture;
use super::routes::{Actors, Row};
use super::{CaseRun, group};
use crate::api::MAX_BODY_BYTES;

group!("bodies": content_types, lengths, broken_json, other_values, unknown_members, wrong_types);

/// Only JSON is read, so a form of another site reaches nothing: a browser can send these types
/// across origins without asking first.
async fn content_types(run: &CaseRun<'_>) {
    let case = run.case().await;
    let actors = Actors::on(&case).await;
    for row in actors.rows_with_body() {
        let refused = || Expected::problem(415, "UNSUPPORTED_MEDIA_TYPE");
        let body = row.body.clone().unwrap_or_default().to_string();
        for content_type in [
            "application/x-www-form-urlencoded",
            "text/plain",
            "text/json",
            "multipart/form-data; boundary=x",
            "application/json-patch+json",
            "application/jsonx",
            "application/json, text/plain",
            "",
        ] {
            let request = row
                .bare(&actors.admin_token)
                .text(content_type, body.clone());
            case.expect(request, refused()).await;
        }
        let mut untyped = row.bare(&actors.admin_token);
        untyped.body = body.clone().into_bytes();
        case.expect(untyped, refused()).await;
        case.expect(row.bare(&actors.admin_token), refused()).await;
        let packed = row
            .request(&actors.admin_token)
            .header("content-encoding", "gzip");
        case.expect(packed, refused()).await;
        let twice = row
            .request(&actors.admin_token)
            .header("content-type", "application/json");
        case.expect(twice, refused()).await;
    }
    // Parameters and case of the type mean nothing (RFC 9110 §8.3.1).
    for content_type in [
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json ; x=y",
    ] {
        let request = ask().text(content_type, r#"{"email":"unknown@example.com"}"#);
        case.expect(request, Expected::empty(202)).await;
    }
}

/// B-57: 64 KiB are read and not one byte more.
async fn lengths(run: &CaseRun<'_>) {
    let case = run.case().await;
    let actors = Actors::on(&case).await;
    for row in actors.rows_with_body() {
        let padded = |length: usize| {
            let mut body = br#"{"no_such_member":1}"#.to_vec();
            body.resize(length, b' ');
            row.bare(&actors.admin_token).text("application/json", body)
        };
        let short = case.send(&padded(20)).await;
        case.same("a short body", short.status, 422);
        let longest = case.send(&padded(MAX_BODY_BYTES)).await;
        case.same("a body of 64 KiB", longest, short);
        for length in [MAX_BODY_BYTES + 1, 1024 * 1024] {
            let refused = Expected::problem(413, "PAYLOAD_TOO_LARGE");
            case.expect(padded(length), refused).await;
        }
    }
    case.same("the contract's limit", MAX_BODY_BYTES, 65_536);
}

/// A16.5.1, B-55: a body that is not strict JSON is refused with one fixed text.
async fn broken_json(run: &CaseRun<'_>) {
    let case = run.case().await;
    let actors = Actors::on(&case).await;
    let nested = |depth: usize| {
        let inner = depth - 1;
        format!(r#"{{"x":{}{}}}"#, "[".repeat(inner), "]".repeat(inner)).into_bytes()
    };
    let broken: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"{".to_vec(),
        b"{}{}".to_vec(),
        b"{'email':1}".to_vec(),
        b"{\"email\":\"a@b.cc\",}".to_vec(),
        b"{\"email\":\"a@b.cc\",\"email\":\"d@e.ff\"}".to_vec(),
        b"{\"email\":\"a@b.cc\",\"\\u0065mail\":\"d@e.ff\"}".to_vec(),
        b"{\"x\":[{\"y\":{\"a\":1,\"a\":2}}]}".to_vec(),
        b"{\"email\":\"\\ud800\"}".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b"{\"email\":\"\xff\xfe\"}".to_vec(),
        b"{\"email\":\"a\0b\"}".to_vec(),
        b"{\"email\":NaN}".to_vec(),
        b"email=a%40b.cc&password=x".to_vec(),
        nested(33),
        nested(30_000),
    ];
    for row in actors.rows_with_body() {
        for body in &broken {
            let request = row
                .bare(&actors.admin_token)
                .text("application/json", body.clone());
            case.expect(request, Expected::problem(400, "REQUEST_BODY_INVALID"))
                .await;
        }
        let request = row
            .bare(&actors.admin_token)
            .text("application/json", nested(32));
        let reply = case.send(&request).await;
        case.same("nesting of 32 is read", reply.status, 422);
    }
}

/// JSON of another shape than an object: 422, and no word of a parser.
async fn other_values(run: &CaseRun<'_>) {
    let case = run.case().await;
    let actors = Actors::on(&case).await;
    for row in actors.rows_with_body() {
        for body in ["null", "[]", "[{}]", "\"text\"", "1", "true", "-0.5e3"] {
            let request = row.bare(&actors.admin_token).text("application/json", body);
            let expected = Expected::problem(422, row.invalid_code());
            case.expect(request, expected).await;
        }
    }
}

/// B-20: a member that a route does not know is refused, by its name.
async fn unknown_members(run: &CaseRun<'_>) {
    let case = run.case().await;
    let actors = Actors::on(&case).await;
    for row in actors.rows_with_body() {
        for name in [
            "extra",
            "Email",
            "__proto__",
            "",
            "epoch",
            "password_hash",
            "created_at",
            "id",
            "user_id",
            "sub",
        ] {
            let body = with(&row, name, json!("x"));
            let expected = Expected::problem_with(422, row.invalid_code(), &[(name, "unknown")]);
            let request = row.bare(&actors.admin_token).json(&body);
            case.expect(request, expected).await;
        }
    }
}

/// A member of another type is refused, whichever it is: nothing is converted.
async fn wrong_types(run: &CaseRun<'_>) {
    let case = run.case().await;
    let actors = Actors::on(&case).await;
    for row in actors.rows_with_body() {
        for name in names(&row) {
            let mut strangers = vec![json!(1), json!(1.5), json!({"a": 1}), json!({"$ne": null})];
            if name != "roles" {
                strangers.push(json!([]));
                strangers.push(json!(["x"]));
            }
            if name.starts_with("is_") || name == "roles" {
                strangers.push(json!("true"));
            } else {
                strangers.push(json!(true));
            }
            for stranger in strangers {
                let request = row
                    .bare(&actors.admin_token)
                    .json(&with(&row, &name, stranger));
                let faults = [(name.as_str(), "wrong_type")];
                let expected = Expected::problem_with(422, row.invalid_code(), &faults);
                case.expect(request, expected).await;
            }
        }
    }
    assert_unchanged(&case, &actors).await;
}

async fn assert_unchanged(case: &Fixture<'_>, actors: &Actors) {
    let row = case.row_text(&actors.user).await;
    case.same("the row", row, super::fixture::columns(&actors.user));
}

fn ask() -> super::WireRequest {
    super::WireRequest::new("POST", "/auth/forgot-password")
}

/// The accepted body of a row with one member more, or with another value.
pub(super) fn with(row: &Row, name: &str, value: Value) -> Value {
    and(row.body.clone().unwrap_or_default(), name, value)
}

/// An object with one member more, or with another value.
pub(super) fn and(mut body: Value, name: &str, value: Value) -> Value {
    if let Some(object) = body.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
    body
}

/// The names of the members that a row takes.
pub(super) fn names(row: &Row) -> Vec<String> {
    let object = row.body.as_ref().and_then(Value::as_object);
    object.map_or_else(Vec::new, |object| object.keys().cloned().collect())
}
