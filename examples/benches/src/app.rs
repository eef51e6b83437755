//! The applications under load.

pub(crate) mod poem;
pub(crate) mod sessions;

use std::path::Path;
use std::sync::Arc;

use auth_axum::CurrentUser;
use auth_core::accounts::RegisterError;
use auth_core::secret::{MasterSecret, Secret};
use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, ExpiringStore, JwtStrategy, User, UserDatabase,
};
use auth_diesel::{PostgresStore, SqliteStore};
use axum::Router;
use axum::routing::get;
use scratch_servers::Server;
use tokio::net::TcpListener;

/// The address and the password of the one account.
pub(crate) const EMAIL: &str = "ada@example.com";

/// The storage of the users.
#[derive(Clone, Copy)]
pub(crate) enum Storage<'a> {
    Memory,
    /// In a file of this folder.
    Sqlite(&'a Path),
    /// In this server's database, which has no accounts yet.
    Postgres(&'a Server),
}

impl Storage<'_> {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

/// Returns a handle over a storage with one account, with OWASP's parameters.
pub(crate) async fn auth(storage: Storage<'_>) -> Auth<User> {
    match storage {
        Storage::Memory => {
            let spent = Arc::new(MemoryExpiringStore::new());
            assemble(MemoryUserDatabase::new(), spent).await
        }
        Storage::Sqlite(folder) => {
            let store = sqlite(folder).await;
            assemble(store.clone(), store).await
        }
        Storage::Postgres(server) => {
            let store = PostgresStore::open(server.url()).await.unwrap();
            assemble(store.clone(), store).await
        }
    }
}

pub(crate) async fn sqlite(folder: &Path) -> SqliteStore {
    let url = format!("sqlite://{}", folder.join("bench.db").display());
    SqliteStore::open(&url).await.unwrap()
}

async fn assemble(
    users: impl UserDatabase<User = User>,
    spent: impl ExpiringStore + Clone,
) -> Auth<User> {
    let master = MasterSecret::new(Secret::generate().unwrap());
    let jwt = JwtStrategy::from_master(&master).revoked_in(spent.clone());
    with_strategy(users, spent, &master, jwt).await
}

/// Returns the same handle with access tokens of this strategy.
pub(crate) async fn with_strategy(
    users: impl UserDatabase<User = User>,
    spent: impl ExpiringStore,
    master: &MasterSecret,
    jwt: JwtStrategy,
) -> Auth<User> {
    let accounts = Accounts::builder(users, master).expiring_store(spent);
    let auth = Auth::builder(accounts)
        .backend(Backend::new("jwt", BearerTransport::new(), jwt))
        .build()
        .unwrap();
    register(&auth).await;
    auth
}

/// Registers the one account, which may exist: all runs on a server share one database.
async fn register(auth: &Auth<User>) {
    let registration = auth_core::testing::registration(EMAIL);
    match auth
        .accounts()
        .register(registration, &auth.accounts().context())
        .await
    {
        Ok(_) | Err(RegisterError::Taken(_)) => {}
        Err(error) => panic!("{error}"),
    }
}

async fn bare() -> &'static str {
    EMAIL
}

async fn protected(user: CurrentUser<User>) -> String {
    user.email().to_string()
}

/// Serves the routes of the toolkit and `GET /protected`; returns the address.
pub(crate) async fn serve(auth: Auth<User>) -> std::net::SocketAddr {
    let app = Router::new()
        .route("/protected", get(protected))
        .merge(auth_axum::routes(&auth))
        .with_state(auth);
    listen(app).await
}

/// Serves the same body at the same path without authentication.
pub(crate) async fn serve_bare() -> std::net::SocketAddr {
    listen(Router::new().route("/protected", get(bare))).await
}

async fn listen(app: Router) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// Returns a token of the one account.
pub(crate) async fn token(auth: &Auth<User>) -> String {
    let email = auth_core::testing::email(EMAIL).into();
    let password = auth_core::testing::password(auth_core::testing::PASSWORD);
    let (accounts, context) = (auth.accounts(), auth.accounts().context());
    let proof = accounts.check_password(&email, password, &context).await;
    let backend = auth.backends().first().unwrap().name();
    let step = auth.log_in(backend, proof.unwrap(), &context).await;
    let tokens = step.unwrap().done().unwrap();
    tokens.access.expose().to_owned()
}
