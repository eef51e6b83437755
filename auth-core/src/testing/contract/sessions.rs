//! The cases of `SessionStore`, and the store that they use.

mod basics;
mod cancel;
mod deletion;
mod epochs;
mod listing;
mod outage;
mod owners;
mod purge;
mod reads;
mod received;
mod rotation;
mod swap;
mod users;

use std::sync::Arc;
use std::time::Duration as StdDuration;

use time::{Duration, OffsetDateTime};

use super::case_run::{Stop, Tried, broken, ensure, ensure_eq, failed, judge};
use super::fixture::{Fresh, SessionFixture, UserFixture};
use super::{Guarantee, Verdict};
use crate::login::{AuthMethod, Methods};
use crate::session::{NewSessionParams, RefreshToken, SessionId, Sessions};
use crate::store::memory::MemorySessionStore;
use crate::store::{Owner, SessionPage, SessionStore, SessionTokens, StoredSession};
use crate::testing::master_secret;
use crate::user::Epoch;

const MINUTE: Duration = Duration::MINUTE;

/// The finest time that every engine must hold.
const INSTANT: Duration = Duration::MICROSECOND;

/// Tries one guarantee on a fresh store.
pub(super) async fn try_one<F: SessionFixture>(fixture: Arc<F>, guarantee: Guarantee) -> Verdict {
    judge(async move {
        let fresh = fixture.fresh().await;
        run(StoreUnderTest { fresh }, guarantee).await
    })
    .await
}

/// Tries one guarantee on a fresh store that holds users as well.
pub(super) async fn try_joint<F>(fixture: Arc<F>, guarantee: Guarantee) -> Verdict
where
    F: UserFixture<Store: SessionStore>,
{
    judge(async move {
        let fresh = fixture.fresh().await;
        match guarantee {
            Guarantee::KeepsSession => {
                users::keep_session(&*fixture, StoreUnderTest { fresh }).await
            }
            other => broken(format!("{other} is not a guarantee of sessions of users")),
        }
    })
    .await
}

async fn run<S: SessionStore>(store: StoreUnderTest<S>, guarantee: Guarantee) -> Tried {
    match guarantee {
        Guarantee::SessionRoundTrip => basics::round_trip(store).await,
        Guarantee::SessionAbsence => basics::absence(store).await,
        Guarantee::SwapFromPreviousVersion => swap::from_previous_version(store).await,
        Guarantee::OneSwapWins => swap::one_wins(store).await,
        Guarantee::SwapOfDeleted => swap::of_deleted(store).await,
        Guarantee::OneDeletionWins => deletion::one_wins(store).await,
        Guarantee::SessionListing => listing::order_and_limit(store).await,
        Guarantee::SessionPages => listing::pages(store).await,
        Guarantee::ExactOwners => owners::exact(store).await,
        Guarantee::OwnerRemoval => owners::removal(store).await,
        Guarantee::SessionEpochs => epochs::lists_and_removal(store).await,
        Guarantee::SessionPurge => purge::only_expired(store).await,
        Guarantee::SessionPurgeRace => purge::races(store).await,
        Guarantee::OneDescendant => rotation::one_descendant(store).await,
        Guarantee::NotedUse => received::ends_the_window(store).await,
        Guarantee::SessionWritesAreRead => reads::own_writes(store).await,
        Guarantee::Cancellation => cancel::dropped_calls(store).await,
        Guarantee::Outage => outage::nothing_is_absent(store).await,
        other => broken(format!("{other} is not a guarantee of a session store")),
    }
}

/// A fresh store, with calls that end the case if they fail.
struct StoreUnderTest<S> {
    fresh: Fresh<S>,
}

impl<S: SessionStore> StoreUnderTest<S> {
    fn store(&self) -> &S {
        self.fresh.store()
    }

    async fn insert(&self, session: &StoredSession) -> Tried {
        let inserted = self.store().insert_session(session.clone()).await;
        inserted.map_err(|error| failed("insert_session", &error))
    }

    async fn session(&self, id: &SessionId) -> Tried<Option<StoredSession>> {
        let found = self.store().session(id).await;
        found.map_err(|error| failed("session", &error))
    }

    async fn swap(&self, next: &StoredSession) -> Tried<bool> {
        let swapped = self.store().swap_session(next).await;
        swapped.map_err(|error| failed("swap_session", &error))
    }

    async fn delete(&self, id: &SessionId) -> Tried<bool> {
        let deleted = self.store().delete_session(id).await;
        deleted.map_err(|error| failed("delete_session", &error))
    }

    async fn list(
        &self,
        owner: &Owner,
        now: OffsetDateTime,
        limit: u32,
    ) -> Tried<Vec<StoredSession>> {
        self.list_of(owner, Epoch::FIRST, now, limit).await
    }

    async fn list_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        limit: u32,
    ) -> Tried<Vec<StoredSession>> {
        let page = SessionPage::first(limit);
        let listed = self.store().sessions_of(owner, epoch, now, page).await;
        listed.map_err(|error| failed("sessions_of", &error))
    }

    async fn remove_of(&self, owner: &Owner) -> Tried<u64> {
        let removed = self.store().delete_sessions_of(owner).await;
        removed.map_err(|error| failed("delete_sessions_of", &error))
    }

    async fn remove_before(&self, owner: &Owner, epoch: Epoch, limit: u32) -> Tried<u64> {
        let removed = self.store().delete_sessions_before(owner, epoch, limit);
        let removed = removed.await;
        removed.map_err(|error| failed("delete_sessions_before", &error))
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Tried<u64> {
        let purged = self.store().purge_sessions(now, limit).await;
        purged.map_err(|error| failed("purge_sessions", &error))
    }

    /// Asserts that the store holds exactly this of a session, or nothing.
    async fn holds(&self, when: &str, id: &SessionId, expected: Option<&StoredSession>) -> Tried {
        let found = self.session(id).await?;
        ensure(found.as_ref() == expected, || match (&found, expected) {
            (Some(found), Some(expected)) => {
                format!("{when} a session differs: {}", difference(found, expected))
            }
            (Some(_), None) => format!("{when} a session is there and should not be"),
            (None, _) => format!("{when} a session is not there"),
        })
    }

    /// Asserts what a swap answers.
    async fn swaps(&self, what: &str, next: &StoredSession, expected: bool) -> Tried {
        ensure_eq(what, &self.swap(next).await?, &expected)
    }
}

impl<S> Clone for StoreUnderTest<S> {
    fn clone(&self) -> Self {
        Self {
            fresh: self.fresh.clone(),
        }
    }
}

/// Which columns are not the same, and how. Tokens are not shown.
fn difference(found: &StoredSession, expected: &StoredSession) -> String {
    let columns = |session: &StoredSession| {
        let StoredSession {
            id,
            owner,
            backend,
            epoch,
            created_at,
            last_used_at,
            expires_at,
            ends_at,
            client,
            version,
            tokens: _,
            auth_time,
            methods,
        } = session;
        [
            ("id", format!("{id:?}")),
            ("owner", format!("{owner:?}")),
            ("backend", format!("{backend:?}")),
            ("epoch", format!("{epoch:?}")),
            ("created_at", format!("{created_at:?}")),
            ("last_used_at", format!("{last_used_at:?}")),
            ("expires_at", format!("{expires_at:?}")),
            ("ends_at", format!("{ends_at:?}")),
            ("client", format!("{client:?}")),
            ("version", format!("{version:?}")),
            ("auth_time", format!("{auth_time:?}")),
            ("methods", format!("{methods:?}")),
        ]
    };
    let pairs = columns(found).into_iter().zip(columns(expected));
    let mut parts: Vec<_> = pairs
        .filter(|(found, expected)| found != expected)
        .map(|((name, found), (_, expected))| format!("{name} is {found} instead of {expected}"))
        .collect();
    if found.tokens != expected.tokens {
        parts.push("the tokens are others".to_owned());
    }
    parts.join(", ")
}

/// A whole second, so that only the cases about fractions fail on a store that rounds.
fn start() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_800_000_000)
}

fn owner(key: &str) -> Tried<Owner> {
    Owner::new("test", key).ok_or_else(|| Stop::Broken(format!("no owner: {key:?}")))
}

fn new_id() -> Tried<SessionId> {
    SessionId::generate().map_err(|error| Stop::Broken(error.to_string()))
}

/// A session of this owner that begins now and expires an hour later, without values that a store is
/// likely to lose: another case has those.
fn session_of(owner: &Owner) -> Tried<StoredSession> {
    let start = start();
    Ok(StoredSession {
        id: new_id()?,
        owner: owner.clone(),
        backend: "web".to_owned(),
        epoch: Epoch::FIRST,
        created_at: start,
        last_used_at: start,
        expires_at: start + Duration::HOUR,
        ends_at: start + Duration::DAY,
        client: None,
        version: 0,
        tokens: SessionTokens::from_stored("{\"a\":1}".to_owned()),
        auth_time: start,
        methods: Methods::none(),
    })
}

/// The next version of a session, written by another caller with a mark.
fn next(session: &StoredSession, mark: &str) -> StoredSession {
    StoredSession {
        version: session.version.saturating_add(1),
        tokens: SessionTokens::from_stored(mark.to_owned()),
        ..session.clone()
    }
}

/// A session with a refresh token, as a login begins it.
fn begun(sessions: &Sessions, now: OffsetDateTime) -> Tried<(RefreshToken, StoredSession)> {
    let session = sessions
        .new_session()
        .map_err(|error| Stop::Broken(error.to_string()))?;
    let params = NewSessionParams {
        remembered: true,
        privileges: None,
        owner: owner("ada")?,
        backend: "web",
        epoch: Epoch::FIRST,
        client: None,
        access_life: Some(StdDuration::from_hours(1)),
        auth_time: now,
        methods: AuthMethod::PASSWORD.into(),
        now,
    };
    let row = sessions.first_row(&session, params);
    Ok((session.token, row))
}

/// The rules of sessions, with this grace. The store behind them is never asked.
fn rules(grace: StdDuration) -> Sessions {
    Sessions::new(MemorySessionStore::new(), &master_secret()).refresh_grace(grace)
}
