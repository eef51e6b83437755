//! The applications under load: a set-up of the toolkit over a storage.

pub(crate) mod axum;
pub(crate) mod poem;

use std::sync::Arc;
use std::time::Duration;

use auth_core::accounts::{Privileges, RegisterError};
use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::time::OffsetDateTime;
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, CookieTransport, ExpiringStore, JwtStrategy,
    OpaqueStrategy, SessionStore, Sessions, User, UserDatabase, testing,
};
use auth_diesel::{MysqlStore, PostgresStore, SqliteStore};

/// The address of the one account. Its password is [`testing::PASSWORD`].
pub(crate) const EMAIL: &str = "ada@example.com";

/// The URL of the storage in memory.
pub(crate) const MEMORY: &str = "memory:";

/// The frameworks whose adapters are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framework {
    Axum,
    Poem,
}

/// The settings of the cache of look-ups.
const STALENESS: Duration = Duration::from_secs(2);
const CAPACITY: usize = 100_000;

/// How requests are authenticated. A further mode is one more entry here, in [`MODES`], in [`assemble`],
/// and in the set-ups and modes of `rows`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Not at all: the reference.
    Bare,
    /// A JWT in a header, whose revocation is looked up.
    Jwt,
    /// The same with a cache of look-ups.
    CachedJwt,
    /// A JWT in a header, whose session is looked up.
    JwtWithSession,
    /// An opaque token in a cookie: a classic session. The backend `api` has opaque tokens in a header.
    Opaque,
}

/// The modes with their names in rows and on the command line.
pub(crate) const MODES: &[(Mode, &str)] = &[
    (Mode::Bare, "bare"),
    (Mode::Jwt, "JWT with revocation"),
    (Mode::CachedJwt, "JWT, cached look-ups"),
    (Mode::JwtWithSession, "JWT with session"),
    (Mode::Opaque, "cookie + opaque"),
];

impl Framework {
    pub(crate) const ALL: [Self; 2] = [Self::Axum, Self::Poem];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Axum => "Axum",
            Self::Poem => "Poem",
        }
    }
}

impl Mode {
    pub(crate) fn name(self) -> &'static str {
        let entry = MODES.iter().find(|(mode, _)| *mode == self);
        entry.map_or("", |(_, name)| name)
    }
}

/// Opens a storage, and returns the handle of a set-up over it.
pub(crate) async fn auth(mode: Mode, url: &str) -> Auth<User> {
    match url.split(':').next() {
        Some("memory") => {
            let expiring = Arc::new(MemoryExpiringStore::new());
            let users = MemoryUserDatabase::new();
            let auth = assemble(mode, users, expiring, MemorySessionStore::new());
            register(&auth).await;
            auth
        }
        Some("sqlite") => {
            let store = SqliteStore::open(url).await.unwrap();
            assemble(mode, store.clone(), store.clone(), store)
        }
        Some("postgres") => {
            let store = PostgresStore::open(url).await.unwrap();
            assemble(mode, store.clone(), store.clone(), store)
        }
        Some("mysql") => {
            let store = MysqlStore::open(url).await.unwrap();
            assemble(mode, store.clone(), store.clone(), store)
        }
        other => panic!("unknown storage {other:?}"),
    }
}

fn assemble(
    mode: Mode,
    users: impl UserDatabase<User = User>,
    expiring: impl ExpiringStore + Clone,
    sessions: impl SessionStore,
) -> Auth<User> {
    let master = testing::master_secret();
    let jwt = JwtStrategy::from_master(&master);
    // A refresh token can be used once, without a grace time.
    let sessions = Sessions::new(sessions, &master).refresh_grace(Duration::ZERO);
    let accounts = Accounts::builder(users, &master).expiring_store(expiring.clone());
    let (cookies, bearer) = (CookieTransport::new(), BearerTransport::new());
    let auth = match mode {
        Mode::Bare => panic!("a bare framework has no handle"),
        Mode::Jwt | Mode::CachedJwt => {
            let jwt = jwt.revoked_in(expiring);
            let builder = Auth::builder(accounts).backend(Backend::new("jwt", bearer, jwt));
            if mode == Mode::CachedJwt {
                builder.cached_lookups(STALENESS, CAPACITY)
            } else {
                builder
            }
        }
        Mode::JwtWithSession => Auth::builder(accounts.sessions(sessions))
            .backend(Backend::new("jwt", bearer, jwt).with_sessions()),
        Mode::Opaque => Auth::builder(accounts.sessions(sessions))
            .backend(Backend::new("web", cookies, OpaqueStrategy::new()))
            .backend(Backend::new("api", bearer, OpaqueStrategy::new())),
    };
    auth.build().unwrap()
}

/// Returns a token of the one account by this strategy, and the time of the accounts.
pub(crate) async fn token_of(jwt: JwtStrategy) -> (String, OffsetDateTime) {
    let accounts = Accounts::builder(MemoryUserDatabase::new(), &testing::master_secret())
        .expiring_store(MemoryExpiringStore::new());
    let auth = Auth::builder(accounts)
        .backend(Backend::new("jwt", BearerTransport::new(), jwt))
        .build()
        .unwrap();
    register(&auth).await;
    let (accounts, context) = (auth.accounts(), auth.accounts().context());
    let (email, password) = (
        testing::email(EMAIL).into(),
        testing::password(testing::PASSWORD),
    );
    let proof = accounts.check_password(&email, password, &context).await;
    let step = auth.log_in("jwt", proof.unwrap(), &context).await;
    let tokens = step.unwrap().done().unwrap();
    (tokens.access.expose().to_owned(), accounts.now())
}

/// Registers the one account, a superuser. Does nothing if it exists.
pub(crate) async fn register(auth: &Auth<User>) {
    let (accounts, registration) = (auth.accounts(), testing::registration(EMAIL));
    let privileges = Privileges::none().superuser().verified();
    match accounts
        .create_privileged(registration, privileges, &accounts.context())
        .await
    {
        Ok(_) | Err(RegisterError::Taken(_)) => {}
        Err(error) => panic!("{error}"),
    }
}
