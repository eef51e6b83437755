//! The writes that end remembered look-ups: those of the application with the same store, and of other processes.

use std::time::{Duration, Instant};

use auth_core::guard::Guard;
use auth_core::http::BufferedRequest;
use auth_core::login::{AuthMethod, AuthProof, IssuedTokens};
use auth_core::store::{Precondition, UserChange};
use auth_core::testing::{ManualClock, Outbox, fast_hasher, master_secret, registration};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, JwtStrategy, OpaqueStrategy, RequestAuth,
    SessionStore as _, Sessions, User, UserDatabase as _,
};
use auth_diesel::{DieselStore, SqlBackend, StoreOptions};

use crate::homes::{Home, Postgres};
use crate::on_each_engine;

on_each_engine!(own_writes, foreign_writes);

/// The greatest age of an answer.
const AGE: Duration = Duration::from_mins(1);

struct Server<C: SqlBackend> {
    store: DieselStore<C>,
    auth: Auth<User>,
    clock: ManualClock,
}

impl<C: SqlBackend> Server<C> {
    fn new(store: DieselStore<C>) -> Self {
        let (clock, master) = (ManualClock::new(), master_secret());
        let accounts = Accounts::builder(store.clone(), &master)
            .expiring_store(store.clone())
            .sessions(Sessions::new(store.clone(), &master))
            .hasher(fast_hasher())
            .hooks(Outbox::new())
            .clock(clock.clone());
        let jwt = JwtStrategy::from_master(&master).revoked_in(store.clone());
        let auth = Auth::builder(accounts)
            .backend(Backend::new(
                "opaque",
                BearerTransport::new(),
                OpaqueStrategy::new(),
            ))
            .backend(Backend::new("jwt", BearerTransport::new(), jwt))
            .cached_lookups(AGE, 1000)
            .build()
            .unwrap();
        Self { store, auth, clock }
    }

    async fn user(&self, address: &str) -> User {
        let accounts = self.auth.accounts();
        let context = accounts.context();
        accounts
            .register(registration(address), &context)
            .await
            .unwrap()
    }

    async fn log_in(&self, backend: &str, user: &User) -> IssuedTokens<User> {
        let proof = AuthProof::vouched_for(user.clone(), AuthMethod::PASSWORD);
        let context = self.auth.accounts().context();
        let step = self.auth.log_in(backend, proof, &context).await.unwrap();
        step.done().unwrap()
    }

    async fn admits(&self, tokens: &IssuedTokens<User>) -> bool {
        let request = BufferedRequest::new("GET", Vec::new());
        let bearer = format!("Bearer {}", tokens.access.expose());
        let head = request.header("authorization", bearer).head;
        let cell = RequestAuth::new(&self.auth);
        let guard = Guard::active();
        self.auth.pass(&guard, Some(&cell), &head).await.is_ok()
    }

    /// Waits until a token is refused, by a change that the storage tells.
    async fn refuses_soon(&self, tokens: &IssuedTokens<User>) {
        let begin = Instant::now();
        while self.admits(tokens).await {
            assert!(
                begin.elapsed() < Duration::from_secs(30),
                "the change was not told"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn deactivation() -> UserChange<User> {
    UserChange {
        is_active: Some(false),
        ..UserChange::default()
    }
}

/// What the application writes with a clone of the store is seen by the next request.
async fn own_writes<H: Home>(home: H) {
    let server = Server::new(home.open().await);
    for (number, write) in (0..).zip(["session", "sessions", "user", "deletion", "transaction"]) {
        let ada = server.user(&format!("ada{number}@example.com")).await;
        let tokens = server.log_in("opaque", &ada).await;
        assert!(server.admits(&tokens).await && server.admits(&tokens).await);
        let (store, id) = (server.store.clone(), ada.id);
        let row = store
            .session(&tokens.session.unwrap())
            .await
            .unwrap()
            .unwrap();
        match write {
            "session" => assert!(store.delete_session(&row.id).await.unwrap()),
            "sessions" => assert_eq!(store.delete_sessions_of(&row.owner).await.unwrap(), 1),
            "user" => {
                let anything = Precondition::anything();
                let updated = store.update(&id, deactivation(), anything).await;
                updated.unwrap();
            }
            "deletion" => {
                let deleted = store.delete(&id, Precondition::anything(), None).await;
                deleted.unwrap();
            }
            _ => {
                let updated = store.transaction(move |transaction| {
                    Box::pin(async move {
                        let anything = Precondition::anything();
                        let mut users = transaction.users();
                        users.update(&id, deactivation(), anything).await
                    })
                });
                updated.await.unwrap();
            }
        }
        assert!(!server.admits(&tokens).await, "after {write}");
    }
}

/// What another program writes is seen when the answer is too old, and in SQLite at once.
async fn foreign_writes<H: Home>(home: H) {
    let server = Server::new(home.open().await);
    let ada = server.user("ada@example.com").await;
    let tokens = server.log_in("opaque", &ada).await;
    assert!(server.admits(&tokens).await && server.admits(&tokens).await);
    home.sql("DELETE FROM auth_sessions").await;
    if home.url().starts_with("sqlite:") {
        assert!(!server.admits(&tokens).await);
        return;
    }
    assert!(server.admits(&tokens).await, "the answer is remembered");
    server.clock.advance(AGE.try_into().unwrap());
    assert!(!server.admits(&tokens).await, "the answer is too old");
}

async fn announcing(home: &Postgres) -> Server<auth_diesel::PostgresConnection> {
    let options = StoreOptions::default().announce_changes(true);
    let store = DieselStore::open_with(home.url(), options).await.unwrap();
    Server::new(store)
}

/// A logout at one process ends the answers of the other without a wait for their age.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_on_postgres_tell_each_other_what_they_write() {
    let Some(home) = Postgres::new().await else {
        return;
    };
    let (here, there) = (announcing(&home).await, announcing(&home).await);
    let ada = here.user("ada@example.com").await;
    for backend in ["opaque", "jwt"] {
        let tokens = here.log_in(backend, &ada).await;
        let eves = here
            .log_in(backend, &here.user(&format!("eve@{backend}.example")).await)
            .await;
        for server in [&here, &there] {
            assert!(server.admits(&tokens).await && server.admits(&eves).await);
        }
        let presented = auth_core::login::PresentedTokens::none();
        let presented = presented.with_access(tokens.access.expose());
        let context = there.auth.accounts().context();
        assert!(
            there
                .auth
                .log_out(backend, presented, &context)
                .await
                .unwrap()
        );
        assert!(!there.admits(&tokens).await);
        here.refuses_soon(&tokens).await;
        assert!(here.admits(&eves).await);
    }
}

/// A process that lost its connection does not know what was written, so it asks again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lost_connection_ends_all_answers() {
    let Some(home) = Postgres::new().await else {
        return;
    };
    let server = announcing(&home).await;
    let ada = server.user("ada@example.com").await;
    let tokens = server.log_in("opaque", &ada).await;
    assert!(server.admits(&tokens).await && server.admits(&tokens).await);
    home.sql("DELETE FROM auth_sessions").await;
    home.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    server.refuses_soon(&tokens).await;
}
