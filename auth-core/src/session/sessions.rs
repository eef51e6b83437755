//! The configuration of sessions: their store, keys, realm and lifetimes.

use std::fmt;
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration as StdDuration;

use time::Duration;

use super::AtSessionLimit;
use super::idle::IdleTimes;
use crate::config::{ConfigProblem, ConfigReport};
use crate::error::StoreError;
use crate::secret::{MasterSecret, Purpose, Secret, SubKeys};
use crate::store::{
    AccessChanges, DEFAULT_REALM, NotedSessions, Owner, SessionStore, StoredSession,
};

/// Where sessions are stored, and how long they live.
///
/// | setting | default | range |
/// | --- | --- | --- |
/// | `idle` | 30 days | 1 second to 400 days |
/// | `browser_idle` | 24 hours; `idle` if that is shorter | 1 second to `idle` |
/// | `absolute` | 90 days | `idle` to 400 days |
/// | `refresh_grace` | 10 seconds | none to 5 minutes |
/// | `lost_reply_window` | 5 minutes; none if there is no grace | none to 1 hour |
///
/// A user may have any number of sessions at the same time, unless [`limit_per_user`](Self::limit_per_user) is set.
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
    pub(super) keys: SubKeys,
    realm: String,
    pub(super) idle: IdleTimes,
    pub(super) absolute: Duration,
    pub(super) grace: Duration,
    /// `None` if it follows from the grace.
    lost_reply: Option<Duration>,
    pub(super) limit: Option<(NonZeroU16, AtSessionLimit)>,
}

impl Sessions {
    /// Creates sessions in this store. The key of their token digests is derived from the master
    /// secret.
    #[must_use]
    pub fn new(store: impl SessionStore, master: &MasterSecret) -> Self {
        Self::with_keys(store, master.keys(Purpose::SESSION_DIGEST))
    }

    /// Creates sessions in this store, whose token digests have a secret of their own. It cannot be
    /// rotated while the application runs.
    #[must_use]
    pub fn with_secret(store: impl SessionStore, secret: Secret) -> Self {
        Self::with_keys(store, SubKeys::fixed(secret))
    }

    fn with_keys(store: impl SessionStore, keys: SubKeys) -> Self {
        Self {
            store: Arc::new(store),
            keys,
            realm: DEFAULT_REALM.to_owned(),
            idle: IdleTimes::DEFAULT,
            absolute: Duration::days(90),
            grace: Duration::seconds(10),
            lost_reply: None,
            limit: None,
        }
    }

    /// Sets after how long an unused session ends. A use is recorded at most once a minute, and that of a
    /// classic session (cookies and opaque tokens) at most once an hour, so a session may end up to that much
    /// earlier after its last use, and never later.
    #[must_use]
    pub fn idle(mut self, idle: StdDuration) -> Self {
        self.idle.remembered = limited(idle);
        self
    }

    /// Sets after how long an unused session ends whose user did not ask to be remembered (`remember: false`
    /// at the login): 1 second to the [`idle`](Self::idle) time. 24 hours by default, or the idle time if
    /// that is shorter.
    ///
    /// The cookies of such a session have no `Max-Age`, so a browser deletes them when it closes; this
    /// deadline holds for browsers that restore their tabs.
    #[must_use]
    pub fn browser_idle(mut self, idle: StdDuration) -> Self {
        self.idle.browser = Some(limited(idle));
        self
    }

    /// Sets after how long a session ends, however often it is used.
    #[must_use]
    pub fn absolute(mut self, absolute: StdDuration) -> Self {
        self.absolute = limited(absolute);
        self
    }

    /// Sets for how long after a rotation the previous refresh token gets the same successor: for
    /// replies that were lost, and for tabs that refresh at the same time. With zero, a token that is
    /// presented a second time ends its session: the strictest setting.
    ///
    /// The processes of a service have different clocks, so a grace above zero ends
    /// [`CLOCK_TOLERANCE`](crate::CLOCK_TOLERANCE) later on the clock of each of them.
    ///
    /// The grace covers one generation. If the token is a cookie, which tabs share, a refresh within
    /// the grace of another one returns the current token and makes none, so that no tab can fall two
    /// generations behind.
    #[must_use]
    pub fn refresh_grace(mut self, grace: StdDuration) -> Self {
        self.grace = limited(grace);
        self
    }

    /// Sets for how long after a rotation the previous refresh token gets the same successor if *no token
    /// of the successor's generation was presented*: for a client that lost the reply, and comes back
    /// after the grace. The first use of the new access token or of the new refresh token ends this
    /// window; from then on the previous token is a stolen one, and ends the session.
    ///
    /// 5 minutes by default, zero to 1 hour; zero by default if the
    /// [`refresh_grace`](Self::refresh_grace) is zero. The first use costs one write, and later uses cost
    /// none. [`CLOCK_TOLERANCE`](crate::CLOCK_TOLERANCE) is added, as for the grace.
    ///
    /// # Security
    ///
    /// The use of an access token is known only where this toolkit reads it and asks the session store:
    ///
    /// - A backend that checks sessions at a refresh only
    ///   ([`dangerous_with_sessions_checked_at_refresh_only`](crate::Backend::dangerous_with_sessions_checked_at_refresh_only))
    ///   does not see uses, and has no such window: only the grace applies. Make the grace longer if its
    ///   clients lose replies for longer than that.
    /// - A JWT that only other resource servers read, by the published keys, is not seen here either. Its
    ///   session looks unused until the client comes here, and a stolen refresh token is answered until
    ///   then, at most for this time. Set it to zero for such clients.
    /// - A strategy of the application that does not report the generation of its tokens
    ///   ([`Subject::of_generation`](crate::strategy::Subject::of_generation)) ends the window with the use
    ///   of any access token of the session, the previous one as well.
    #[must_use]
    pub fn lost_reply_window(mut self, window: StdDuration) -> Self {
        self.lost_reply = Some(limited(window));
        self
    }

    pub(super) fn lost_reply(&self) -> Duration {
        let follows = if self.grace.is_zero() {
            Duration::ZERO
        } else {
            Duration::minutes(5)
        };
        self.lost_reply.unwrap_or(follows)
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
            self.idle.remembered,
            second,
            LONGEST,
            ["1 second", "400 days"],
        );
        range(
            "the idle time of sessions that end with the browser",
            self.idle.browser.unwrap_or(second),
            second,
            self.idle.remembered.max(second),
            ["1 second", "the idle time of sessions"],
        );
        range(
            "the absolute life of sessions",
            self.absolute,
            self.idle.remembered.min(LONGEST),
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
        range(
            "the window of lost replies",
            self.lost_reply(),
            Duration::ZERO,
            Duration::HOUR,
            ["none", "1 hour"],
        );
    }

    /// Returns the lifetimes in words, for the summary of the configuration.
    pub(crate) fn rules(&self) -> Vec<(&'static str, String)> {
        let mut rules = vec![
            ("an unused session ends after", words(self.idle.remembered)),
            (
                "an unused session that ends with the browser ends after",
                words(self.idle.of_browser()),
            ),
            ("a session ends in any case after", words(self.absolute)),
            (
                "a refresh token that is spent is answered once more for",
                words(self.grace),
            ),
            (
                "a refresh token whose successor was never used is answered for",
                words(self.lost_reply()),
            ),
        ];
        rules.extend(self.limit_rule());
        rules
    }

    /// Returns how long a session lives at the most.
    pub(crate) fn longest_life(&self) -> StdDuration {
        self.absolute.try_into().unwrap_or_default()
    }

    pub(crate) fn store(&self) -> &dyn SessionStore {
        &*self.store
    }

    /// Notes which sessions are written.
    pub(crate) fn noting(mut self, changes: &AccessChanges) -> Self {
        self.store = Arc::new(NotedSessions {
            store: self.store,
            changes: changes.clone(),
        });
        self
    }

    /// Returns the owner of the sessions of the user with this key.
    pub(crate) fn owner(&self, key: &impl fmt::Display) -> Result<Owner, StoreError> {
        Owner::new(&self.realm, &key.to_string()).ok_or_else(|| {
            StoreError::new("the key of a user is too long for an owner of sessions")
        })
    }

    /// Returns the key of the user whose session this is; `None` for a session of another realm.
    pub(crate) fn key_of<'s>(&self, session: &'s StoredSession) -> Option<&'s str> {
        session.owner.key_in(&self.realm)
    }
}

/// Formats a duration: `90d`, `1h 30m`, `10s`.
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
            .field("idle", &self.idle.remembered)
            .field("browser_idle", &self.idle.of_browser())
            .field("absolute", &self.absolute)
            .field("grace", &self.grace)
            .field("lost_reply", &self.lost_reply())
            .finish_non_exhaustive()
    }
}
