//! `GET A/.well-known/jwks.json`.

use super::expected::Expected;
use super::fixture::{Backends, Setup};
use super::wire::WireRequest;
use super::{CaseRun, group};

group!("keys": published, none_where_none_is_public);

const PATH: &str = "/auth/.well-known/jwks.json";

/// RFC 7517 §5: the public halves alone, for caches to keep, and 304 for who has them.
async fn published(trial: &CaseRun<'_>) {
    let setup = Setup {
        backends: Backends::Signed,
        ..Setup::default()
    };
    let stage = trial.stage_with(setup).await;
    let user = stage.user("ada@example.com").await;
    let token = stage.token("ada@example.com").await;
    let me = WireRequest::get("/users/me").bearer(&token);
    stage.expect(me, Expected::user(200, &user)).await;
    let get = WireRequest::get(PATH);
    let reply = stage.send(&get).await;
    stage.same("the status", reply.status, 200);
    let cache: Vec<_> = reply.header("cache-control").collect();
    stage.same("for caches", cache, vec![b"public, max-age=300".as_slice()]);
    let set = reply.json();
    let keys = set
        .get("keys")
        .and_then(serde_json::Value::as_array)
        .cloned();
    let keys = keys.unwrap_or_default();
    stage.same("one key", keys.len(), 1);
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
        stage.same(name, member(name), Some(value.to_owned()));
    }
    stage.same("no private half", member("d"), None);
    let etag = reply
        .header("etag")
        .next()
        .map(<[u8]>::to_vec)
        .unwrap_or_default();
    let known = stage
        .send(&get.clone().header("if-none-match", etag.clone()))
        .await;
    stage.same(
        "for who has them",
        (known.status, known.body.len()),
        (304, 0),
    );
    let other = stage.send(&get.header("if-none-match", "\"other\"")).await;
    stage.same(
        "for who has others",
        (other.status, other.body),
        (200, reply.body),
    );
}

/// A shared secret is nothing to publish, not even that it is there.
async fn none_where_none_is_public(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let reply = stage.door_alone(&WireRequest::get(PATH)).await;
    stage.same("the status", reply.status, 404);
}
