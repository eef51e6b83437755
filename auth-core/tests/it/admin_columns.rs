//! Own columns that administrators change: `PATCH U/{id}`.

use auth_core::accounts::{
    Decision, DecisionResult, Privileges, ProposedUpdate, Refusal, Registration,
};
use auth_core::store::memory::MemoryExpiringStore;
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::{self, PASSWORD, bearer_headers, master_secret};
use auth_core::{
    Account, Auth, AuthUser, Backend, BearerTransport, Context, JwtStrategy, UserManager,
};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::world::block_on;

auth_core::user! {
    struct Member (new: NewMember, change: MemberChange) {
        number: i64,
        account: Account,
        nick: String [register, owner, length = 1..=20],
        plan: String [admin, length = 1..=10, default = "free".to_owned()],
        credit: Option<i32> [admin, hidden, range = 0..=100],
        desk: Option<String> [owner, admin, length = 1..=10],
        serial: Option<i32> [admin, unique],
        note: String [hidden, default = "by the application".to_owned()],
    }
}

/// Refuses one plan.
struct Plans;

#[async_trait::async_trait]
impl UserManager for Plans {
    type User = Member;

    async fn on_before_update(
        &self,
        _: &Member,
        change: &ProposedUpdate<Member>,
        _: &Context,
    ) -> DecisionResult {
        if change.columns.plan.as_deref() != Some("retired") {
            return Ok(Decision::Allow);
        }
        let refusal = Refusal::new("PLAN_RETIRED", "The plan is no longer sold.")?;
        Ok(Decision::Refuse(refusal))
    }
}

struct Club {
    auth: Auth<Member>,
    client: CoreClient<Member>,
    root: String,
    ada: String,
}

/// Ada is the second user.
const ADA: &str = "/users/2";

impl Club {
    async fn new() -> Self {
        let jwt = JwtStrategy::from_master(&master_secret()).revoked_in(MemoryExpiringStore::new());
        let auth = Auth::builder(testing::accounts_builder(Arc::new(Plans)))
            .backend(Backend::new("jwt", BearerTransport::new(), jwt))
            .build()
            .unwrap();
        let mut tokens = Vec::new();
        for (number, nick) in ["root", "ada"].into_iter().enumerate() {
            let columns = NewMember {
                nick: nick.to_owned(),
                plan: "free".to_owned(),
                credit: None,
                desk: None,
                serial: Some(i32::try_from(number).unwrap()),
                note: "by the application".to_owned(),
            };
            let address = format!("{nick}@example.com");
            let new = Registration::with_columns(&address, PASSWORD, columns).unwrap();
            let privileges = match nick {
                "root" => Privileges::none().superuser(),
                _ => Privileges::none(),
            };
            let context = auth.accounts().context();
            let user = auth.accounts().create_privileged(new, privileges, &context);
            let headers = bearer_headers(&auth, &user.await.unwrap()).await;
            tokens.push(headers[0].value().replace("Bearer ", ""));
        }
        Self {
            client: CoreClient::new(auth.clone()),
            auth,
            ada: tokens.pop().unwrap(),
            root: tokens.pop().unwrap(),
        }
    }

    async fn patch(&self, path: &str, token: &str, body: Value) -> WireReply {
        let request = WireRequest::patch(path, &body).bearer(token);
        self.client.send(request).await
    }

    async fn stored(&self) -> Member {
        self.auth.accounts().get(&2).await.unwrap().unwrap()
    }
}

/// Returns the status and the code of a reply, and its errors as `field: code`, sorted.
fn problem(reply: &WireReply) -> (u16, String, Vec<String>) {
    let body = reply.json();
    let text = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
    let errors = body["errors"].as_array().into_iter().flatten();
    let errors = errors.map(|error| format!("{}: {}", text(error, "field"), text(error, "code")));
    let mut errors: Vec<_> = errors.collect();
    errors.sort();
    (reply.status, text(&body, "code"), errors)
}

fn invalid(errors: &[&str]) -> (u16, String, Vec<String>) {
    let errors = errors.iter().map(ToString::to_string).collect();
    (422, "REQUEST_BODY_INVALID".to_owned(), errors)
}

#[test]
fn administrator_changes_columns_with_or_without_the_account() {
    block_on(async {
        let club = Club::new().await;
        let body = json!({"plan": "pro", "credit": 100, "desk": "A1", "is_verified": true});
        let reply = club.patch(ADA, &club.root, body).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        let shown = json!({
            "id": 2, "email": "ada@example.com", "is_active": true, "is_verified": true,
            "is_superuser": false, "roles": [], "nick": "ada", "plan": "pro", "desk": "A1",
            "serial": 1
        });
        assert_eq!(reply.json(), shown);
        assert_eq!(club.stored().await.credit, Some(100));

        // `null` clears a column that may be without a value, and leaves any other one as it is.
        let body = json!({"plan": null, "credit": null, "desk": null});
        let reply = club.patch(ADA, &club.root, body).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        let stored = club.stored().await;
        let columns = (&*stored.plan, stored.credit, stored.desk.as_deref());
        assert_eq!(columns, ("pro", None, None));
        let request = WireRequest::get("/users/me").bearer(&club.ada);
        let reply = club.client.send(request).await;
        assert_eq!(reply.status, 200, "a column ends no token");
    });
}

#[test]
fn each_column_is_changed_by_its_writers_alone() {
    block_on(async {
        let club = Club::new().await;
        let body = json!({"nick": "x", "note": "x", "plan": "pro", "is_verified": true});
        let reply = club.patch(ADA, &club.root, body).await;
        assert_eq!(
            problem(&reply),
            invalid(&["nick: unknown", "note: unknown"])
        );
        let body = json!({"plan": "pro", "credit": 5, "serial": 5, "note": "x", "desk": "B2"});
        let reply = club.patch("/users/me", &club.ada, body).await;
        let unknown = [
            "credit: unknown",
            "note: unknown",
            "plan: unknown",
            "serial: unknown",
        ];
        assert_eq!(problem(&reply), invalid(&unknown));
        let reply = club
            .patch("/users/me", &club.ada, json!({"desk": "B2"}))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.json());

        let stored = club.stored().await;
        let columns = (&*stored.nick, &*stored.plan, stored.credit, &*stored.note);
        assert_eq!(columns, ("ada", "free", None, "by the application"));
        assert_eq!(
            (stored.desk.as_deref(), stored.is_verified()),
            (Some("B2"), false)
        );
    });
}

#[test]
fn refused_change_writes_nothing() {
    block_on(async {
        let club = Club::new().await;
        let many = [
            "credit: too_long",
            "desk: too_short",
            "plan: too_long",
            "serial: wrong_type",
        ];
        let taken = (
            400,
            "UPDATE_USER_EMAIL_ALREADY_EXISTS".to_owned(),
            Vec::new(),
        );
        let refused = (403, "PLAN_RETIRED".to_owned(), Vec::new());
        for (body, expected) in [
            (
                json!({"plan": "a plan too long", "credit": 101, "desk": "", "serial": "5"}),
                invalid(&many),
            ),
            (
                json!({"desk": "B2", "plan": 5}),
                invalid(&["plan: wrong_type"]),
            ),
            (json!({"desk": "a\0b"}), invalid(&["desk: invalid"])),
            (
                json!({"desk": "B2", "serial": 0}),
                invalid(&["serial: taken"]),
            ),
            (json!({"desk": "B2", "email": "root@example.com"}), taken),
            (json!({"desk": "B2", "plan": "retired"}), refused),
        ] {
            let reply = club.patch(ADA, &club.root, body.clone()).await;
            assert_eq!(problem(&reply), expected, "{body}");
        }
        let stored = club.stored().await;
        let columns = (
            &*stored.plan,
            stored.desk,
            stored.serial,
            stored.account.email.as_str(),
        );
        assert_eq!(columns, ("free", None, Some(1), "ada@example.com"));
    });
}

/// The caller is refused before a column is read.
#[test]
fn other_callers_change_no_column() {
    block_on(async {
        let club = Club::new().await;
        for body in [json!({"plan": "pro"}), json!({"plan": 5, "unknown": 1})] {
            let reply = club.patch("/users/1", &club.ada, body.clone()).await;
            let denied = (403, "AUTHORIZATION_DENIED".to_owned(), Vec::new());
            assert_eq!(problem(&reply), denied, "{body}");
        }
        let reply = club
            .patch("/users/1", &club.root, json!({"plan": "pro"}))
            .await;
        let own = (400, "SUPERUSER_CANNOT_UPDATE_SELF".to_owned(), Vec::new());
        assert_eq!(problem(&reply), own);
    });
}

#[cfg(feature = "openapi")]
#[test]
fn document_has_the_columns_of_each_writer() {
    let document = block_on(Club::new()).auth.openapi().document();
    let members = |path: &str| -> Vec<String> {
        let content = &document["paths"][path]["patch"]["requestBody"]["content"];
        let schema = &content["application/json"]["schema"];
        let reference = schema["$ref"]
            .as_str()
            .map(|text| text.trim_start_matches('#'));
        let schema = reference.map_or(schema, |path| document.pointer(path).unwrap());
        let own = ["credit", "desk", "nick", "note", "plan", "serial"];
        let members = schema["properties"].as_object().unwrap().keys();
        members
            .filter(|name| own.contains(&name.as_str()))
            .cloned()
            .collect()
    };
    assert_eq!(members("/users/{id}"), ["credit", "desk", "plan", "serial"]);
    assert_eq!(members("/users/me"), ["desk", "nick"]);
}
