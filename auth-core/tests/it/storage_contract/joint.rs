//! A store that holds users and their sessions, and such stores that are broken on purpose.

use async_trait::async_trait;
use auth_core::store::memory::{MemorySessionStore, MemoryUserDatabase};
use auth_core::store::{
    DeleteOutcome, InsertOutcome, LoginIdentifier, NewUser, Owner, Page, PageRequest, Precondition,
    SessionPage, SessionStore, StoredSession, UpdateOutcome, UserChange, UserDatabase,
};
use auth_core::testing::contract::{self, Fresh, Guarantee, Verdict};
use auth_core::{Epoch, SessionId, StoreError, User};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::task::yield_now;
use uuid::Uuid;

/// What is wrong with a store.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    LeavesItBehind,
    MovesItBefore,
    MovesWithoutBump,
    MovesEverybodys,
    RevivesTheDead,
    KeepsTheVersion,
}

/// One lock around two stores in memory makes one step of what is written to both.
struct Joint {
    users: MemoryUserDatabase,
    sessions: MemorySessionStore,
    step: Mutex<()>,
    fault: Fault,
}

impl Joint {
    fn new(fault: Fault) -> Self {
        Self {
            users: MemoryUserDatabase::new(),
            sessions: MemorySessionStore::new(),
            step: Mutex::new(()),
            fault,
        }
    }

    /// Writes the new epoch of a user into a session that had the one before.
    async fn carry(&self, id: &SessionId, user: &User) -> Result<(), StoreError> {
        let Some(row) = self.sessions.session(id).await? else {
            return Ok(());
        };
        let before = user.epoch().as_i64() - 1;
        if row.epoch.as_i64() != before && self.fault != Fault::RevivesTheDead {
            return Ok(());
        }
        let next = StoredSession {
            epoch: user.epoch(),
            version: row.version + 1,
            ..row
        };
        if self.fault == Fault::KeepsTheVersion {
            let version = next.version - 1;
            let same = StoredSession { version, ..next };
            return self.sessions.insert_session(same).await;
        }
        self.sessions.swap_session(&next).await.map(drop)
    }
}

#[async_trait]
impl UserDatabase for Joint {
    type User = User;

    async fn update(
        &self,
        id: &Uuid,
        change: UserChange<User>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<User>, StoreError> {
        let _step = self.step.lock().await;
        let keeps = change.keep_session;
        let moves = change.bump_epoch || self.fault == Fault::MovesWithoutBump;
        if self.fault == Fault::MovesItBefore
            && let (Some(keep), Some(mut user)) = (keeps, self.users.get(id).await?)
        {
            user.account.epoch = user.epoch().next();
            self.carry(&keep, &user).await?;
            return self.users.update(id, change, expect).await;
        }
        let outcome = self.users.update(id, change, expect).await?;
        if let (UpdateOutcome::Updated(user), Some(keep), true) = (&outcome, keeps, moves) {
            let mut user = user.clone();
            if self.fault == Fault::MovesWithoutBump {
                let row = self.sessions.session(&keep).await?;
                user.account.epoch = row.map_or(user.epoch(), |row| row.epoch.next());
            }
            match self.fault {
                Fault::LeavesItBehind => {}
                Fault::MovesEverybodys => {
                    let owner = Owner::new("users", &id.to_string()).unwrap();
                    let long_ago = OffsetDateTime::UNIX_EPOCH;
                    let before = user.epoch().previous();
                    let rows = self.sessions.sessions_of(
                        &owner,
                        before,
                        long_ago,
                        SessionPage::first(100),
                    );
                    for row in rows.await? {
                        self.carry(&row.id, &user).await?;
                    }
                }
                _ => self.carry(&keep, &user).await?,
            }
        }
        Ok(outcome)
    }

    async fn get(&self, id: &Uuid) -> Result<Option<User>, StoreError> {
        self.users.get(id).await
    }
    async fn find(&self, login: &LoginIdentifier) -> Result<Option<User>, StoreError> {
        self.users.find(login).await
    }
    async fn insert(&self, new: NewUser<User>) -> Result<InsertOutcome<User>, StoreError> {
        self.users.insert(new).await
    }
    async fn delete(
        &self,
        id: &Uuid,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        self.users.delete(id, expect, owner).await
    }
    async fn list(&self, page: PageRequest<Uuid>) -> Result<Page<User>, StoreError> {
        self.users.list(page).await
    }
    fn validate(&self, report: &mut auth_core::ConfigReport) {
        self.users.validate(report);
    }
}

#[async_trait]
impl SessionStore for Joint {
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError> {
        self.sessions.insert_session(session).await
    }
    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError> {
        let found = self.sessions.session(id).await;
        yield_now().await;
        found
    }
    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError> {
        let _step = self.step.lock().await;
        self.sessions.swap_session(next).await
    }
    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError> {
        self.sessions.delete_session(id).await
    }
    async fn sessions_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError> {
        self.sessions.sessions_of(owner, epoch, now, page).await
    }
    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.sessions
            .delete_sessions_before(owner, epoch, limit)
            .await
    }
    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        self.sessions.delete_sessions_of(owner).await
    }
    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        self.sessions.purge_sessions(now, limit).await
    }
    fn validate(&self, report: &mut auth_core::ConfigReport) {
        self.sessions.validate(report);
    }
}

async fn check(fault: Fault, expected: Option<&str>) {
    let fixture = move || async move { Fresh::new(Joint::new(fault)) };
    let report = contract::sessions_of_users(fixture).await;
    let [(Guarantee::KeepsSession, verdict)] = report.verdicts() else {
        panic!("{report}")
    };
    match (verdict, expected) {
        (Verdict::Kept, None) => {}
        (Verdict::Broken(seen), Some(words)) => assert!(seen.contains(words), "{seen}"),
        other => panic!("{fault:?}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn session_is_kept_in_the_step_of_the_change() {
    check(Fault::None, None).await;
}

#[tokio::test]
async fn broken_stores_are_reported() {
    check(Fault::LeavesItBehind, Some("the session that was kept")).await;
    check(Fault::MovesItBefore, Some("after a stale update")).await;
    check(
        Fault::MovesWithoutBump,
        Some("after an update without a bump"),
    )
    .await;
    check(Fault::MovesEverybodys, Some("after the bump")).await;
    check(Fault::RevivesTheDead, Some("an earlier one had ended")).await;
    check(Fault::KeepsTheVersion, Some("as it was before the bump")).await;
}

/// The same store keeps the other guarantees of both traits.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_store_for_both_keeps_both_contracts() {
    let fixture = || async { Fresh::new(Joint::new(Fault::None)) };
    contract::user_database(fixture).await.assert_kept();
    contract::session_store(fixture).await.assert_kept();
}
