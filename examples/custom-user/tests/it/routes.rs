//! The routes with a user of the application's own: what is accepted, what is stored, what is shown.

use auth_core::accounts::{NoHooks, Privileges, RegisterError, Registration};
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::{PASSWORD, fast_hasher, master_secret};
use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy, Roles, UserDatabase};
use auth_diesel::AnyStore;
use custom_user::{Customer, NewCustomer, open};
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
        "display_name": "", "locale": "Portuguese", "company": 7
    });
    let refused = door.send(WireRequest::post("/auth/register", &body)).await;
    assert_eq!(refused.status, 422);
    let expected = [
        ("display_name", "too_short"),
        ("locale", "too_long"),
        ("company", "unknown"),
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

    let token = token(&door, "ada@example.com").await;
    let patch = |body: Value| WireRequest::patch("/users/me", &body).bearer(&token);
    let changed = door.send(patch(json!({"locale": "de"}))).await;
    assert_eq!(changed.status, 200);
    assert_eq!(read(&changed)["locale"], "de");
    assert_eq!(read(&changed)["display_name"], "Ada 🐘");
    for (body, fault) in [
        (json!({"company": 7}), ("company", "unknown")),
        (json!({"display_name": "a\0b"}), ("display_name", "invalid")),
    ] {
        let refused = door.send(patch(body)).await;
        assert_eq!((refused.status, field_errors(&refused)), (422, vec![fault]));
    }
    let stored = store.get(&1).await.unwrap().unwrap();
    assert_eq!(stored.company, None);
    assert_eq!(stored.display_name, "Ada 🐘");

    administrators_set_the_company_and_no_roles(&door, &store).await;
}

/// Customers have no roles: the table has no column for them.
async fn administrators_set_the_company_and_no_roles(
    door: &CoreClient<Customer>,
    store: &AnyStore<Customer>,
) {
    let auth = auth(store);
    let (accounts, context) = (auth.accounts(), auth.accounts().context());
    let root = || {
        let columns = NewCustomer {
            display_name: "Root".to_owned(),
            locale: None,
            company: None,
        };
        Registration::with_columns("root@example.com", PASSWORD, columns).unwrap()
    };
    let privileges = Privileges::none().verified().superuser();
    let with_roles = privileges.clone().roles(Roles::parse(["editor"]).unwrap());
    let refused = accounts.create_privileged(root(), with_roles, &context);
    let refused = refused.await.unwrap_err();
    assert!(
        matches!(refused, RegisterError::Unsupported(field) if field.field() == "roles"),
        "{refused:?}"
    );
    let made = accounts.create_privileged(root(), privileges, &context);
    made.await.unwrap();

    let token = token(door, "root@example.com").await;
    let by_id = "/users/1";
    let body = json!({"roles": ["editor"], "is_verified": true});
    let refused = door.send(WireRequest::patch(by_id, &body).bearer(&token));
    let refused = refused.await;
    assert_eq!(refused.status, 422);
    assert_eq!(field_errors(&refused), [("roles", "unknown")]);

    // The company is a column that an administrator sets.
    let body = json!({"company": 7});
    let changed = door.send(WireRequest::patch(by_id, &body).bearer(&token));
    assert_eq!(changed.await.status, 200);
    let stored = store.get(&1).await.unwrap().unwrap();
    assert_eq!(stored.company, Some(7));
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

async fn token(door: &CoreClient<Customer>, address: &str) -> String {
    let body = json!({"identifier": address, "password": PASSWORD});
    let reply = door.send(WireRequest::post("/auth/login", &body)).await;
    read(&reply)["access_token"].as_str().unwrap().to_owned()
}

fn read(reply: &WireReply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

/// The members that a reply finds fault with.
fn field_errors(reply: &WireReply) -> Vec<(&'static str, &'static str)> {
    const MEMBERS: [&str; 4] = ["display_name", "locale", "company", "roles"];
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
