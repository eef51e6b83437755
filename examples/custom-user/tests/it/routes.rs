//! The routes with a user of the application's own: what is accepted, what is stored, what is shown.

use auth_core::accounts::NoHooks;
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::{PASSWORD, fast_hasher, master_secret};
use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy, UserDatabase};
use auth_diesel::AnyStore;
use custom_user::{Customer, open};
use serde_json::{Value, json};

use crate::databases::{Database, Kind};

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    play(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    play(Kind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_mysql() {
    play(Kind::Mysql).await;
}

async fn play(kind: Kind) {
    let Some(database) = Database::new(kind).await else {
        return;
    };
    let store = open(&database.url).await.unwrap();
    let door = CoreClient::new(auth(&store));

    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    let refused = door.send(WireRequest::post("/auth/register", &body)).await;
    assert_eq!(refused.status, 422);
    assert_eq!(field_errors(&refused), [("display_name", "missing")]);

    let body = json!({
        "email": "ada@example.com", "password": PASSWORD,
        "display_name": "", "locale": "Portuguese", "company_id": 7
    });
    let refused = door.send(WireRequest::post("/auth/register", &body)).await;
    assert_eq!(refused.status, 422);
    let expected = [
        ("locale", "too_long"),
        ("display_name", "too_short"),
        ("company_id", "unknown"),
    ];
    assert_eq!(field_errors(&refused), expected);

    let body = json!({
        "email": "ada@example.com", "password": PASSWORD,
        "display_name": "Ada 🐘", "locale": "pt-BR"
    });
    let made = door.send(WireRequest::post("/auth/register", &body)).await;
    assert_eq!(made.status, 201);
    let shown = read(&made);
    let expected = json!({
        "id": 1, "email": "ada@example.com", "is_active": true, "is_verified": false,
        "is_superuser": false, "roles": [], "display_name": "Ada 🐘", "locale": "pt-BR"
    });
    assert_eq!(shown, expected);

    let token = token(&door).await;
    let patch = |body: Value| WireRequest::patch("/users/me", &body).bearer(&token);
    let changed = door.send(patch(json!({"locale": "de"}))).await;
    assert_eq!(changed.status, 200);
    assert_eq!(read(&changed)["locale"], "de");
    assert_eq!(read(&changed)["display_name"], "Ada 🐘");
    for (body, fault) in [
        (json!({"company_id": 7}), ("company_id", "unknown")),
        (json!({"display_name": "a\0b"}), ("display_name", "invalid")),
    ] {
        let refused = door.send(patch(body)).await;
        assert_eq!((refused.status, field_errors(&refused)), (422, vec![fault]));
    }
    let stored = store.get(&1).await.unwrap().unwrap();
    assert_eq!(stored.company_id, 0);
    assert_eq!(stored.display_name, "Ada 🐘");
}

fn auth(store: &AnyStore<Customer>) -> Auth<Customer> {
    let jwt = JwtStrategy::from_master(&master_secret()).revoked_in(store.clone());
    let accounts = Accounts::builder(store.clone(), &master_secret())
        .expiring_store(store.clone())
        .hasher(fast_hasher())
        .hooks(NoHooks::new());
    Auth::builder(accounts)
        .backend(Backend::new("jwt", BearerTransport::new(), jwt))
        .build()
        .unwrap()
}

async fn token(door: &CoreClient<Customer>) -> String {
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let reply = door.send(WireRequest::post("/auth/login", &body)).await;
    read(&reply)["access_token"].as_str().unwrap().to_owned()
}

fn read(reply: &WireReply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

/// The members that a reply finds fault with.
fn field_errors(reply: &WireReply) -> Vec<(&'static str, &'static str)> {
    const MEMBERS: [&str; 3] = ["display_name", "locale", "company_id"];
    const CODES: [&str; 5] = ["missing", "unknown", "too_short", "too_long", "invalid"];
    let known =
        |list: &[&'static str], text: &Value| *list.iter().find(|known| *text == **known).unwrap();
    let problem = read(reply);
    let errors = problem["errors"].as_array().unwrap().iter();
    errors
        .map(|error| {
            (
                known(&MEMBERS, &error["field"]),
                known(&CODES, &error["code"]),
            )
        })
        .collect()
}
