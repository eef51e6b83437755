//! The store in memory with one fault at a time.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex as BlockingMutex;

use async_trait::async_trait;
use auth_core::login::Methods;
use auth_core::store::memory::MemorySessionStore;
use auth_core::store::{
    Owner, SessionPage, SessionPosition, SessionStore, SessionTokens, StoredSession,
};
use auth_core::testing::{FaultInjector, ProbedSessionStore};
use auth_core::{Epoch, SessionId, StoreError};
use time::{Duration, OffsetDateTime};
use tokio::sync::{Mutex, MutexGuard, Semaphore};
use tokio::task::yield_now;

/// What is wrong with a store.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fault {
    IgnoresTheVersion,
    TakesAnyLaterVersion,
    ComparesBeforeItSwaps,
    SwapIsSilent,
    SwapInserts,
    SwapKeepsTheDeadline,
    LosesTheClient,
    CutsTheClient,
    LosesTheAuthTime,
    LosesTheMethods,
    SwapKeepsTheMethods,
    WritesUsesLater,
    RoundsTimes,
    HidesWhatIsOver,
    AbsenceIsAnError,
    DeletionIsSilent,
    ListsWhatIsGone,
    LooksBeforeItDeletes,
    ListsWhatIsOver,
    ListsEarlierEpochs,
    RemovesThePresentEpoch,
    RemovesAllEarlierEpochs,
    RemovesOfEveryOwner,
    ListsOldestFirst,
    ListsByIdBackwards,
    ListsOneTooMany,
    StartsEachPageAtTheFirst,
    RepeatsTheLastOfAPage,
    PagesByTimeOnly,
    FoldsCase,
    TrimsOwners,
    RemovesTheLivingOnly,
    RemovesAHundred,
    PurgesTheLiving,
    SparesTheLastMoment,
    PurgesWithoutLimit,
    PurgesWhatItSawBefore,
    ErrorsAreAbsence,
    RemembersWhatItRead,
    WritesInTwoSteps,
    LeaksConnections,
    Hangs,
    Panics,
}

/// The store in memory with a fault.
pub(super) struct Broken {
    inner: ProbedSessionStore<MemorySessionStore>,
    fault: Fault,
    /// Held for a whole call by the store that writes in two steps.
    turn: Mutex<()>,
    /// The connections of the store that leaks them.
    pool: Semaphore,
    /// Every session that was ever inserted, by id, so that a faulty statement can be told.
    seen: BlockingMutex<BTreeMap<SessionId, StoredSession>>,
    /// What the store that remembers has read.
    read: BlockingMutex<HashMap<SessionId, StoredSession>>,
}

impl Broken {
    pub(super) fn new(fault: Fault, plan: &FaultInjector) -> Self {
        Self {
            inner: ProbedSessionStore::new(MemorySessionStore::new(), plan),
            fault,
            turn: Mutex::new(()),
            pool: Semaphore::new(4),
            seen: BlockingMutex::default(),
            read: BlockingMutex::default(),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// What goes wrong in every call. The store that writes in two steps excludes readers.
    async fn call(&self) -> Option<MutexGuard<'_, ()>> {
        match self.fault {
            Fault::Hangs => std::future::pending().await,
            Fault::Panics => panic!("out of cheese"),
            Fault::LeaksConnections => {
                self.pool.acquire().await.unwrap().forget();
                yield_now().await;
                self.pool.add_permits(1);
                None
            }
            Fault::WritesInTwoSteps => Some(self.turn.lock().await),
            _ => None,
        }
    }

    /// The session as it is written.
    fn spoilt(&self, session: &StoredSession) -> StoredSession {
        let mut session = session.clone();
        match self.fault {
            Fault::LosesTheClient => session.client = None,
            Fault::CutsTheClient => {
                let cut = |client: String| client.chars().take(191).collect();
                session.client = session.client.map(cut);
            }
            Fault::LosesTheAuthTime => session.auth_time = session.created_at,
            Fault::LosesTheMethods => session.methods = Methods::none(),
            Fault::RoundsTimes => {
                session.created_at = session.created_at.replace_nanosecond(0).unwrap();
            }
            _ => {}
        }
        session
    }

    fn is_same(&self, one: &Owner, other: &Owner) -> bool {
        let text = |owner: &Owner| match self.fault {
            Fault::FoldsCase => owner.as_str().to_lowercase(),
            Fault::TrimsOwners => owner.as_str().trim_end_matches(' ').to_owned(),
            _ => owner.as_str().to_owned(),
        };
        text(one) == text(other)
    }

    /// What there is of those that were inserted.
    async fn all(&self) -> Result<Vec<StoredSession>, StoreError> {
        let ids: Vec<_> = self.seen.lock().unwrap().keys().copied().collect();
        let mut rows = Vec::new();
        for id in ids {
            rows.extend(self.inner.session(&id).await?);
        }
        Ok(rows)
    }

    async fn delete_those(&self, rows: Vec<StoredSession>) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for row in rows {
            deleted += u64::from(self.inner.delete_session(&row.id).await?);
        }
        Ok(deleted)
    }

    /// Overwrites the row, or inserts it if there is none.
    async fn write(&self, next: &StoredSession) -> Result<(), StoreError> {
        self.inner.insert_session(next.clone()).await
    }
}

fn is_after(position: &SessionPosition, row: &StoredSession) -> bool {
    position.precedes(row.last_used_at, &row.id)
}

/// Whether a swap notes a later use, which a store with a buffer for uses writes at another time.
fn is_later_use(before: Option<&StoredSession>, next: &StoredSession) -> bool {
    before.is_some_and(|before| {
        let is_next = before.version + 1 == next.version;
        let is_later = next.last_used_at > before.last_used_at;
        is_next && is_later && next.expires_at > before.expires_at
    })
}

#[async_trait]
impl SessionStore for Broken {
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError> {
        let _turn = self.call().await;
        let session = self.spoilt(&session);
        let copy = session.clone();
        self.seen.lock().unwrap().insert(session.id, copy);
        if self.is(Fault::WritesInTwoSteps) {
            // The row first, and its tokens after it.
            let half = StoredSession {
                tokens: SessionTokens::from_stored(String::new()),
                ..session.clone()
            };
            self.inner.insert_session(half).await?;
            yield_now().await;
        }
        self.inner.insert_session(session).await
    }

    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError> {
        let _turn = self.call().await;
        if self.is(Fault::RemembersWhatItRead)
            && let Some(row) = self.read.lock().unwrap().get(id)
        {
            return Ok(Some(row.clone()));
        }
        let found = match self.inner.session(id).await {
            Err(_) if self.is(Fault::ErrorsAreAbsence) => None,
            Ok(None) if self.is(Fault::AbsenceIsAnError) => {
                return Err(StoreError::new("no rows"));
            }
            answer => answer?,
        };
        if let Some(row) = &found {
            self.read.lock().unwrap().insert(*id, row.clone());
        }
        let is_hidden = |row: &StoredSession| {
            self.is(Fault::HidesWhatIsOver) && row.expires_at < row.created_at
        };
        Ok(found.filter(|row| !is_hidden(row)))
    }

    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError> {
        let _turn = self.call().await;
        let mut next = self.spoilt(next);
        let before = self.inner.session(&next.id).await?;
        match self.fault {
            Fault::IgnoresTheVersion => {
                if before.is_some() {
                    self.write(&next).await?;
                }
                return Ok(before.is_some());
            }
            Fault::TakesAnyLaterVersion => {
                let is_later = before.is_some_and(|before| before.version < next.version);
                if is_later {
                    self.write(&next).await?;
                }
                return Ok(is_later);
            }
            Fault::ComparesBeforeItSwaps => {
                let fits = before.is_some_and(|before| before.version + 1 == next.version);
                yield_now().await;
                // An update of the row: nothing is inserted.
                if fits && self.inner.session(&next.id).await?.is_some() {
                    self.write(&next).await?;
                }
                return Ok(fits);
            }
            Fault::SwapIsSilent => {
                self.inner.swap_session(&next).await?;
                return Ok(true);
            }
            Fault::SwapInserts if before.is_none() => {
                self.write(&next).await?;
                return Ok(true);
            }
            Fault::SwapKeepsTheDeadline => {
                if let Some(before) = before {
                    next.expires_at = before.expires_at;
                }
            }
            Fault::SwapKeepsTheMethods => {
                if let Some(before) = before {
                    next.methods = before.methods;
                }
            }
            Fault::WritesUsesLater if is_later_use(before.as_ref(), &next) => return Ok(true),
            Fault::WritesInTwoSteps => {
                if before.is_none_or(|before| before.version + 1 != next.version) {
                    return Ok(false);
                }
                self.inner.delete_session(&next.id).await?;
                yield_now().await;
                self.write(&next).await?;
                return Ok(true);
            }
            _ => {}
        }
        self.inner.swap_session(&next).await
    }

    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError> {
        let _turn = self.call().await;
        match self.fault {
            Fault::DeletionIsSilent => {
                self.inner.delete_session(id).await?;
                Ok(true)
            }
            Fault::LooksBeforeItDeletes => {
                let is_there = self.inner.session(id).await?.is_some();
                yield_now().await;
                self.inner.delete_session(id).await?;
                Ok(is_there)
            }
            _ => {
                self.read.lock().unwrap().remove(id);
                self.inner.delete_session(id).await
            }
        }
    }

    async fn sessions_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError> {
        let _turn = self.call().await;
        let limit = match self.fault {
            Fault::ListsOneTooMany => page.limit.saturating_add(1),
            _ => page.limit,
        };
        let mut rows = self
            .inner
            .sessions_of(owner, epoch, now, SessionPage::first(0))
            .await?;
        rows.extend(self.all().await?);
        if self.is(Fault::ListsWhatIsGone) {
            let seen = self.seen.lock().unwrap();
            let is_gone = |row: &&StoredSession| rows.iter().all(|there| there.id != row.id);
            let gone: Vec<_> = seen.values().filter(is_gone).cloned().collect();
            rows.extend(gone);
        }
        rows.retain(|row| {
            let lives = row.expires_at > now || self.is(Fault::ListsWhatIsOver);
            let is_of_epoch = row.epoch == epoch || self.is(Fault::ListsEarlierEpochs);
            let follows = page.after.is_none_or(|after| match self.fault {
                Fault::StartsEachPageAtTheFirst => true,
                Fault::RepeatsTheLastOfAPage => row.id == after.id || is_after(&after, row),
                Fault::PagesByTimeOnly => row.last_used_at < after.last_used_at,
                _ => is_after(&after, row),
            });
            lives && is_of_epoch && follows && self.is_same(&row.owner, owner)
        });
        let id = |row: &StoredSession| *row.id.as_uuid();
        match self.fault {
            Fault::ListsOldestFirst => rows.sort_by_key(|row| (row.last_used_at, id(row))),
            Fault::ListsByIdBackwards => {
                rows.sort_by_key(|row| std::cmp::Reverse((row.last_used_at, id(row))));
            }
            _ => rows.sort_by_key(|row| (std::cmp::Reverse(row.last_used_at), id(row))),
        }
        rows.truncate(usize::try_from(limit).unwrap());
        Ok(rows)
    }

    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let _turn = self.call().await;
        match self.fault {
            Fault::RemovesThePresentEpoch => {
                let later = Epoch::from_i64(epoch.as_i64() + 1);
                self.inner.delete_sessions_before(owner, later, limit).await
            }
            Fault::RemovesAllEarlierEpochs => {
                self.inner
                    .delete_sessions_before(owner, epoch, u32::MAX)
                    .await
            }
            Fault::RemovesOfEveryOwner => {
                let mut rows = self.all().await?;
                rows.retain(|row| row.epoch < epoch);
                rows.truncate(usize::try_from(limit).unwrap());
                self.delete_those(rows).await
            }
            _ => self.inner.delete_sessions_before(owner, epoch, limit).await,
        }
    }

    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        let _turn = self.call().await;
        match self.fault {
            Fault::FoldsCase | Fault::TrimsOwners => {
                let mut rows = self.all().await?;
                rows.retain(|row| self.is_same(&row.owner, owner));
                self.delete_those(rows).await
            }
            Fault::RemovesTheLivingOnly => {
                let mut rows = self.all().await?;
                rows.retain(|row| row.owner == *owner && row.expires_at >= row.created_at);
                self.delete_those(rows).await
            }
            Fault::RemovesAHundred => {
                let mut rows = self.all().await?;
                rows.retain(|row| row.owner == *owner);
                rows.truncate(100);
                self.delete_those(rows).await
            }
            _ => self.inner.delete_sessions_of(owner).await,
        }
    }

    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        let _turn = self.call().await;
        match self.fault {
            Fault::PurgesTheLiving => {
                let later = now + Duration::SECOND;
                self.inner.purge_sessions(later, limit).await
            }
            Fault::SparesTheLastMoment => {
                let before = now - Duration::NANOSECOND;
                self.inner.purge_sessions(before, limit).await
            }
            Fault::PurgesWithoutLimit => self.inner.purge_sessions(now, u32::MAX).await,
            Fault::PurgesWhatItSawBefore => {
                let mut over = self.all().await?;
                over.retain(|row| row.expires_at <= now);
                over.truncate(limit as usize);
                yield_now().await;
                self.delete_those(over).await
            }
            _ => self.inner.purge_sessions(now, limit).await,
        }
    }
    fn validate(&self, report: &mut auth_core::ConfigReport) {
        self.inner.validate(report);
    }
}
