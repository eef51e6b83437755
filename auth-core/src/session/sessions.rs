//! The configuration of sessions, and what needs their keys.

use std::fmt;
use std::sync::Arc;
use std::time::Duration as StdDuration;

use time::{Duration, OffsetDateTime};

use super::refresh_token::RefreshToken;
use super::{Draft, Exchange};
use crate::config::{ConfigProblem, ConfigReport};
use crate::error::{StoreError, Unavailable};
use crate::secret::{MasterSecret, Purpose, RandomError, Secret, SubKeys};
use crate::store::{ACCESS, Moment, Owner, Rotation, SessionStore, SessionTokens, StoredSession};
use crate::user::Epoch;

/// Where sessions are kept, and how long they live.
///
/// | setting | default | range |
/// | --- | --- | --- |
/// | `idle` | 30 days | 1 second to 400 days |
/// | `absolute` | 90 days | `idle` to 400 days |
/// | `refresh_grace` | 10 seconds | none to 5 minutes |
///
/// A user may have any number of sessions at the same time.
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Secret};
/// use auth_core::session::Sessions;
/// use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
/// use auth_core::{Accounts, Auth, Backend, BearerTransport, OpaqueStrategy, User};
/// use std::time::Duration;
///
/// let master = MasterSecret::new(Secret::generate()?);
/// let sessions = Sessions::new(MemorySessionStore::new(), &master)
///     .idle(Duration::from_secs(8 * 60 * 60))
///     .absolute(Duration::from_secs(24 * 60 * 60));
/// let accounts = Accounts::<User>::builder(MemoryUserDatabase::new(), &master)
///     .expiring_store(MemoryExpiringStore::new())
///     .sessions(sessions);
/// let auth = Auth::builder(accounts)
///     .backend(Backend::new("api", BearerTransport::new(), OpaqueStrategy::new()))
///     .build()?;
/// assert!(auth.routes().any(|route| route.path() == "/auth/refresh"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sessions {
    store: Arc<dyn SessionStore>,
    keys: SubKeys,
    realm: String,
    idle: Duration,
    absolute: Duration,
    grace: Duration,
}

impl Sessions {
    /// Sessions in this store. What their tokens are digested with is derived from the master secret.
    #[must_use]
    pub fn new(store: impl SessionStore, master: &MasterSecret) -> Self {
        Self::with_keys(store, master.keys(Purpose::SESSION_DIGEST))
    }

    /// Sessions in this store, whose tokens are digested with a secret of their own. It stays what it
    /// is while the application runs.
    #[must_use]
    pub fn with_secret(store: impl SessionStore, secret: Secret) -> Self {
        Self::with_keys(store, SubKeys::fixed(secret))
    }

    fn with_keys(store: impl SessionStore, keys: SubKeys) -> Self {
        Self {
            store: Arc::new(store),
            keys,
            realm: "users".to_owned(),
            idle: Duration::days(30),
            absolute: Duration::days(90),
            grace: Duration::seconds(10),
        }
    }

    /// Sets after how long an unused session ends. A use is recorded at most once a minute, so it
    /// may end up to a minute earlier than that after the last use, and never later.
    #[must_use]
    pub fn idle(mut self, idle: StdDuration) -> Self {
        self.idle = limited(idle);
        self
    }

    /// After how long a session ends whatever happens.
    #[must_use]
    pub fn absolute(mut self, absolute: StdDuration) -> Self {
        self.absolute = limited(absolute);
        self
    }

    /// For how long after a rotation the refresh token before it is answered with the same successor:
    /// for replies that were lost, and for tabs that refresh at the same moment. Zero is strict: a
    /// token that comes a second time ends its session.
    ///
    /// It reaches back one generation and no further. Where the token is a cookie, which tabs share, a
    /// refresh within the grace of another one answers the token that is there and makes none, so
    /// that no tab can fall two behind.
    #[must_use]
    pub fn refresh_grace(mut self, grace: StdDuration) -> Self {
        self.grace = limited(grace);
        self
    }

    /// Puts the sessions into the realm of their accounts.
    #[must_use]
    pub(crate) fn in_realm(mut self, realm: &str) -> Self {
        realm.clone_into(&mut self.realm);
        self
    }

    pub(crate) fn validate(&self, report: &mut ConfigReport) {
        const LONGEST: Duration = Duration::days(400);
        self.store.validate(report);
        report.sub_keys("the secret of session digests", &self.keys);
        let mut range = |which: &str, value, min: Duration, max, words: [&'static str; 2]| {
            if !(min..=max).contains(&value) {
                report.problem(ConfigProblem::LifetimeOutOfRange {
                    which: which.to_owned(),
                    min: words[0],
                    max: words[1],
                });
            }
        };
        let second = Duration::SECOND;
        range(
            "the idle time of sessions",
            self.idle,
            second,
            LONGEST,
            ["1 second", "400 days"],
        );
        range(
            "the absolute life of sessions",
            self.absolute,
            self.idle.min(LONGEST),
            LONGEST,
            ["their idle time", "400 days"],
        );
        range(
            "the grace of refresh tokens",
            self.grace,
            Duration::ZERO,
            Duration::minutes(5),
            ["none", "5 minutes"],
        );
    }

    /// The deadlines in words.
    pub(crate) fn rules(&self) -> Vec<(&'static str, String)> {
        vec![
            ("an unused session ends after", words(self.idle)),
            ("a session ends in any case after", words(self.absolute)),
            (
                "a refresh token that is spent is answered once more for",
                words(self.grace),
            ),
        ]
    }

    pub(crate) fn store(&self) -> &dyn SessionStore {
        &*self.store
    }

    /// Whose session a user's is.
    pub(crate) fn owner(&self, key: &impl fmt::Display) -> Result<Owner, StoreError> {
        Owner::new(&self.realm, &key.to_string()).ok_or_else(|| {
            StoreError::new("the key of a user is too long for an owner of sessions")
        })
    }

    /// The key of the user whose session this is; `None` for one of another population.
    pub(crate) fn key_of<'s>(&self, session: &'s StoredSession) -> Option<&'s str> {
        session.owner.key_in(&self.realm)
    }

    /// How old a noted use may be before another one is noted.
    pub(crate) fn is_worth_noting(&self, session: &StoredSession, now: OffsetDateTime) -> bool {
        let step = (self.idle / 20_i32).min(Duration::MINUTE);
        now - session.last_used_at >= step
    }

    /// The session, used now.
    pub(crate) fn used(
        &self,
        session: &StoredSession,
        now: OffsetDateTime,
    ) -> Option<StoredSession> {
        session.used_at(now, self.idle)
    }

    pub(crate) fn draft(&self) -> Result<Draft, RandomError> {
        Draft::draw(self.keys.active())
    }

    /// The row of a new session.
    pub(crate) fn first_row(&self, draft: &Draft, begin: Begin<'_>) -> StoredSession {
        let Begin {
            owner,
            backend,
            epoch,
            client,
            access_life,
            now,
        } = begin;
        let ends_at = now.saturating_add(self.absolute);
        let slots = draft.slots(access_life, now);
        StoredSession {
            id: draft.token.id,
            owner,
            backend: backend.to_owned(),
            epoch,
            created_at: now,
            last_used_at: now,
            expires_at: now.saturating_add(self.idle).min(ends_at),
            ends_at,
            client,
            version: 0,
            tokens: SessionTokens::new(&slots),
        }
    }

    /// The successor of a presented token, should it be good.
    pub(crate) fn exchange(&self, presented: &RefreshToken) -> Result<Exchange, RandomError> {
        Exchange::draw(self.keys.active(), presented)
    }

    pub(crate) fn rotation(
        &self,
        presented: &RefreshToken,
        exchange: &Exchange,
        access_life: Option<StdDuration>,
        shared: bool,
        now: OffsetDateTime,
    ) -> Rotation {
        Rotation {
            id: presented.id,
            keys: self.keys.clone(),
            family: presented.family.clone(),
            presented: presented.secret.clone(),
            now,
            grace: self.grace,
            idle: self.idle,
            shared,
            successor: exchange.successor(access_life, now),
        }
    }

    /// The current token, for a client that presented the previous one.
    pub(crate) fn repeat(
        &self,
        presented: &RefreshToken,
        row: &StoredSession,
    ) -> Result<Option<Exchange>, StoreError> {
        let slots = row.tokens.slots()?;
        let key = self.keys.find(slots.refresh.kid());
        Ok(key
            .zip(slots.previous)
            .map(|(key, previous)| Exchange::with_nonce(key, presented, previous.nonce)))
    }

    /// The current token, for a client that presented it.
    pub(crate) fn keep(
        &self,
        presented: RefreshToken,
        row: &StoredSession,
    ) -> Result<Option<Exchange>, StoreError> {
        let slots = row.tokens.slots()?;
        let key = self.keys.find(slots.refresh.kid());
        Ok(key.map(|key| Exchange::current(key, presented)))
    }

    /// How long the opaque access token of this generation still lives.
    pub(crate) fn access_life_left(
        row: &StoredSession,
        now: OffsetDateTime,
    ) -> Result<Option<StdDuration>, StoreError> {
        let access = row.tokens.slots()?.access;
        let left = |until: OffsetDateTime| (until - now).try_into().unwrap_or_default();
        Ok(access.map(|access| left(access.until.to_time())))
    }

    /// Whether this is the secret of an access token of the session that is good.
    pub(crate) fn is_access_secret(
        &self,
        row: &StoredSession,
        secret: &[u8; 32],
        now: OffsetDateTime,
    ) -> Result<bool, Unavailable> {
        let slots = row.tokens.slots()?;
        let parts: [&[u8]; 3] = [ACCESS, row.id.as_bytes(), secret];
        let mut all = [slots.access, slots.previous_access].into_iter().flatten();
        Ok(all.any(|slot| now < slot.until.to_time() && slot.digest.is_of(&self.keys, &parts)))
    }

    /// The session without this secret; `None` if the secret is not valid.
    pub(crate) fn without_access(
        &self,
        row: &StoredSession,
        secret: &[u8; 32],
        now: OffsetDateTime,
    ) -> Result<Option<StoredSession>, StoreError> {
        let mut slots = row.tokens.slots()?;
        let parts: [&[u8]; 3] = [ACCESS, row.id.as_bytes(), secret];
        let mut is_there = false;
        for slot in [&mut slots.access, &mut slots.previous_access] {
            let good = slot.as_mut().filter(|slot| now < slot.until.to_time());
            if let Some(slot) = good.filter(|slot| slot.digest.is_of(&self.keys, &parts)) {
                // It stays as an expired one, so that a refresh within the grace makes another one.
                slot.until = Moment::floor(now);
                is_there = true;
            }
        }
        if !is_there {
            return Ok(None);
        }
        let exhausted = || StoreError::new("a session was written too often");
        Ok(Some(StoredSession {
            tokens: SessionTokens::new(&slots),
            version: row.version.checked_add(1).ok_or_else(exhausted)?,
            ..row.clone()
        }))
    }

    /// Whether a refresh token was ever one of this session's, spent or not.
    pub(crate) fn is_of_family(
        &self,
        row: &StoredSession,
        token: &RefreshToken,
    ) -> Result<bool, StoreError> {
        let parts: [&[u8]; 3] = [crate::store::FAMILY, row.id.as_bytes(), &token.family[..]];
        Ok(row.tokens.slots()?.family.is_of(&self.keys, &parts))
    }
}

/// What a new session begins with.
pub(crate) struct Begin<'a> {
    pub(crate) owner: Owner,
    pub(crate) backend: &'a str,
    pub(crate) epoch: Epoch,
    pub(crate) client: Option<String>,
    /// How long the access token lives, where it is the secret of the session.
    pub(crate) access_life: Option<StdDuration>,
    pub(crate) now: OffsetDateTime,
}

/// As people write it: `90d`, `1h 30m`, `10s`.
fn words(duration: Duration) -> String {
    let seconds = duration.whole_seconds();
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')];
    let mut left = seconds;
    let parts = units.map(|(size, unit)| {
        let count = left / size;
        left %= size;
        (count, unit)
    });
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let words: Vec<_> = parts
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    if words.is_empty() {
        "0s".to_owned()
    } else {
        words.join(" ")
    }
}

fn limited(duration: StdDuration) -> Duration {
    Duration::try_from(duration).unwrap_or(Duration::MAX)
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("realm", &self.realm)
            .field("idle", &self.idle)
            .field("absolute", &self.absolute)
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}
