//! `GET A/.well-known/jwks.json`.

use super::expected::Expected;
use super::fixture::{Backends, Setup};
use super::wire::WireRequest;
use super::{CaseRun, group};

group!("keys": published, shared_secret_is_not_published);

const PATH: &str = "/auth/.well-known/jwks.json";

/// RFC 7517 §5: the public keys only, cacheable, and 304 for a matching `ETag`.
async fn published(run: &CaseRun<'_>) {
    let setup = Setup {
        backends: Backends::Signed,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let user = case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    let me = WireRequest::get("/users/me").bearer(&token);
    case.expect(me, Expected::user(200, &user)).await;
    let get = WireRequest::get(PATH);
    let reply = case.send(&get).await;
    case.same("the status", reply.status, 200);
    let cache: Vec<_> = reply.header("cache-control").collect();
    case.same("for caches", cache, vec![b"public, max-age=300".as_slice()]);
    let set = reply.json();
    let keys = set
        .get("keys")
        .and_then(serde_json::Value::as_array)
        .cloned();
    let keys = keys.unwrap_or_default();
    case.same("one key", keys.len(), 1);
    let member = |name: &str| {
        let key = keys.first().and_then(|key| key.get(name));
        key.and_then(serde_json::Value::as_str).map(str::to_owned)
    };
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    for (name, value) in [
        ("x", x),
        ("kty", "OKP"),
        ("crv", "Ed25519"),
        ("alg", "EdDSA"),
        ("use", "sig"),
    ] {
        case.same(name, member(name), Some(value.to_owned()));
    }
    case.same("no private half", member("d"), None);
    let etag = reply
        .header("etag")
        .next()
        .map(<[u8]>::to_vec)
        .unwrap_or_default();
    let known = case
        .send(&get.clone().header("if-none-match", etag.clone()))
        .await;
    case.same(
        "for who has them",
        (known.status, known.body.len()),
        (304, 0),
    );
    let other = case.send(&get.header("if-none-match", "\"other\"")).await;
    case.same(
        "for who has others",
        (other.status, other.body),
        (200, reply.body),
    );
}

/// A shared secret is not published, and neither is its existence.
async fn shared_secret_is_not_published(run: &CaseRun<'_>) {
    let case = run.case().await;
    let reply = case.send_unchecked(&WireRequest::get(PATH)).await;
    case.same("the status", reply.status, 404);
}
