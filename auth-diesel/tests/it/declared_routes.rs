//! The routes over a declared user: who may write its columns, within which bounds, and what clients see.

use auth_core::accounts::{Privileges, Registration};
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::{PASSWORD, bearer_headers, fast_hasher, master_secret};
use auth_core::{Account, Accounts, Auth, Backend, BearerTransport, JwtStrategy};
use auth_diesel::{DeclaredTable, DieselStore, SqlEngine, StoreOptions};
use serde_json::{Value, json};

use crate::homes::Home;
use crate::on_each_engine;

on_each_engine!(
    registration_is_read_stored_and_shown,
    values_outside_the_bounds_name_the_member,
    each_column_has_its_writers,
    value_of_another_user_names_the_member,
    users_are_listed_with_their_columns,
);

auth_diesel::user! {
    struct Member (table: "members", new: NewMember, change: MemberChange) {
        number: i64,
        account: Account,
        nick: String [register, owner, unique, length = 2..=20, json = "nickname"],
        motto: Option<String> [owner],
        level: i32 [admin, range = 1..=9, default = 1],
        company: Option<i64> [hidden, admin],
        badge: Option<i32> [admin, unique],
    }
}

struct Club {
    auth: Auth<Member>,
    client: CoreClient<Member>,
    admin: String,
}

impl Club {
    /// With an administrator, who is the first user.
    async fn open<H: Home>(home: &H) -> Self {
        let engine = SqlEngine::of_url(home.url()).unwrap();
        let table = Member::create_table_sql(engine);
        let options = StoreOptions::default().migration("0001_members", table);
        let store: DieselStore<H::Connection, Member> =
            DieselStore::open_with(home.url(), options).await.unwrap();
        let jwt = JwtStrategy::from_master(&master_secret()).revoked_in(store.clone());
        let accounts = Accounts::builder(store.clone(), &master_secret())
            .expiring_store(store)
            .hasher(fast_hasher());
        let auth = Auth::builder(accounts)
            .backend(Backend::new("jwt", BearerTransport::new(), jwt))
            .build()
            .unwrap();
        let columns = NewMember {
            nick: "root".to_owned(),
            motto: None,
            level: 9,
            company: None,
            badge: Some(1),
        };
        let root = Registration::with_columns("root@example.com", PASSWORD, columns).unwrap();
        let context = auth.accounts().context();
        let privileges = Privileges::none().verified().superuser();
        let root = auth
            .accounts()
            .create_privileged(root, privileges, &context)
            .await;
        let admin = bearer(&auth, &root.unwrap()).await;
        Self {
            client: CoreClient::new(auth.clone()),
            auth,
            admin,
        }
    }

    async fn register(&self, address: &str, own: Value) -> WireReply {
        let mut body = own;
        body["email"] = address.into();
        body["password"] = PASSWORD.into();
        let request = WireRequest::new("POST", "/auth/register").json(&body);
        self.client.send(request).await
    }

    /// Registers a member; its number, and a token.
    async fn member(&self, nick: &str) -> (i64, String) {
        let address = format!("{nick}@example.com");
        let reply = self.register(&address, json!({"nickname": nick})).await;
        assert_eq!(reply.status, 201, "{}", reply.json());
        let number = reply.json()["id"].as_i64().unwrap();
        let user = self.auth.accounts().get(&number).await.unwrap().unwrap();
        (number, bearer(&self.auth, &user).await)
    }

    async fn patch(&self, path: &str, token: &str, body: Value) -> WireReply {
        let request = WireRequest::new("PATCH", path).json(&body);
        self.client.send(request.bearer(token)).await
    }
}

async fn bearer(auth: &Auth<Member>, user: &Member) -> String {
    let headers = bearer_headers(auth, user).await;
    headers[0]
        .value()
        .strip_prefix("Bearer ")
        .unwrap()
        .to_owned()
}

/// Asserts a 422 with exactly these errors, as `field: code`.
fn assert_refused(reply: &WireReply, expected: &[&str]) {
    let body = reply.json();
    assert_eq!(reply.status, 422, "{body}");
    assert_eq!(body["code"], "REQUEST_BODY_INVALID");
    let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
    let errors = body["errors"].as_array().unwrap().iter();
    let mut errors: Vec<_> = errors
        .map(|error| format!("{}: {}", text(error, "field"), text(error, "code")))
        .collect();
    errors.sort();
    assert_eq!(errors, expected, "{body}");
}

async fn registration_is_read_stored_and_shown<H: Home>(home: H) {
    let club = Club::open(&home).await;
    let reply = club
        .register("ada@example.com", json!({"nickname": "Ada 🐘"}))
        .await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    let expected = json!({
        "id": 2, "email": "ada@example.com", "is_active": true, "is_verified": false,
        "is_superuser": false, "roles": [], "nickname": "Ada 🐘", "motto": null, "level": 1,
        "badge": null
    });
    assert_eq!(reply.json(), expected);
    let stored = club.auth.accounts().get(&2).await.unwrap().unwrap();
    assert_eq!(
        (stored.nick.as_str(), stored.level, stored.company),
        ("Ada 🐘", 1, None)
    );
}

async fn values_outside_the_bounds_name_the_member<H: Home>(home: H) {
    let club = Club::open(&home).await;
    let reply = club.register("ada@example.com", json!({})).await;
    assert_refused(&reply, &["nickname: missing"]);
    let reply = club
        .register("ada@example.com", json!({"nickname": "a"}))
        .await;
    assert_refused(&reply, &["nickname: too_short"]);
    let reply = club
        .register("ada@example.com", json!({"nickname": "é".repeat(21)}))
        .await;
    assert_refused(&reply, &["nickname: too_long"]);
    let path = format!("/users/{}", club.member("Ada").await.0);
    for (level, code) in [
        (json!(0), "level: too_short"),
        (json!(10), "level: too_long"),
        (json!(i64::MAX), "level: too_long"),
        (json!("5"), "level: wrong_type"),
        (json!(5.5), "level: wrong_type"),
    ] {
        let reply = club
            .patch(&path, &club.admin, json!({"level": level}))
            .await;
        assert_refused(&reply, &[code]);
    }
}

async fn each_column_has_its_writers<H: Home>(home: H) {
    let club = Club::open(&home).await;
    let own = json!({"nickname": "Ada", "level": 9, "motto": "x", "company": 7, "nick": "Ada"});
    let expected = [
        "company: unknown",
        "level: unknown",
        "motto: unknown",
        "nick: unknown",
    ];
    assert_refused(&club.register("ada@example.com", own).await, &expected);

    let (number, token) = club.member("Ada").await;
    let own = json!({"level": 9, "company": 7, "badge": 7});
    let reply = club.patch("/users/me", &token, own).await;
    assert_refused(
        &reply,
        &["badge: unknown", "company: unknown", "level: unknown"],
    );
    let reply = club.patch(
        "/users/me",
        &token,
        json!({"nickname": "Countess", "motto": "Poetical"}),
    );
    let shown = reply.await.json();
    assert_eq!(
        (&shown["nickname"], &shown["motto"]),
        (&json!("Countess"), &json!("Poetical"))
    );
    // A required column stays, and an optional one is cleared.
    let reply = club.patch(
        "/users/me",
        &token,
        json!({"nickname": null, "motto": null}),
    );
    let shown = reply.await.json();
    assert_eq!(
        (&shown["nickname"], &shown["motto"]),
        (&json!("Countess"), &Value::Null)
    );

    let path = format!("/users/{number}");
    let own = json!({"level": 5, "company": 7, "badge": 7});
    assert_eq!(club.patch(&path, &token, own.clone()).await.status, 403);
    let reply = club
        .patch(&path, &club.admin, json!({"nickname": "x", "motto": "x"}))
        .await;
    assert_refused(&reply, &["motto: unknown", "nickname: unknown"]);
    let reply = club.patch(&path, &club.admin, own).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let shown = reply.json();
    assert_eq!((&shown["level"], &shown["badge"]), (&json!(5), &json!(7)));
    assert!(shown.get("company").is_none(), "{shown}");
    let stored = club.auth.accounts().get(&number).await.unwrap().unwrap();
    assert_eq!(
        (stored.level, stored.company, stored.badge),
        (5, Some(7), Some(7))
    );
}

async fn value_of_another_user_names_the_member<H: Home>(home: H) {
    let club = Club::open(&home).await;
    let (number, token) = club.member("Ada").await;
    let reply = club
        .register("eve@example.com", json!({"nickname": "Ada"}))
        .await;
    assert_refused(&reply, &["nickname: taken"]);
    let reply = club
        .patch("/users/me", &token, json!({"nickname": "root"}))
        .await;
    assert_refused(&reply, &["nickname: taken"]);
    let path = format!("/users/{number}");
    let reply = club.patch(&path, &club.admin, json!({"badge": 1})).await;
    assert_refused(&reply, &["badge: taken"]);

    let reply = club
        .register("ada@example.com", json!({"nickname": "Eve"}))
        .await;
    assert_eq!(reply.json()["code"], "REGISTER_USER_ALREADY_EXISTS");
    let reply = club
        .patch(&path, &club.admin, json!({"email": "root@example.com"}))
        .await;
    assert_eq!(reply.json()["code"], "UPDATE_USER_EMAIL_ALREADY_EXISTS");
}

async fn users_are_listed_with_their_columns<H: Home>(home: H) {
    let club = Club::open(&home).await;
    for nick in ["Ada", "Bob"] {
        club.member(nick).await;
    }
    let request = WireRequest::new("GET", "/users?limit=2&after=1").bearer(&club.admin);
    let reply = club.client.send(request).await.json();
    assert_eq!(reply["total"], 3);
    let nicks: Vec<_> = reply["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| &i["nickname"])
        .collect();
    assert_eq!(nicks, ["Ada", "Bob"]);
}
