//! Remembered look-ups: how long they are repeated, and what ends them. Two servers share their stores.

use std::sync::Arc;
use std::time::Duration as StdDuration;

use auth_core::accounts::AdminUpdate;
use auth_core::guard::{Active, Guard, Policy};
use auth_core::http::{BufferedHead, BufferedRequest};
use auth_core::login::{AuthMethod, AuthProof, IssuedTokens, PresentedTokens};
use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::testing::{
    FaultInjector, ManualClock, Outbox, PASSWORD, ProbedSessionStore, ProbedUserDatabase,
    fast_hasher, master_secret, password, registration,
};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, Clock, JwtStrategy, OpaqueStrategy, RequestAuth,
    Sessions, User,
};
use time::Duration;

use crate::world::{block_on, block_on_threads};

/// The greatest age of an answer on the servers of these tests.
const AGE: Duration = Duration::seconds(5);

struct Stores {
    users: Arc<MemoryUserDatabase>,
    sessions: Arc<MemorySessionStore>,
    revoked: Arc<MemoryExpiringStore>,
    clock: ManualClock,
}

struct Server {
    auth: Auth<User>,
    /// Calls of the users' store and of that of the sessions.
    calls: FaultInjector,
}

/// The tokens that the servers accept: what ends them differs.
const BACKENDS: [&str; 3] = ["jwt", "jwt-sessions", "opaque"];

impl Stores {
    fn new() -> Self {
        Self {
            users: Arc::new(MemoryUserDatabase::new()),
            sessions: Arc::new(MemorySessionStore::new()),
            revoked: Arc::new(MemoryExpiringStore::new()),
            clock: ManualClock::new(),
        }
    }

    fn server(&self, capacity: usize) -> Server {
        let (calls, master) = (FaultInjector::new(), master_secret());
        let sessions = ProbedSessionStore::new(Arc::clone(&self.sessions), &calls);
        let users = ProbedUserDatabase::new(Arc::clone(&self.users), &calls);
        let accounts = Accounts::builder(users, &master)
            .expiring_store(MemoryExpiringStore::new())
            .hasher(fast_hasher())
            .clock(self.clock.clone())
            .hooks(Outbox::new())
            .sessions(Sessions::new(sessions, &master));
        let jwt = |audience: &str| JwtStrategy::from_master(&master).audience(audience);
        let revoked = jwt("a").revoked_in(Arc::clone(&self.revoked));
        let bearer = BearerTransport::new;
        let auth = Auth::builder(accounts)
            .backend(Backend::new("jwt", bearer(), revoked))
            .backend(Backend::new("jwt-sessions", bearer(), jwt("b")).with_sessions())
            .backend(Backend::new("opaque", bearer(), OpaqueStrategy::new()))
            .cached_lookups(AGE.try_into().unwrap(), capacity)
            .build()
            .unwrap();
        Server { auth, calls }
    }
}

impl Server {
    fn accounts(&self) -> &Accounts<User> {
        self.auth.accounts()
    }

    async fn user(&self, address: &str) -> User {
        let (accounts, context) = (self.accounts(), self.accounts().context());
        let registered = accounts.register(registration(address), &context);
        registered.await.unwrap()
    }

    async fn token(&self, backend: &str, user: &User) -> String {
        let tokens = self.log_in(backend, user).await;
        tokens.access.expose().to_owned()
    }

    async fn log_in(&self, backend: &str, user: &User) -> IssuedTokens<User> {
        let proof = AuthProof::vouched_for(user.clone(), AuthMethod::PASSWORD);
        let context = self.accounts().context();
        let step = self.auth.log_in(backend, proof, &context).await.unwrap();
        step.done().unwrap()
    }

    async fn passes(&self, guard: &Guard<User>, token: &str) -> bool {
        let cell = RequestAuth::new(&self.auth);
        self.auth
            .pass(guard, Some(&cell), &head(token))
            .await
            .is_ok()
    }

    /// Whether a request of the application's own route is admitted, and whether a store was asked.
    async fn admits(&self, token: &str) -> (bool, bool) {
        let before = self.calls.calls();
        let is_admitted = self.passes(&Active::GUARD, token).await;
        (is_admitted, self.calls.calls() > before)
    }
}

/// The answers of [`Server::admits`].
const REPEATED: (bool, bool) = (true, false);
const ASKED: (bool, bool) = (true, true);

fn head(token: &str) -> BufferedHead {
    let request = BufferedRequest::new("GET", Vec::new());
    request
        .header("authorization", format!("Bearer {token}"))
        .head
}

fn demoted(is_active: Option<bool>) -> AdminUpdate<User> {
    AdminUpdate {
        is_active,
        is_verified: Some(true),
        ..AdminUpdate::default()
    }
}

#[test]
fn answer_is_repeated_until_it_is_too_old() {
    block_on(async {
        let (stores, instant) = (Stores::new(), Duration::MILLISECOND);
        let server = stores.server(100);
        let ada = server.user("ada@example.com").await;
        for backend in BACKENDS {
            let token = server.token(backend, &ada).await;
            assert_eq!(server.admits(&token).await, ASKED, "{backend}");
            assert_eq!(server.admits(&token).await, REPEATED, "{backend}");
            stores.clock.advance(AGE - instant);
            assert_eq!(server.admits(&token).await, REPEATED, "{backend}");
            stores.clock.advance(instant);
            assert_eq!(server.admits(&token).await, ASKED, "{backend}");
            // A clock that is set back makes no answer younger.
            stores.clock.advance(-instant);
            assert_eq!(server.admits(&token).await, ASKED, "{backend}");
        }
    });
}

/// What a process writes about one user, or about one token of the user.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    Logout,
    Revocation,
    Deactivation,
    Password,
    Verification,
}

impl Change {
    const ALL: [Self; 5] = [
        Self::Logout,
        Self::Revocation,
        Self::Deactivation,
        Self::Password,
        Self::Verification,
    ];

    async fn apply(self, server: &Server, backend: &str, user: &User, token: &str) {
        let (accounts, context) = (server.accounts(), server.accounts().context());
        match self {
            Self::Logout => {
                let presented = PresentedTokens::none().with_access(token);
                let ended = server.auth.log_out(backend, presented, &context).await;
                assert!(ended.unwrap());
            }
            Self::Revocation => {
                let revoked = server.auth.revoke(backend, token, &context);
                revoked.await.unwrap();
            }
            Self::Deactivation | Self::Verification => {
                let change = demoted((self == Self::Deactivation).then_some(false));
                let updated = accounts.update_as_admin(&user.id, change, &context);
                updated.await.unwrap();
            }
            Self::Password => {
                let (old, new) = (password(PASSWORD), password("an engine of brass and steam"));
                let changed = accounts.change_password(user, &old, &new, &context);
                changed.await.unwrap();
            }
        }
    }
}

/// Whatever a process writes itself ends the answers that it concerns before the write is confirmed.
#[test]
fn own_changes_end_answers_at_once() {
    block_on(async {
        let server = Stores::new().server(100);
        for (number, backend) in (0..).zip(BACKENDS) {
            for change in Change::ALL {
                let name = format!("{number}{}@example.com", change as u8);
                let ada = server.user(&format!("ada{name}")).await;
                let eve = server.user(&format!("eve{name}")).await;
                let token = server.token(backend, &ada).await;
                let others = server.token(backend, &eve).await;
                for _ in 0..2 {
                    server.admits(&token).await;
                    server.admits(&others).await;
                }
                assert_eq!(server.admits(&token).await, REPEATED);
                change.apply(&server, backend, &ada, &token).await;
                let what = format!("{backend}, {change:?}");
                let (is_admitted, was_asked) = server.admits(&token).await;
                assert_eq!(is_admitted, change == Change::Verification, "{what}");
                assert!(was_asked || !is_admitted, "{what}: the user before it");
                assert_eq!(
                    server.admits(&others).await,
                    REPEATED,
                    "{what}: another user"
                );
            }
        }
    });
}

/// What another process writes ends an answer after the greatest age at the latest, whenever it was
/// asked for.
#[test]
fn changes_of_another_process_end_answers_in_time() {
    block_on(async {
        for (step, backend) in (0..60).zip(BACKENDS.into_iter().cycle()) {
            let stores = Stores::new();
            let (here, there) = (stores.server(100), stores.server(100));
            let ada = here.user("ada@example.com").await;
            let token = here.token(backend, &ada).await;
            assert_eq!(here.admits(&token).await, ASKED);
            stores.clock.advance(AGE * step / 61);
            assert_eq!(here.admits(&token).await, REPEATED);
            let presented = PresentedTokens::none().with_access(&token);
            let context = there.accounts().context();
            there
                .auth
                .log_out(backend, presented, &context)
                .await
                .unwrap();
            let ended = stores.clock.now();
            assert!(!there.admits(&token).await.0, "there it ends at once");
            for _ in 0..50 {
                stores.clock.advance(AGE / 37);
                let is_late = stores.clock.now() - ended >= AGE;
                assert!(
                    !here.admits(&token).await.0 || !is_late,
                    "{backend}, step {step}"
                );
            }
        }
    });
}

/// A remembered answer may accept a token and never refuses one: what another process has made valid is asked for.
#[test]
fn tokens_that_another_process_has_made_valid_are_accepted_at_once() {
    block_on(async {
        for backend in ["jwt-sessions", "opaque"] {
            let stores = Stores::new();
            let (here, there) = (stores.server(100), stores.server(100));
            let ada = here.user("ada@example.com").await;
            let tokens = here.log_in(backend, &ada).await;
            let first = tokens.access.expose();
            here.admits(first).await;
            assert_eq!(here.admits(first).await, REPEATED);
            let refresh = tokens.refresh.as_ref().unwrap().expose();
            let context = there.accounts().context();
            let refreshed = there
                .auth
                .refresh(backend, refresh, &context)
                .await
                .unwrap();
            let second = refreshed.access.expose();
            assert_eq!(here.admits(second).await, ASKED, "{backend}");
            // Its first use was noted, so the refresh token of before ends the session.
            stores.clock.advance(Duration::minutes(2));
            let again = there.auth.refresh(backend, refresh, &context).await;
            assert!(again.is_err(), "{backend}");

            let token = here.token(backend, &ada).await;
            for is_active in [false, true] {
                let accounts = there.accounts();
                let change = demoted(Some(is_active));
                let updated = accounts.update_as_admin(&ada.id, change, &context).await;
                updated.unwrap();
                here.admits(&token).await;
            }
            let ada = there.accounts().get(&ada.id).await.unwrap().unwrap();
            let token = there.token(backend, &ada).await;
            assert!(
                here.admits(&token).await.0,
                "{backend}: after the reactivation"
            );
        }
    });
}

#[test]
fn authoritative_guards_and_routes_of_the_toolkit_ask_each_time() {
    block_on(async {
        let stores = Stores::new();
        let (here, there) = (stores.server(100), stores.server(100));
        let ada = here.user("ada@example.com").await;
        let token = here.token("jwt", &ada).await;
        here.admits(&token).await;
        assert_eq!(here.admits(&token).await, REPEATED);
        let (accounts, context) = (there.accounts(), there.accounts().context());
        accounts
            .update_as_admin(&ada.id, demoted(Some(false)), &context)
            .await
            .unwrap();
        assert_eq!(here.admits(&token).await, REPEATED);
        let guard = Guard::active().authoritative();
        assert!(!here.passes(&guard, &token).await);
        let guard = Guard::active().fresh(StdDuration::from_mins(10));
        assert!(!here.passes(&guard, &token).await);
        let who = here.auth.authenticate(&head(&token)).await.unwrap();
        assert!(who.user().is_none());
        // An authoritative guard behind another one asks again, and its answer counts from then on.
        let cell = RequestAuth::new(&here.auth);
        let head = head(&token);
        let pass = async |guard: &Guard<User>| here.auth.pass(guard, Some(&cell), &head).await;
        assert!(pass(&Guard::active()).await.is_ok());
        assert!(pass(&Guard::active().authoritative()).await.is_err());
        assert!(pass(&Guard::active()).await.is_err());
    });
}

#[test]
fn memory_is_bounded_and_keeps_no_random_tokens() {
    block_on(async {
        let stores = Stores::new();
        let server = stores.server(8);
        let ada = server.user("ada@example.com").await;
        let token = server.token("opaque", &ada).await;
        server.admits(&token).await;
        for number in 0..1000_u32 {
            let random = token
                .chars()
                .rev()
                .cycle()
                .skip(number as usize % 64)
                .take(64);
            let random: String = random.collect();
            assert!(!server.admits(&random).await.0);
        }
        assert_eq!(
            server.admits(&token).await,
            REPEATED,
            "random tokens took no place"
        );
        let mut tokens = Vec::new();
        for _ in 0..32 {
            let token = server.token("opaque", &ada).await;
            server.admits(&token).await;
            tokens.push(token);
        }
        let mut repeated = 0;
        for token in &tokens {
            // A miss replaces an entry, so the oldest are asked first.
            repeated += u32::from(server.admits(token).await == REPEATED);
        }
        assert!(repeated <= 8, "{repeated}");
    });
}

/// A token that was ended is never accepted after the call that ended it, however many requests use it meanwhile.
#[test]
fn requests_beside_a_logout_leave_no_stale_answer() {
    block_on_threads(async {
        let stores = Stores::new();
        let server = Arc::new(stores.server(1000));
        let ada = server.user("ada@example.com").await;
        for round in 0..200 {
            let backend = BACKENDS[round % BACKENDS.len()];
            let token: Arc<str> = server.token(backend, &ada).await.into();
            let mut requests = tokio::task::JoinSet::new();
            for _ in 0..4 {
                let (server, token) = (Arc::clone(&server), Arc::clone(&token));
                requests.spawn(async move {
                    for _ in 0..20 {
                        server.admits(&token).await;
                        tokio::task::yield_now().await;
                    }
                });
            }
            tokio::task::yield_now().await;
            let presented = PresentedTokens::none().with_access(&token);
            let context = server.accounts().context();
            server
                .auth
                .log_out(backend, presented, &context)
                .await
                .unwrap();
            assert!(!server.admits(&token).await.0, "{backend}, round {round}");
            while requests.join_next().await.is_some() {}
            assert!(!server.admits(&token).await.0, "{backend}, round {round}");
        }
    });
}

#[test]
fn build_refuses_ages_and_capacities_out_of_range() {
    let users = MemoryUserDatabase::new();
    let accounts = Accounts::<User>::builder(users, &master_secret());
    let builder = Auth::builder(accounts.expiring_store(MemoryExpiringStore::new()));
    let error = builder
        .cached_lookups(StdDuration::from_secs(61), 0)
        .build()
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("the greatest age of cached look-ups"),
        "{text}"
    );
    assert!(text.contains("from 1 to 10000000 look-ups"), "{text}");
}
