//! The configuration of accounts.

mod lookups;

use std::fmt;
use std::sync::Arc;

use std::time::Duration as StdDuration;

use time::Duration;

use super::background::Background;
use super::email_token::EmailTokens;
use super::handle::{AccountsId, Inner};
use super::mail::SHORTEST_LIFETIME;
use super::{AccountSecrets, Accounts, NoHooks, UserManager};
use crate::clock::{Clock, SystemClock};
use crate::config::{ConfigError, ConfigProblem, ConfigReport, ConfigWarning, is_plain_name};
use crate::event::{EventSink, TracingSink};
use crate::password::{PasswordHasher, PasswordPolicy};
use crate::secret::{Population, SubKeys};
use crate::session::Sessions;
use crate::store::{CredentialStore, DEFAULT_REALM, ExpiringStore, UserDatabase};
use crate::user::AuthUser;

/// Collects what [`Accounts`] need; [`build`](Self::build) reports everything that is wrong at once.
///
/// | setting | default | why |
/// | --- | --- | --- |
/// | `hooks` | no hooks | – |
/// | `password_policy` | 15 to 128 characters, no common ones | NIST SP 800-63B-4 with room to log in |
/// | `hasher` | Argon2id m=19456 KiB, t=2, p=1 | OWASP's first choice |
/// | `account_token_lifetime` | 1 hour | long enough for slow mail |
/// | `require_verification` | off | an address is proven when an application needs it |
/// | `realm` | `users` | one population of users |
///
/// # Examples
///
/// ```
/// use auth_core::password::{Argon2Params, PasswordHasher};
/// use auth_core::secret::{MasterSecret, Secret};
/// use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
/// use auth_core::{Accounts, User};
///
/// let hasher = PasswordHasher::builder().params(Argon2Params::new(47_104, 1, 1)?).build();
/// let master = MasterSecret::new(Secret::generate()?);
/// let accounts: Accounts<User> = Accounts::builder(MemoryUserDatabase::new(), &master)
///     .expiring_store(MemoryExpiringStore::new())
///     .hasher(hasher)
///     .account_token_lifetime(std::time::Duration::from_secs(20 * 60))
///     .require_verification(true)
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AccountsBuilder<U: AuthUser> {
    database: Arc<dyn UserDatabase<User = U>>,
    secrets: AccountSecrets,
    expiring: Option<Arc<dyn ExpiringStore>>,
    sessions: Option<Sessions>,
    credentials: Option<Arc<dyn CredentialStore>>,
    realm: String,
    hooks: Arc<dyn UserManager<User = U>>,
    hasher: PasswordHasher,
    policy: PasswordPolicy,
    clock: Arc<dyn Clock>,
    sinks: Vec<Arc<dyn EventSink>>,
    lifetime: Duration,
    account_tokens: bool,
    require_verification: bool,
    processes: u32,
    /// The greatest age of remembered look-ups, and their number.
    cached_lookups: Option<(StdDuration, usize)>,
}

impl<U: AuthUser> AccountsBuilder<U> {
    pub(super) fn new(database: Arc<dyn UserDatabase<User = U>>, secrets: AccountSecrets) -> Self {
        Self {
            database,
            secrets,
            expiring: None,
            sessions: None,
            credentials: None,
            realm: DEFAULT_REALM.to_owned(),
            hooks: Arc::new(NoHooks::new()),
            hasher: PasswordHasher::default(),
            policy: PasswordPolicy::default(),
            clock: Arc::new(SystemClock),
            sinks: vec![Arc::new(TracingSink)],
            lifetime: Duration::hours(1),
            account_tokens: true,
            require_verification: false,
            processes: 1,
            cached_lookups: None,
        }
    }

    /// The application's hooks.
    #[must_use]
    pub fn hooks(mut self, hooks: impl UserManager<User = U>) -> Self {
        self.hooks = Arc::new(hooks);
        self
    }

    /// Sets the application's hooks, shared with the caller (a test that reads what they did).
    #[must_use]
    pub fn shared_hooks(mut self, hooks: Arc<impl UserManager<User = U>>) -> Self {
        self.hooks = hooks;
        self
    }

    /// Where spent tokens and their generations are remembered.
    #[must_use]
    pub fn expiring_store(mut self, store: impl ExpiringStore) -> Self {
        self.expiring = Some(Arc::new(store));
        self
    }

    /// Where sessions are kept and how long they live, for backends that have some.
    #[must_use]
    pub fn sessions(mut self, sessions: Sessions) -> Self {
        self.sessions = Some(sessions);
        self
    }

    /// Sets the store of credentials: second factors, passkeys, accounts at providers, API keys.
    ///
    /// Removing a user for good removes the user's credentials: in the same step if the user database
    /// is this store, else right after. A deactivated user keeps them.
    #[must_use]
    pub fn credentials(mut self, store: impl CredentialStore) -> Self {
        self.credentials = Some(Arc::new(store));
        self
    }

    /// Sets the population of users that these accounts are (`users`): 1 to 32 of `a`–`z`, `0`–`9`,
    /// `-` and `_`. Sessions, credentials and every kind of token belong to it: e-mail tokens, access
    /// tokens, CSRF tokens, and the counters in the expiring store.
    ///
    /// Two kinds of users in one application (customers and staff) need two realms, so that what the
    /// customer 7 holds is not valid for the employee 7. `build()` refuses a second type of user in a
    /// realm while a handle to the first one exists, if both have the same [`MasterSecret`] (or clones of
    /// it). It cannot see two tables of one type of user, two processes, or secrets of
    /// [`AccountSecrets::separate`]: there the realms are the application's task.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{MasterSecret, Secret};
    /// use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
    /// use auth_core::{Account, Accounts, Auth, Backend, CookieTransport, JwtStrategy, User, user};
    /// use std::sync::Arc;
    ///
    /// user! {
    ///     pub struct Employee (new: NewEmployee, change: EmployeeChange) {
    ///         pub number: i64,
    ///         pub account: Account,
    ///         pub office: Option<String> [owner, length = 1..=80],
    ///     }
    /// }
    ///
    /// let master = MasterSecret::new(Secret::generate()?);
    /// let spent = Arc::new(MemoryExpiringStore::new());
    /// let jwt = || JwtStrategy::from_master(&master).revoked_in(spent.clone());
    ///
    /// let customers = Accounts::<User>::builder(MemoryUserDatabase::new(), &master)
    ///     .expiring_store(spent.clone())
    ///     .realm("customers");
    /// let customers = Auth::builder(customers)
    ///     .backend(Backend::new("web", CookieTransport::new().name("customer"), jwt()))
    ///     .build()?;
    /// let staff = Accounts::<Employee>::builder(MemoryUserDatabase::default(), &master)
    ///     .expiring_store(spent.clone())
    ///     .realm("staff");
    /// let staff = Auth::builder(staff)
    ///     .backend(Backend::new("web", CookieTransport::new().name("staff"), jwt()))
    ///     .auth_path("/staff/auth")
    ///     .users_path("/staff/users")
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [`MasterSecret`]: crate::secret::MasterSecret
    #[must_use]
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = realm.into();
        self
    }

    /// Goes without e-mail verification and password reset, and so without an expiring store here.
    /// The routes of both must be switched off too.
    ///
    /// Users then cannot change their own addresses, because no address can be proven: `PATCH U/me` has
    /// no member `email`, and [`Accounts::update_self`] refuses one. An administrator can.
    #[must_use]
    pub fn without_email_flows(mut self) -> Self {
        self.account_tokens = false;
        self
    }

    /// The hasher, with the parameters and the number of threads that the application wants.
    #[must_use]
    pub fn hasher(mut self, hasher: PasswordHasher) -> Self {
        self.hasher = hasher;
        self
    }

    /// Which passwords may be chosen.
    #[must_use]
    pub fn password_policy(mut self, policy: PasswordPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// The source of time.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// One more receiver of events, beside the log.
    #[must_use]
    pub fn event_sink(mut self, sink: impl EventSink) -> Self {
        self.sinks.push(Arc::new(sink));
        self
    }

    /// Sets the lifetime of verification and reset tokens: 5 minutes to 24 hours.
    #[must_use]
    pub fn account_token_lifetime(mut self, lifetime: std::time::Duration) -> Self {
        self.lifetime = Duration::try_from(lifetime).unwrap_or(Duration::MAX);
        self
    }

    /// Lets only users with a verified address log in and use their sessions and tokens. An account that
    /// becomes unverified later is as anonymous as an inactive one, from the next request on.
    #[must_use]
    pub fn require_verification(mut self, required: bool) -> Self {
        self.require_verification = required;
        self
    }

    /// How many processes serve these accounts (1). With more than one, state in the memory of a
    /// process is a problem.
    #[must_use]
    pub fn processes(mut self, processes: u32) -> Self {
        self.processes = processes;
        self
    }

    /// Builds the accounts alone, without an HTTP surface.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem of the configuration.
    pub fn build(self) -> Result<Accounts<U>, ConfigError> {
        let mut report = self.report();
        self.validate(&mut report);
        let warnings = report.finish()?;
        log_warnings(&warnings);
        let population = self.population();
        Ok(self.assemble(population))
    }

    pub(crate) fn report(&self) -> ConfigReport {
        ConfigReport::new(self.processes > 1)
    }

    pub(crate) fn requires_verification(&self) -> bool {
        self.require_verification
    }

    /// Returns whether users may change their own addresses.
    pub(crate) fn changes_own_email(&self) -> bool {
        self.account_tokens && U::FIELDS.pending_emails
    }

    /// The smallest length of a new password, in code points.
    pub(crate) fn shortest_password(&self) -> usize {
        self.policy.shortest()
    }

    pub(crate) fn has_account_tokens(&self) -> bool {
        self.account_tokens
    }

    /// Returns whether a login beyond the limit of sessions is refused.
    pub(crate) fn refuses_sessions(&self) -> bool {
        let sessions = self.sessions.as_ref();
        sessions.is_some_and(|sessions| sessions.refuses_from().is_some())
    }

    pub(crate) fn has_sessions(&self) -> bool {
        self.sessions.is_some()
    }

    /// The keys of CSRF tokens, where there is a master secret to derive them from.
    pub(crate) fn csrf_keys(&self) -> Option<SubKeys> {
        self.secrets.csrf_keys()
    }

    /// Returns the population of these accounts.
    pub(crate) fn population(&self) -> Population {
        Population::new::<U>(&self.realm)
    }

    /// Returns the other populations that use the same master secret.
    pub(crate) fn other_populations(&self) -> Vec<Arc<Population>> {
        self.secrets.populations()
    }

    pub(crate) fn validate(&self, report: &mut ConfigReport) {
        self.secrets.validate(report);
        self.database.validate(report);
        match &self.expiring {
            Some(store) => store.validate(report),
            None if self.account_tokens => {
                report.problem(ConfigProblem::MissingExpiringStore {
                    feature: "e-mail verification and password reset".to_owned(),
                    otherwise: ", or go without both by `.without_email_flows()`",
                });
            }
            None => {}
        }
        if let Some(sessions) = &self.sessions {
            sessions.validate(report);
        }
        if let Some(credentials) = &self.credentials {
            credentials.validate(report);
        }
        if !is_plain_name(&self.realm) {
            let realm = self.realm.clone();
            report.problem(ConfigProblem::InvalidRealm { realm });
        }
        let own = self.population();
        for other in self.other_populations() {
            if own.collides_with(&other) {
                report.problem(ConfigProblem::SharedRealm {
                    realm: self.realm.clone(),
                    first: other.name(),
                    second: own.name(),
                });
            }
        }
        if !(SHORTEST_LIFETIME..=Duration::DAY).contains(&self.lifetime) {
            report.problem(ConfigProblem::LifetimeOutOfRange {
                which: "the lifetime of account tokens".to_owned(),
                min: "5 minutes",
                max: "24 hours",
            });
        }
        if self.processes == 0 {
            report.problem(ConfigProblem::NoProcesses);
        }
        self.validate_lookups(report);
        if self.hasher.params().is_below_floor() {
            report.warn(ConfigWarning::Weakened {
                what: "password hashes are cheaper than OWASP's floor for Argon2id".to_owned(),
            });
        }
    }

    pub(crate) fn assemble(mut self, population: Population) -> Accounts<U> {
        let lookup_cache = self.remember_lookups();
        let population = Arc::new(population);
        self.secrets.add_population(&population);
        let inner = Inner {
            id: AccountsId::new(),
            database: self.database,
            expiring: self.expiring.filter(|_| self.account_tokens),
            sessions: self.sessions.map(|sessions| sessions.in_realm(&self.realm)),
            credentials: self.credentials,
            hooks: self.hooks,
            hasher: self.hasher,
            policy: self.policy,
            tokens: EmailTokens::new(self.secrets, population.realm(), self.lifetime),
            clock: self.clock,
            sinks: self.sinks,
            background: Background::new(),
            require_verification: self.require_verification,
            lookup_cache,
            population,
        };
        Accounts {
            inner: Arc::new(inner),
        }
    }
}

pub(crate) fn log_warnings(warnings: &[ConfigWarning]) {
    for warning in warnings {
        tracing::warn!(target: "auth", "{warning}");
    }
}

impl<U: AuthUser> fmt::Debug for AccountsBuilder<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountsBuilder").finish_non_exhaustive()
    }
}
