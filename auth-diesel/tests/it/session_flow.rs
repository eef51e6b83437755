//! Sessions from login to logout, with accounts and sessions in one database.

use std::sync::Arc;
use std::time::Duration as StdDuration;

use auth_core::accounts::{DeleteMode, NoHooks};
use auth_core::store::{SessionPage, SessionStore, StoredSession, UserDatabase};
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::{
    ManualClock, PASSWORD, RecordingSink, fast_hasher, master_secret, registration,
};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, Clock, EventKind, JwtStrategy, OpaqueStrategy,
    Sessions, User,
};
use auth_diesel::{DieselStore, SqlBackend};
use serde_json::{Value, json};
use time::Duration;
use tokio::task::JoinSet;

use crate::homes::Home;
use crate::on_each_engine;
use crate::support::owner;

on_each_engine!(
    from_login_to_logout,
    simultaneous_refreshes_within_the_grace_get_one_successor,
    one_simultaneous_refresh_wins_without_grace,
    lost_replies_are_repeated_until_the_first_use,
    password_change_renews_the_current_session,
    a_refresh_that_cannot_be_written_is_503,
    rotations_keep_the_size_of_a_session,
    deletion_of_a_user_removes_its_sessions,
);

/// The paths of the first backend (opaque tokens) and the second (JWTs).
const BACKENDS: [&str; 2] = ["/auth", "/auth/jwt"];

const NEW_PASSWORD: &str = "an engine of differences";

struct World<C: SqlBackend> {
    store: DieselStore<C>,
    accounts: Accounts<User>,
    door: CoreClient<User>,
    clock: ManualClock,
    events: RecordingSink,
}

/// The two tokens of a login or a refresh.
struct Tokens {
    access: String,
    refresh: String,
}

impl<C: SqlBackend> World<C> {
    /// Creates an application with the account `ada@example.com`.
    async fn new(store: DieselStore<C>, grace: Option<StdDuration>) -> Arc<Self> {
        let (clock, events) = (ManualClock::new(), RecordingSink::new());
        let master = master_secret();
        let mut sessions = Sessions::new(store.clone(), &master);
        if let Some(grace) = grace {
            sessions = sessions.refresh_grace(grace);
        }
        let accounts = Accounts::builder(store.clone(), &master)
            .expiring_store(store.clone())
            .hooks(NoHooks::new())
            .sessions(sessions)
            .hasher(fast_hasher())
            .clock(clock.clone())
            .event_sink(events.clone());
        let jwt = JwtStrategy::from_master(&master);
        let auth = Auth::builder(accounts)
            .backend(Backend::new(
                "api",
                BearerTransport::new(),
                OpaqueStrategy::new(),
            ))
            .backend(Backend::new("jwt", BearerTransport::new(), jwt).with_sessions())
            .build()
            .unwrap();
        let accounts = auth.accounts().clone();
        accounts
            .register(registration("ada@example.com"), &accounts.context())
            .await
            .unwrap();
        Arc::new(Self {
            store,
            accounts,
            door: CoreClient::new(auth),
            clock,
            events,
        })
    }

    async fn send(&self, request: WireRequest) -> WireReply {
        self.door.send(request).await
    }

    async fn try_login(&self, base: &str, password: &str) -> WireReply {
        let body = json!({"identifier": "ada@example.com", "password": password});
        let login = WireRequest::post(&format!("{base}/login"), &body);
        self.send(login.header("user-agent", "Ada's engine")).await
    }

    async fn login(&self, base: &str) -> Tokens {
        let reply = self.try_login(base, PASSWORD).await;
        assert_eq!(reply.status, 200, "{reply}");
        tokens(&reply)
    }

    async fn refresh(&self, base: &str, token: &str) -> WireReply {
        let body = json!({"refresh_token": token});
        self.send(WireRequest::post(&format!("{base}/refresh"), &body))
            .await
    }

    /// Returns the status of `GET /users/me` with this token.
    async fn me(&self, access: &str) -> u16 {
        let me = WireRequest::get("/users/me").bearer(access);
        self.send(me).await.status
    }

    async fn list(&self, access: &str) -> Vec<Value> {
        let reply = self
            .send(WireRequest::get("/auth/sessions").bearer(access))
            .await;
        assert_eq!(reply.status, 200, "{reply}");
        reply.json()["sessions"].as_array().unwrap().clone()
    }

    /// Returns the rows of all sessions of the user.
    async fn rows(&self) -> Vec<StoredSession> {
        let ada = auth_core::EmailAddress::parse("ada@example.com").unwrap();
        let ada = self.store.find(&ada.into()).await.unwrap().unwrap();
        let owner = owner(&format!("users:{}", ada.id));
        let rows = self.store.sessions_of(
            &owner,
            ada.epoch(),
            self.clock.now(),
            SessionPage::first(1000),
        );
        rows.await.unwrap()
    }

    fn count(&self, kind: EventKind) -> usize {
        let kinds = self.events.kinds();
        kinds.into_iter().filter(|known| *known == kind).count()
    }

    /// Sends simultaneous refreshes of one token, and returns the replies.
    async fn storm(self: &Arc<Self>, base: &'static str, token: &str) -> Vec<WireReply> {
        let mut refreshes = JoinSet::new();
        for _ in 0..64 {
            let (world, token) = (Arc::clone(self), token.to_owned());
            refreshes.spawn(async move { world.refresh(base, &token).await });
        }
        refreshes.join_all().await
    }
}

fn tokens(reply: &WireReply) -> Tokens {
    let text = |name: &str| reply.json()[name].as_str().unwrap().to_owned();
    Tokens {
        access: text("access_token"),
        refresh: text("refresh_token"),
    }
}

async fn from_login_to_logout(home: impl Home) {
    let world = World::new(home.open().await, None).await;
    for base in BACKENDS {
        let first = world.login(base).await;
        assert_eq!(world.me(&first.access).await, 200);
        let sessions = world.list(&first.access).await;
        assert_eq!(sessions.len(), 1, "{sessions:?}");
        assert_eq!(sessions[0]["is_current"], true);
        assert_eq!(sessions[0]["client"]["user_agent"], "Ada's engine");

        world.clock.advance(Duration::minutes(2));
        let reply = world.refresh(base, &first.refresh).await;
        assert_eq!(reply.status, 200, "{reply}");
        let second = tokens(&reply);
        assert_ne!(second.refresh, first.refresh);
        assert_eq!(world.me(&second.access).await, 200);
        let refreshed = world.list(&second.access).await;
        assert_eq!(refreshed.len(), 1, "{refreshed:?}");
        assert_eq!(refreshed[0]["session_id"], sessions[0]["session_id"]);
        assert_ne!(refreshed[0]["last_used_at"], sessions[0]["last_used_at"]);

        let logout = WireRequest::new("POST", &format!("{base}/logout")).bearer(&second.access);
        assert_eq!(world.send(logout).await.status, 204);
        assert_eq!(world.me(&second.access).await, 401);
        assert_eq!(world.refresh(base, &second.refresh).await.status, 401);
        assert_eq!(world.rows().await, []);

        // An old spent token ends its session when it is presented.
        let stolen = world.login(base).await;
        let kept = tokens(&world.refresh(base, &stolen.refresh).await);
        assert_eq!(world.me(&kept.access).await, 200);
        world.clock.advance(Duration::MINUTE);
        assert_eq!(world.refresh(base, &stolen.refresh).await.status, 401);
        assert_eq!(world.me(&kept.access).await, 401);
        assert_eq!(world.rows().await, []);
    }
    assert_eq!(world.count(EventKind::TokenReused), BACKENDS.len());
}

async fn simultaneous_refreshes_within_the_grace_get_one_successor(home: impl Home) {
    let world = World::new(home.open_wide().await, None).await;
    for base in BACKENDS {
        let first = world.login(base).await;
        let replies = world.storm(base, &first.refresh).await;
        let mut successors: Vec<_> = replies
            .iter()
            .map(|reply| {
                assert_eq!(reply.status, 200, "{reply}");
                tokens(reply).refresh
            })
            .collect();
        successors.dedup();
        assert_eq!(successors.len(), 1);
        assert_ne!(successors[0], first.refresh);
        assert_eq!(world.refresh(base, &successors[0]).await.status, 200);
    }
    assert_eq!(world.count(EventKind::TokenReused), 0);
    assert_eq!(world.rows().await.len(), BACKENDS.len());
}

async fn one_simultaneous_refresh_wins_without_grace(home: impl Home) {
    let world = World::new(home.open_wide().await, Some(StdDuration::ZERO)).await;
    for base in BACKENDS {
        let first = world.login(base).await;
        let replies = world.storm(base, &first.refresh).await;
        let (good, refused): (Vec<_>, Vec<_>) =
            replies.iter().partition(|reply| reply.status == 200);
        assert_eq!(good.len(), 1);
        assert!(refused.iter().all(|reply| reply.status == 401));
        assert_eq!(world.rows().await, []);
        let successor = tokens(good[0]);
        assert_eq!(world.refresh(base, &successor.refresh).await.status, 401);
        assert_eq!(world.me(&successor.access).await, 401);
    }
    assert_eq!(world.count(EventKind::TokenReused), BACKENDS.len());
}

/// A minute after a lost reply 64 refreshes get its tokens; after their first use exactly one of 64
/// reports the reuse.
async fn lost_replies_are_repeated_until_the_first_use(home: impl Home) {
    let world = World::new(home.open_wide().await, None).await;
    for (number, base) in (1..).zip(BACKENDS) {
        let first = world.login(base).await;
        let lost = tokens(&world.refresh(base, &first.refresh).await);
        world.clock.advance(Duration::MINUTE);
        let replies = world.storm(base, &first.refresh).await;
        let repeated = replies.iter().map(tokens);
        assert!(
            repeated
                .into_iter()
                .all(|next| next.refresh == lost.refresh)
        );
        assert_eq!(world.count(EventKind::TokenReused), number - 1);

        assert_eq!(world.me(&tokens(&replies[0]).access).await, 200);
        let replies = world.storm(base, &first.refresh).await;
        assert!(replies.iter().all(|reply| reply.status == 401));
        assert_eq!(world.count(EventKind::TokenReused), number);
        assert_eq!(world.me(&lost.access).await, 401);
        assert_eq!(world.rows().await, []);
    }
}

async fn password_change_renews_the_current_session(home: impl Home) {
    let world = World::new(home.open().await, None).await;
    let mut password = PASSWORD;
    for (base, next) in BACKENDS.into_iter().zip([NEW_PASSWORD, PASSWORD]) {
        let own = tokens(&world.try_login(base, password).await);
        let other = tokens(&world.try_login(base, password).await);
        let change = json!({"current_password": password, "new_password": next});
        let change = WireRequest::post("/users/me/change-password", &change);
        let reply = world.send(change.bearer(&own.access)).await;
        assert_eq!(reply.status, 200, "{reply}");
        let renewed = tokens(&reply);

        for old in [&own, &other] {
            assert_eq!(world.me(&old.access).await, 401);
            assert_eq!(world.refresh(base, &old.refresh).await.status, 401);
        }
        assert_eq!(world.me(&renewed.access).await, 200);
        let reply = world.refresh(base, &renewed.refresh).await;
        assert_eq!(reply.status, 200, "{reply}");
        let own = tokens(&reply);
        assert_eq!(world.me(&own.access).await, 200);
        let list = world.list(&own.access).await;
        assert_eq!(list.len(), 1, "{list:?}");
        password = next;
    }
}

async fn a_refresh_that_cannot_be_written_is_503(home: impl Home) {
    let world = World::new(home.open().await, None).await;
    for base in BACKENDS {
        let first = world.login(base).await;
        let (rows, events) = (world.rows().await, world.events.kinds());
        home.refuse_updates().await;
        let reply = world.refresh(base, &first.refresh).await;
        assert_eq!(reply.status, 503, "{reply}");
        assert_eq!(world.rows().await, rows);
        assert_eq!(world.events.kinds(), events);
        assert_eq!(world.me(&first.access).await, 200);

        home.allow_updates().await;
        let reply = world.refresh(base, &first.refresh).await;
        assert_eq!(reply.status, 200, "{reply}");
        assert_eq!(world.me(&tokens(&reply).access).await, 200);
    }
}

async fn rotations_keep_the_size_of_a_session(home: impl Home) {
    const ROTATIONS: i64 = 1500;
    let world = World::new(home.open().await, None).await;
    for base in BACKENDS {
        world.clock.advance(Duration::days(1));
        let mut token = world.login(base).await.refresh;
        let sizes = |rows: Vec<StoredSession>| -> Vec<_> {
            let size = |row: &StoredSession| row.tokens.as_stored_str().len();
            rows.iter().map(size).collect()
        };
        for _ in 0..2 {
            token = tokens(&world.refresh(base, &token).await).refresh;
        }
        let before = sizes(world.rows().await);
        for _ in 0..ROTATIONS {
            world.clock.advance(Duration::SECOND);
            token = tokens(&world.refresh(base, &token).await).refresh;
        }
        let rows = world.rows().await;
        assert_eq!(rows[0].version, ROTATIONS + 2);
        let after = sizes(rows);
        assert_eq!(after.len(), before.len());
        // The generation number has three more digits.
        assert!(after[0] <= before[0] + 3, "{before:?}, {after:?}");
    }
    // All rows of the table, of all owners.
    let end = world.clock.now() + Duration::days(400);
    let all = world.store.purge_sessions(end, u32::MAX).await.unwrap();
    assert_eq!(all, BACKENDS.len() as u64);
}

async fn deletion_of_a_user_removes_its_sessions(home: impl Home) {
    let world = World::new(home.open().await, None).await;
    let tokens = world.login(BACKENDS[0]).await;
    world.login(BACKENDS[1]).await;
    let rows = world.rows().await;
    assert_eq!(rows.len(), 2);
    let ada = auth_core::EmailAddress::parse("ada@example.com").unwrap();
    let ada = world.store.find(&ada.into()).await.unwrap().unwrap();
    world
        .accounts
        .delete(&ada.id, DeleteMode::Hard, &world.accounts.context())
        .await
        .unwrap();
    world.accounts.wait_idle().await;
    assert_eq!(world.me(&tokens.access).await, 401);
    for row in rows {
        assert_eq!(world.store.session(&row.id).await.unwrap(), None);
    }
}
