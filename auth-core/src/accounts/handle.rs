//! The handle to the flows.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use time::OffsetDateTime;

use super::background::Background;
use super::email_token::EmailTokens;
use super::lookup_cache::LookupCache;
use super::{AccountSecrets, AccountsBuilder, UserManager};
use crate::clock::Clock;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind, EventSink};
use crate::password::{PasswordHasher, PasswordPolicy};
use crate::secret::Population;
use crate::session::Sessions;
use crate::store::{
    ChangeNumber, CredentialStore, ExpiringKey, ExpiringStore, Inserted, LoginIdentifier, Note,
    UserDatabase,
};
use crate::strategy::TokenRevocation;
use crate::user::AuthUser;

/// The accounts of an application: every flow as a method, with neither HTTP nor a framework.
///
/// Clone it freely: all clones share one machine.
///
/// # Examples
///
/// ```
/// use auth_core::accounts::{Accounts, NoHooks, Registration};
/// use auth_core::secret::{MasterSecret, Secret};
/// use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let master = MasterSecret::new(Secret::generate()?);
/// let accounts = Accounts::builder(MemoryUserDatabase::new(), &master)
///     .expiring_store(MemoryExpiringStore::new())
///     .hooks(NoHooks::new())
///     .build()?;
/// let user = accounts
///     .register(
///         Registration::new("ada@example.com", "a mill that weaves algebra")?,
///         &accounts.context(),
///     )
///     .await?;
/// assert!(!user.is_verified());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct Accounts<U: AuthUser> {
    pub(super) inner: Arc<Inner<U>>,
}

pub(super) struct Inner<U: AuthUser> {
    pub(super) id: AccountsId,
    pub(super) database: Arc<dyn UserDatabase<User = U>>,
    pub(super) expiring: Option<Arc<dyn ExpiringStore>>,
    pub(super) sessions: Option<Sessions>,
    pub(super) credentials: Option<Arc<dyn CredentialStore>>,
    pub(super) hooks: Arc<dyn UserManager<User = U>>,
    pub(super) hasher: PasswordHasher,
    pub(super) policy: PasswordPolicy,
    pub(super) tokens: EmailTokens,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) sinks: Vec<Arc<dyn EventSink>>,
    pub(super) background: Background,
    pub(super) require_verification: bool,
    /// Remembered answers of look-ups, if they are switched on.
    pub(super) lookup_cache: Option<LookupCache<U>>,
    /// The master secret knows it for as long as these accounts exist.
    pub(super) population: Arc<Population>,
}

/// The identity of accounts in one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AccountsId(u64);

impl AccountsId {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl<U: AuthUser> Accounts<U> {
    /// Begins a configuration: the users, and the secrets (a `&MasterSecret`, or
    /// [`AccountSecrets::separate`]).
    pub fn builder(
        database: impl UserDatabase<User = U>,
        secrets: impl Into<AccountSecrets>,
    ) -> AccountsBuilder<U> {
        AccountsBuilder::new(Arc::new(database), secrets.into())
    }

    /// The user with this key.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot answer.
    pub async fn get(&self, id: &U::Id) -> Result<Option<U>, Unavailable> {
        Ok(self.inner.database.get(id).await?)
    }

    /// Returns the user with this address or user name.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store cannot answer.
    ///
    /// # Examples
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// use auth_core::testing::{self, Outbox, email};
    /// use std::sync::Arc;
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let accounts = testing::accounts(Arc::new(Outbox::new()));
    /// assert!(accounts.find(email("ada@example.com")).await?.is_none());
    /// # Ok::<(), auth_core::Unavailable>(())
    /// # }).unwrap();
    /// ```
    pub async fn find(&self, login: impl Into<LoginIdentifier>) -> Result<Option<U>, Unavailable> {
        Ok(self.inner.database.find(&login.into()).await?)
    }

    /// Waits until the work after replies is done and every event has left the sinks:
    /// call it before an orderly shutdown, and in tests before looking at what a mail hook did.
    pub async fn wait_idle(&self) {
        self.inner.background.wait_idle().await;
        for sink in &self.inner.sinks {
            sink.flush().await;
        }
    }

    /// The present moment, by the injected clock.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.inner.clock.now()
    }

    /// Returns a context for a call without a request: the present time, no client, and
    /// [`Actor::System`](crate::Actor::System).
    #[must_use]
    pub fn context(&self) -> Context {
        Context::new(self.now())
    }

    /// The hasher, for its figures.
    #[must_use]
    pub fn hasher(&self) -> &PasswordHasher {
        &self.inner.hasher
    }

    /// The policy for new passwords.
    pub fn password_policy(&self) -> &PasswordPolicy {
        &self.inner.policy
    }

    /// Hands an event to every sink, with the present time.
    pub(crate) fn raise(&self, mut event: AuthEvent) {
        event.at = self.now();
        self.inner.sinks.iter().for_each(|sink| sink.record(&event));
    }

    /// Raises an event about `user`.
    pub(crate) fn raise_for(&self, kind: EventKind, user: &U, context: &Context) {
        self.raise(AuthEvent::new(kind, context).with_user(user.id()));
    }

    /// Which accounts these are: clones are the same, and no others in this process are.
    pub(crate) fn id(&self) -> AccountsId {
        self.inner.id
    }

    /// Returns the realm of these accounts.
    pub(crate) fn realm(&self) -> &str {
        self.inner.population.realm()
    }

    /// Returns a key of the expiring store. It belongs to the realm: two populations with one store
    /// have no key in common.
    pub(super) fn expiring_key(&self, purpose: &'static str, name: &str) -> ExpiringKey {
        ExpiringKey::new(purpose, &format!("{}:{name}", self.realm()))
    }

    pub(crate) fn lookup_cache(&self) -> Option<&LookupCache<U>> {
        self.inner.lookup_cache.as_ref()
    }

    /// Returns what notes, when it is dropped, that a token may have been revoked, so that remembered look-ups
    /// of it end. `None` if none are remembered.
    pub(crate) fn note_after_revocation<'a>(&'a self, of: &TokenRevocation) -> Option<Note<'a>> {
        let changes = self.lookup_cache()?.changes();
        Some(Note::new(changes, ChangeNumber::of_token(&of.key)))
    }

    pub(crate) fn database(&self) -> &dyn UserDatabase<User = U> {
        &*self.inner.database
    }

    pub(crate) fn background(&self) -> &Background {
        &self.inner.background
    }

    /// Returns whether users may change their own addresses: a new one can be stored until it is proven,
    /// and a token can be mailed to it.
    pub(crate) fn changes_own_email(&self) -> bool {
        self.inner.expiring.is_some() && U::FIELDS.pending_emails
    }

    /// Returns whether only users with a verified address may use their accounts.
    pub(crate) fn requires_verification(&self) -> bool {
        self.inner.require_verification
    }

    /// Returns whether the account of this user may be used: every other user is anonymous, whatever token
    /// it holds.
    pub(crate) fn admits(&self, user: &U) -> bool {
        user.is_active() && (user.is_verified() || !self.requires_verification())
    }

    pub(crate) fn hooks(&self) -> &dyn UserManager<User = U> {
        &*self.inner.hooks
    }

    /// Spends a name once. Returns whether this call was the first within `lifetime`.
    pub(crate) async fn spend(
        &self,
        purpose: &'static str,
        name: &str,
        lifetime: Duration,
    ) -> Result<bool, Unavailable> {
        let key = self.expiring_key(purpose, name);
        let now = self.now();
        let lifetime = time::Duration::try_from(lifetime).unwrap_or(time::Duration::MAX);
        let end = now.saturating_add(lifetime);
        let inserted = self.expiring()?.insert_once(&key, end, now).await?;
        Ok(inserted == Inserted::New)
    }

    pub(super) fn expiring(&self) -> Result<&dyn ExpiringStore, Unavailable> {
        let missing = "account tokens are switched off: there is no expiring store";
        self.inner
            .expiring
            .as_deref()
            .ok_or_else(|| Unavailable::new(missing))
    }
}

impl<U: AuthUser> Clone for Accounts<U> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<U: AuthUser> fmt::Debug for Accounts<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").finish_non_exhaustive()
    }
}
