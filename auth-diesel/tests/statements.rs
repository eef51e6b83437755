//! Counts the SQL statements of each route on SQLite. The table is exact, so that a query per item, or one more query of
//! a request, is seen.
#![cfg(test)]
#![cfg(feature = "sqlite")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth_core::accounts::Privileges;
use auth_core::api::{Route, RouteSetting, RouteSpec};
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::{ManualClock, Outbox, PASSWORD, fast_hasher, master_secret, registration};
use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy, Sessions, User};
use auth_diesel::diesel::connection::{
    Instrumentation, InstrumentationEvent, set_default_instrumentation,
};
use auth_diesel::{DieselStore, SqliteConnection};
use serde_json::{Value, json};

static READS: AtomicUsize = AtomicUsize::new(0);
static WRITES: AtomicUsize = AtomicUsize::new(0);

/// The statements of each route: those that read and those that write, with the work that follows its reply. The
/// statements of a guarded route begin with the one that authenticates the caller.
const STATEMENTS: &[(&str, usize, usize)] = &[
    ("auth.login", 1, 1),
    ("auth.logout", 4, 2),
    ("auth.refresh", 3, 1),
    ("password.forgot", 1, 3),
    ("password.reset", 2, 2),
    ("register", 0, 3),
    ("sessions.end", 3, 1),
    ("sessions.end_others", 2, 4),
    ("sessions.list", 2, 0),
    ("users.delete", 3, 2),
    ("users.list", 2, 0),
    ("users.me.change_password", 2, 3),
    ("users.me.delete", 2, 2),
    ("users.me.read", 1, 0),
    ("users.me.update", 2, 4),
    ("users.read", 2, 0),
    ("users.update", 2, 1),
    ("verify", 1, 2),
    ("verify.request", 1, 2),
];

const NEW_PASSWORD: &str = "an engine of differences";

/// Counts each statement of a connection, except for settings and the limits of transactions.
struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let InstrumentationEvent::StartQuery { query, .. } = event else {
            return;
        };
        let text = query.to_string().to_ascii_uppercase();
        let has_one_of = |verbs: &[&str]| verbs.iter().any(|verb| text.contains(verb));
        if has_one_of(&["INSERT ", "UPDATE ", "DELETE "]) {
            WRITES.fetch_add(1, Ordering::SeqCst);
        } else if has_one_of(&["SELECT "]) {
            READS.fetch_add(1, Ordering::SeqCst);
        }
    }
}

struct World {
    auth: Auth<User>,
    client: CoreClient<User>,
    outbox: Outbox,
    clock: ManualClock,
    counted: BTreeMap<String, (usize, usize)>,
}

struct Tokens {
    access: String,
    refresh: String,
}

impl World {
    async fn new(url: &str) -> Self {
        let store: DieselStore<SqliteConnection> = DieselStore::open(url).await.unwrap();
        let (outbox, clock) = (Outbox::new(), ManualClock::new());
        let accounts = Accounts::builder(store.clone(), &master_secret())
            .expiring_store(store.clone())
            .sessions(Sessions::new(store.clone(), &master_secret()))
            .hasher(fast_hasher())
            .clock(clock.clone())
            .hooks(outbox.clone());
        let jwt = JwtStrategy::from_master(&master_secret()).revoked_in(store);
        let auth = Auth::builder(accounts)
            .backend(Backend::new("api", BearerTransport::new(), jwt).with_sessions())
            .route("users.me.delete", RouteSetting::on())
            .build()
            .unwrap();
        Self {
            client: CoreClient::new(auth.clone()),
            auth,
            outbox,
            clock,
            counted: BTreeMap::new(),
        }
    }

    /// Sends a request to a route, and counts the statements of it and of the work that follows it.
    async fn call(&mut self, route: &str, status: u16, request: WireRequest) -> WireReply {
        let before = (READS.load(Ordering::SeqCst), WRITES.load(Ordering::SeqCst));
        let reply = self.client.send(request).await;
        assert_eq!(reply.status, status, "{route}");
        self.auth.accounts().wait_idle().await;
        let reads = READS.load(Ordering::SeqCst) - before.0;
        let writes = WRITES.load(Ordering::SeqCst) - before.1;
        let counted = *self
            .counted
            .entry(route.to_owned())
            .or_insert((reads, writes));
        assert_eq!(
            counted,
            (reads, writes),
            "{route} called again, with more items"
        );
        reply
    }

    async fn register(&mut self, address: &str) -> String {
        let body = json!({"email": address, "password": PASSWORD});
        let reply = self.call("register", 201, WireRequest::post("/auth/register", &body));
        reply.await.json()["id"].as_str().unwrap().to_owned()
    }

    async fn log_in(&mut self, address: &str, password: &str) -> Tokens {
        let body = json!({"identifier": address, "password": password});
        // A session that was used before is not the one that is used now.
        self.clock.advance(time::Duration::SECOND);
        let reply = self.call("auth.login", 200, WireRequest::post("/auth/login", &body));
        Tokens::of(&reply.await.json())
    }

    async fn of_account(&mut self) {
        self.register("ada@example.com").await;
        let ask = |address: &str| json!({ "email": address });
        let asked = WireRequest::post("/auth/request-verify-token", &ask("ada@example.com"));
        self.call("verify.request", 202, asked).await;
        let token = self.outbox.latest("verify", "ada@example.com").unwrap();
        let verify = WireRequest::post("/auth/verify", &json!({ "token": token }));
        self.call("verify", 200, verify).await;
        let asked = WireRequest::post("/auth/forgot-password", &ask("ada@example.com"));
        self.call("password.forgot", 202, asked).await;
        let token = self.outbox.latest("reset", "ada@example.com").unwrap();
        let body = json!({ "token": token, "password": NEW_PASSWORD });
        self.call(
            "password.reset",
            200,
            WireRequest::post("/auth/reset-password", &body),
        )
        .await;
    }

    async fn of_sessions(&mut self) {
        let me = self.log_in("ada@example.com", NEW_PASSWORD).await;
        let list = || WireRequest::get("/auth/sessions").bearer(&me.access);
        self.call("sessions.list", 200, list()).await;
        let mut others = Vec::new();
        for _ in 0..20 {
            others.push(self.log_in("ada@example.com", NEW_PASSWORD).await);
        }
        let mut ids = Vec::new();
        for login in others.iter().take(3) {
            let list = WireRequest::get("/auth/sessions").bearer(&login.access);
            let reply = self.call("sessions.list", 200, list).await.json();
            let sessions = reply["sessions"].as_array().unwrap();
            assert_eq!(sessions.len(), 21);
            let own = sessions
                .iter()
                .find(|session| session["is_current"] == true);
            ids.push(own.unwrap()["session_id"].as_str().unwrap().to_owned());
        }
        let end = WireRequest::new("DELETE", &format!("/auth/sessions/{}", ids[0]));
        self.call("sessions.end", 204, end.bearer(&me.access)).await;
        let refresh = WireRequest::post("/auth/refresh", &json!({"refresh_token": me.refresh}));
        let reply = self.call("auth.refresh", 200, refresh).await;
        let me = Tokens::of(&reply.json());
        let logout = WireRequest::new("POST", "/auth/logout").bearer(&others[1].access);
        self.call("auth.logout", 204, logout).await;
        let revoke = WireRequest::new("POST", "/auth/sessions/revoke-others").bearer(&me.access);
        self.call("sessions.end_others", 204, revoke).await;
    }

    async fn of_me(&mut self) {
        let me = self.log_in("ada@example.com", NEW_PASSWORD).await;
        self.call(
            "users.me.read",
            200,
            WireRequest::get("/users/me").bearer(&me.access),
        )
        .await;
        let body = json!({"email": "lovelace@example.com", "current_password": NEW_PASSWORD});
        let update = WireRequest::patch("/users/me", &body).bearer(&me.access);
        self.call("users.me.update", 200, update).await;
        let body = json!({"current_password": NEW_PASSWORD, "new_password": PASSWORD});
        let change = WireRequest::post("/users/me/change-password", &body).bearer(&me.access);
        let reply = self.call("users.me.change_password", 200, change).await;
        let me = Tokens::of(&reply.json());
        let delete = WireRequest::new("DELETE", "/users/me")
            .json(&json!({"current_password": PASSWORD}))
            .bearer(&me.access);
        self.call("users.me.delete", 204, delete).await;
    }

    async fn of_administrator(&mut self) {
        let accounts = self.auth.accounts().clone();
        let privileges = Privileges::none().verified().superuser();
        let context = accounts.context();
        let root = registration("root@example.com");
        accounts
            .create_privileged(root, privileges, &context)
            .await
            .unwrap();
        let root = self.log_in("root@example.com", PASSWORD).await;
        let list = || WireRequest::get("/users?limit=50").bearer(&root.access);
        self.call("users.list", 200, list()).await;
        let mut id = String::new();
        for number in 0..10 {
            id = self.register(&format!("user{number}@example.com")).await;
        }
        let reply = self.call("users.list", 200, list()).await.json();
        assert_eq!(reply["items"].as_array().map(Vec::len), Some(12), "{reply}");
        let path = format!("/users/{id}");
        self.call(
            "users.read",
            200,
            WireRequest::get(&path).bearer(&root.access),
        )
        .await;
        let update = WireRequest::patch(&path, &json!({"is_verified": true}));
        self.call("users.update", 200, update.bearer(&root.access))
            .await;
        let delete = WireRequest::new("DELETE", &path).bearer(&root.access);
        self.call("users.delete", 204, delete).await;
    }
}

impl Tokens {
    fn of(reply: &Value) -> Self {
        let text = |name: &str| reply[name].as_str().unwrap().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}

#[tokio::test]
async fn each_route_has_its_number_of_statements() {
    set_default_instrumentation(|| Some(Box::new(Counter))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
    let mut world = World::new(&url).await;
    world.of_account().await;
    world.of_sessions().await;
    world.of_me().await;
    world.of_administrator().await;

    let routes = world.auth.routes().flat_map(Route::specs);
    let mut routes: Vec<&str> = routes.map(RouteSpec::id).collect();
    routes.sort_unstable();
    let called: Vec<&str> = world.counted.keys().map(String::as_str).collect();
    assert_eq!(called, routes, "each route is called");

    let counted = world.counted.iter();
    let mut counted: Vec<(&str, usize, usize)> = counted
        .map(|(route, (reads, writes))| (route.as_str(), *reads, *writes))
        .collect();
    counted.sort_unstable();
    assert_eq!(counted, STATEMENTS, "the table of this test, kept current");
}
