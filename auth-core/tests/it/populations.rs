//! Two populations of users on one master secret, with equal keys and equal addresses: nothing that
//! one of them has is valid in the other.

use std::sync::Arc;

use auth_core::accounts::AccountsBuilder;
use auth_core::config::ConfigProblem;
use auth_core::secret::MasterSecret;
use auth_core::store::UserRecord;
use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::{ManualClock, Outbox, PASSWORD, fast_hasher, master_secret};
use auth_core::{
    Account, Accounts, Auth, AuthBuilder, Backend, BearerTransport, CookieTransport, JwtStrategy,
    OpaqueStrategy, Sessions,
};
use serde_json::{Value, json};

use crate::world::block_on;

auth_core::user! {
    struct Customer (new: NewCustomer, change: CustomerChange) {
        number: i64,
        account: Account,
        company: i64 [hidden, default = 1],
    }
}

auth_core::user! {
    struct Employee (new: NewEmployee, change: EmployeeChange) {
        number: i64,
        account: Account,
        office: i64 [hidden, default = 1],
    }
}

const ADA: &str = "ada@example.com";
/// The backends that answer a login with tokens in the body.
const BEARERS: [&str; 3] = ["jwt", "app", "api"];

/// What two populations share: the stores and the secret.
struct Shared {
    master: MasterSecret,
    expiring: Arc<MemoryExpiringStore>,
    sessions: Arc<MemorySessionStore>,
    clock: ManualClock,
}

impl Shared {
    fn new() -> Self {
        Self {
            master: master_secret(),
            expiring: Arc::default(),
            sessions: Arc::default(),
            clock: ManualClock::new(),
        }
    }

    fn accounts<U: UserRecord>(&self, realm: &str, outbox: &Outbox<U>) -> AccountsBuilder<U> {
        Accounts::builder(MemoryUserDatabase::<U>::default(), &self.master)
            .expiring_store(Arc::clone(&self.expiring))
            .sessions(Sessions::new(Arc::clone(&self.sessions), &self.master))
            .hooks(outbox.clone())
            .hasher(fast_hasher())
            .clock(self.clock.clone())
            .realm(realm)
    }

    fn jwt(&self, audience: &str) -> JwtStrategy {
        JwtStrategy::from_master(&self.master)
            .audience(audience)
            .revoked_in(Arc::clone(&self.expiring))
    }

    fn auth<U: UserRecord>(&self, accounts: AccountsBuilder<U>, cookie: &str) -> AuthBuilder<U> {
        Auth::builder(accounts)
            .backend(Backend::new("jwt", BearerTransport::new(), self.jwt("jwt")))
            .backend(Backend::new("app", BearerTransport::new(), self.jwt("app")).with_sessions())
            .backend(Backend::new(
                "api",
                BearerTransport::new(),
                OpaqueStrategy::new(),
            ))
            .backend(Backend::new(
                "web",
                CookieTransport::new().name(cookie),
                self.jwt("web"),
            ))
    }

    fn population<U: UserRecord>(&self, realm: &str) -> Population<U> {
        let outbox = Outbox::default();
        let auth = self
            .auth(self.accounts(realm, &outbox), realm)
            .build()
            .unwrap();
        Population { auth, outbox }
    }
}

struct Population<U: UserRecord> {
    auth: Auth<U>,
    outbox: Outbox<U>,
}

/// Everything that a user of one population holds.
struct Held {
    verify: String,
    reset: String,
    access: Vec<(&'static str, String)>,
    refresh: Vec<(&'static str, String)>,
    cookies: Vec<(String, String)>,
}

impl Held {
    /// The cookie whose name ends like this.
    fn cookie(&self, ending: &str) -> &(String, String) {
        self.cookies
            .iter()
            .find(|(name, _)| name.ends_with(ending))
            .unwrap()
    }
}

fn path(backend: &str, route: &str) -> String {
    match backend {
        "jwt" => format!("/auth/{route}"),
        further => format!("/auth/{further}/{route}"),
    }
}

impl<U: UserRecord> Population<U> {
    async fn send(&self, request: WireRequest) -> WireReply {
        CoreClient::new(self.auth.clone()).send(request).await
    }

    async fn post(&self, path: &str, body: &Value) -> WireReply {
        self.send(WireRequest::post(path, body)).await
    }

    async fn register(&self) {
        let body = json!({"email": ADA, "password": PASSWORD});
        let reply = self.post("/auth/register", &body).await;
        assert_eq!((reply.status, &reply.json()["id"]), (201, &json!(1)));
    }

    async fn forgot(&self) {
        let reply = self
            .post("/auth/forgot-password", &json!({"email": ADA}))
            .await;
        assert_eq!(reply.status, 202);
        self.auth.accounts().wait_idle().await;
    }

    async fn held(&self) -> Held {
        self.register().await;
        self.forgot().await;
        let login = json!({"identifier": ADA, "password": PASSWORD});
        let (mut access, mut refresh) = (Vec::new(), Vec::new());
        for backend in BEARERS {
            let tokens = self.post(&path(backend, "login"), &login).await.json();
            let text = |name: &str| tokens[name].as_str().map(str::to_owned);
            access.push((backend, text("access_token").unwrap()));
            refresh.extend(text("refresh_token").map(|token| (backend, token)));
        }
        let request = WireRequest::post(&path("web", "login"), &login)
            .header("sec-fetch-site", "same-origin");
        let reply = self.send(request).await;
        let cookies = reply.header("set-cookie").map(|line| {
            let line = String::from_utf8_lossy(line);
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        Held {
            verify: self.outbox.latest("verify", ADA).unwrap(),
            reset: self.outbox.latest("reset", ADA).unwrap(),
            access,
            refresh,
            cookies: cookies.collect(),
        }
    }

    /// Presents everything, and returns what was accepted. `own` are the cookies of a login here.
    async fn accepted(&self, held: &Held, own: &Held) -> Vec<String> {
        let mut accepted = Vec::new();
        let mut note = |what: String, status: u16| {
            if status < 300 {
                accepted.push(what);
            }
        };
        for (backend, token) in &held.access {
            let reply = self.send(WireRequest::get("/users/me").bearer(token)).await;
            note(format!("access token of {backend}"), reply.status);
        }
        let (_, cookie) = held.cookie(&own_ending(held));
        let (name, _) = own.cookie(&own_ending(own));
        let request = WireRequest::get("/users/me").header("cookie", format!("{name}={cookie}"));
        note("cookie".to_owned(), self.send(request).await.status);
        let (access, own_access) = own.cookie(&own_ending(own));
        let ((csrf, _), (_, foreign)) = (own.cookie("csrf"), held.cookie("csrf"));
        let request = WireRequest::patch("/users/me", &json!({}))
            .header("cookie", format!("{access}={own_access}; {csrf}={foreign}"))
            .header("x-csrf-token", foreign.clone());
        note("CSRF token".to_owned(), self.send(request).await.status);
        for (backend, token) in &held.refresh {
            let body = json!({"refresh_token": token});
            let reply = self.post(&path(backend, "refresh"), &body).await;
            note(format!("refresh token of {backend}"), reply.status);
        }
        let reply = self
            .post("/auth/verify", &json!({"token": held.verify}))
            .await;
        note("verification token".to_owned(), reply.status);
        let body = json!({"token": held.reset, "password": "an engine of difference"});
        let reply = self.post("/auth/reset-password", &body).await;
        note("reset token".to_owned(), reply.status);
        accepted
    }

    /// Presents everything to the logout routes, which end what they accept.
    async fn log_out(&self, held: &Held) {
        for (backend, token) in &held.access {
            let request = WireRequest::new("POST", &path(backend, "logout")).bearer(token);
            self.send(request).await;
        }
        for (backend, token) in &held.refresh {
            let body = json!({"refresh_token": token});
            self.post(&path(backend, "logout"), &body).await;
        }
    }
}

/// The ending of the name of the access cookie: the shortest name.
fn own_ending(held: &Held) -> String {
    let names = held.cookies.iter().map(|(name, _)| name.clone());
    names.min_by_key(String::len).unwrap()
}

const ALL: [&str; 9] = [
    "access token of jwt",
    "access token of app",
    "access token of api",
    "cookie",
    "CSRF token",
    "refresh token of app",
    "refresh token of api",
    "verification token",
    "reset token",
];

/// A7.2.1, B-27: of all pairs of a token and a population only those that belong together pass, and a foreign
/// token that is presented ends nothing at home.
#[test]
fn tokens_are_valid_in_their_own_population_only() {
    block_on(async {
        let shared = Shared::new();
        let customers: Population<Customer> = shared.population("customers");
        let staff: Population<Employee> = shared.population("staff");
        let (of_customer, of_employee) = (customers.held().await, staff.held().await);

        customers.log_out(&of_employee).await;
        staff.log_out(&of_customer).await;
        let none: [&str; 0] = [];
        assert_eq!(staff.accepted(&of_customer, &of_employee).await, none);
        assert_eq!(customers.accepted(&of_employee, &of_customer).await, none);
        assert_eq!(customers.accepted(&of_customer, &of_customer).await, ALL);
        assert_eq!(staff.accepted(&of_employee, &of_employee).await, ALL);
    });
}

/// The counters have a realm as well: a request in one population neither replaces the reset token
/// of the other, nor uses up its mails.
#[test]
fn requests_are_counted_in_their_own_population_only() {
    block_on(async {
        let shared = Shared::new();
        let customers: Population<Customer> = shared.population("customers");
        let staff: Population<Employee> = shared.population("staff");
        customers.register().await;
        staff.register().await;
        customers.forgot().await;
        for _ in 0..20 {
            staff.forgot().await;
        }
        let reset = customers.outbox.latest("reset", ADA).unwrap();
        let body = json!({"token": reset, "password": "an engine of difference"});
        let reply = customers.post("/auth/reset-password", &body).await;
        assert_eq!(reply.status, 200);
        customers.forgot().await;
        assert_ne!(
            customers.outbox.latest("reset", ADA).unwrap(),
            reset,
            "mailed"
        );
    });
}

#[test]
fn two_types_of_users_in_one_realm_of_one_master_are_refused() {
    let shared = Shared::new();
    let customers: Population<Customer> = shared.population("customers");
    let build = |realm: &str| {
        let outbox = Outbox::<Employee>::default();
        shared.accounts(realm, &outbox).build()
    };
    let error = build("customers").unwrap_err();
    let [ConfigProblem::SharedRealm { realm, .. }] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(realm, "customers");
    assert!(build("staff").is_ok());
    drop(customers);
    assert!(build("customers").is_ok(), "the first one is gone");
}

#[test]
fn two_populations_with_one_cookie_name_are_refused() {
    let shared = Shared::new();
    let customers: Population<Customer> = shared.population("customers");
    let staff = || {
        let outbox = Outbox::<Employee>::default();
        shared.auth(shared.accounts("staff", &outbox), "customers")
    };
    let error = staff().build().unwrap_err();
    let is_shared = |problem: &ConfigProblem| matches!(problem, ConfigProblem::SharedCookie { name } if name.contains("customers"));
    assert!(error.problems().iter().any(is_shared), "{error}");
    drop(customers);
    assert!(staff().build().is_ok(), "the first one is gone");
}
