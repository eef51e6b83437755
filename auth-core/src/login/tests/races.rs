//! Many clients at once, and clients that disconnect.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Waker};

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::sync::Barrier;

use super::{World, inactive};
use crate::error::StoreError;
use crate::event::EventKind;
use crate::http::BufferedRequest;
use crate::login::{IssuedTokens, PresentedTokens};
use crate::store::memory::MemorySessionStore;
use crate::store::{Owner, SessionPage, SessionStore, StoredSession};
use crate::testing::master_secret;
use crate::{Epoch, SessionId, Sessions, User};

const RACERS: usize = 64;

/// Runs as many calls at one moment, on several threads, and returns their results.
pub(super) async fn race<T: Send + 'static, F>(calls: impl Iterator<Item = F>) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let calls: Vec<_> = calls.collect();
    let gate = Arc::new(Barrier::new(calls.len()));
    let racers: Vec<_> = calls
        .into_iter()
        .map(|call| {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move {
                gate.wait().await;
                call.await
            })
        })
        .collect();
    let mut results = Vec::new();
    for racer in racers {
        results.push(racer.await.unwrap());
    }
    results
}

pub(super) async fn is_accepted(world: &World, tokens: &IssuedTokens<User>) -> bool {
    let head = BufferedRequest::new("GET", Vec::new())
        .header(
            "authorization",
            format!("Bearer {}", tokens.access.expose()),
        )
        .head;
    let who = world.auth.authenticate(&head).await.unwrap();
    who.user().is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_logins_have_a_session_each_and_parallel_refreshes_one_successor() {
    let world = Arc::new(World::with_ada().await);
    let logins = race((0..RACERS).map(|_| {
        let world = Arc::clone(&world);
        async move { world.logged_in("api").await }
    }));
    let logins = logins.await;
    let sessions: BTreeSet<_> = logins.iter().map(|tokens| tokens.session).collect();
    assert_eq!((sessions.len(), world.stored().await), (RACERS, RACERS));
    assert_eq!(world.raised(EventKind::SessionCreated), RACERS);
    assert_eq!(world.raised(EventKind::LoginSucceeded), RACERS);

    let token = logins[0].refresh.as_ref().unwrap().expose();
    let refreshed = race((0..RACERS).map(|_| {
        let (world, token) = (Arc::clone(&world), token.to_owned());
        async move {
            let context = world.auth.accounts().context();
            world.auth.refresh("api", &token, &context).await.unwrap()
        }
    }));
    let refreshed = refreshed.await;
    let texts: BTreeSet<_> = refreshed
        .iter()
        .map(|tokens| {
            (
                tokens.access.expose(),
                tokens.refresh.as_ref().unwrap().expose(),
            )
        })
        .collect();
    assert_eq!(texts.len(), 1, "one successor for all");
    assert!(is_accepted(&world, &refreshed[0]).await);

    let token = logins[1].access.expose();
    let ended = race((0..RACERS).map(|_| {
        let (world, token) = (Arc::clone(&world), token.to_owned());
        async move {
            let context = world.auth.accounts().context();
            let presented = PresentedTokens::none().with_access(&token);
            world
                .auth
                .log_out("api", presented, &context)
                .await
                .unwrap();
        }
    }));
    ended.await;
    assert_eq!(world.raised(EventKind::SessionEnded), 1);
    assert_eq!(world.stored().await, RACERS - 1);
}

/// Whatever overlaps with a deactivation is worth nothing after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_login_outlives_a_deactivation() {
    let world = Arc::new(World::with_ada().await);
    let user = world.proof().await.user().clone();
    let logins = race((0..RACERS).map(|number| {
        let (world, user) = (Arc::clone(&world), user.clone());
        async move {
            if number == RACERS / 2 {
                let change = crate::store::UserChange {
                    bump_epoch: true,
                    ..inactive()
                };
                world.change(&user, change).await;
                return None;
            }
            let proof = world.check(crate::testing::PASSWORD).await.ok()?;
            let backend = if number % 2 == 0 { "jwt" } else { "api" };
            world.log_in(backend, proof).await.ok()
        }
    }));
    let context = world.auth.accounts().context();
    for tokens in logins.await.into_iter().flatten() {
        assert!(!is_accepted(&world, &tokens).await);
        if let Some(refresh) = tokens.refresh {
            let refused = world.auth.refresh("api", refresh.expose(), &context).await;
            assert!(refused.is_err());
        }
    }
}

/// A store in which other tasks run before and after each step, so that a call can be dropped there.
struct Slow(Arc<MemorySessionStore>);

macro_rules! slowly {
    ($call:expr) => {{
        tokio::task::yield_now().await;
        let result = $call.await;
        tokio::task::yield_now().await;
        result
    }};
}

#[async_trait]
impl SessionStore for Slow {
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError> {
        slowly!(self.0.insert_session(session))
    }
    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError> {
        slowly!(self.0.session(id))
    }
    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError> {
        slowly!(self.0.swap_session(next))
    }
    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError> {
        slowly!(self.0.delete_session(id))
    }
    async fn sessions_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError> {
        self.0.sessions_of(owner, epoch, now, page).await
    }
    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.0.delete_sessions_before(owner, epoch, limit).await
    }
    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        self.0.delete_sessions_of(owner).await
    }
    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        self.0.purge_sessions(now, limit).await
    }
    fn validate(&self, report: &mut crate::config::ConfigReport) {
        self.0.validate(report);
    }
}

/// Polls a call so many times, with turns for other tasks in between, and drops it.
async fn drop_after<T>(polls: u32, call: impl Future<Output = T>) -> Option<T> {
    let mut call = pin!(call);
    for _ in 0..polls {
        let polled = call
            .as_mut()
            .poll(&mut TaskContext::from_waker(Waker::noop()));
        if let std::task::Poll::Ready(done) = polled {
            return Some(done);
        }
        tokio::task::yield_now().await;
    }
    None
}

/// However early a client disconnects: no session without its events, and none ends half.
#[tokio::test]
async fn dropped_calls_leave_no_session_without_its_events() {
    let store = Arc::new(MemorySessionStore::new());
    let slow = Slow(Arc::clone(&store));
    let world = World::with(|accounts| accounts.sessions(Sessions::new(slow, &master_secret())));
    let user = world.register("ada@example.com").await;
    let accounts = world.auth.accounts();
    let context = accounts.context();
    let owner = accounts
        .session_settings()
        .unwrap()
        .owner(&user.id)
        .unwrap();
    let (mut dropped, mut done) = (0, 0);
    for polls in 0..24 {
        let old = world.logged_in("web").await;
        let replaced = PresentedTokens::none().with_access(old.access.expose());
        let proof = world.proof().await;
        let login = world
            .auth
            .log_in_replacing("web", proof, replaced, &context);
        match drop_after(polls, login).await {
            Some(step) => {
                step.unwrap().done().unwrap();
                done += 1;
            }
            None => dropped += 1,
        }
        accounts.wait_idle().await;
        let logout = world.auth.log_out("web", replaced, &context);
        drop_after(polls, logout).await;
        accounts.wait_idle().await;
        let stored = store
            .sessions_of(
                &owner,
                Epoch::FIRST,
                accounts.now(),
                SessionPage::first(1000),
            )
            .await
            .unwrap();
        let (created, ended) = (
            world.raised(EventKind::SessionCreated),
            world.raised(EventKind::SessionEnded),
        );
        assert_eq!(stored.len(), created - ended, "after {polls} polls");
        assert_eq!(world.raised(EventKind::LoginSucceeded), created);
        let after = world.calls().await;
        let after = after.iter().filter(|call| call.starts_with("after"));
        assert!(after.count() >= 1, "the first login of this round");
    }
    assert!(dropped > 3 && done > 3, "{dropped} dropped, {done} done");
}
