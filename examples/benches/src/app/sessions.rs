//! Applications with sessions and opaque tokens.

use std::sync::Arc;
use std::time::Duration;

use auth_core::secret::{MasterSecret, Secret};
use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, CookieTransport, ExpiringStore, OpaqueStrategy,
    SessionStore, Sessions, User, UserDatabase,
};
use auth_diesel::PostgresStore;

use super::{Storage, register, sqlite};

/// Returns a handle with two backends, `web` with cookies and `api` with bearer tokens, and one account.
/// A refresh token can be used once, without a grace time.
pub(crate) async fn auth(storage: Storage<'_>) -> Auth<User> {
    match storage {
        Storage::Memory => {
            let users = MemoryUserDatabase::new();
            let expiring = Arc::new(MemoryExpiringStore::new());
            assemble(users, expiring, MemorySessionStore::new()).await
        }
        Storage::Sqlite(folder) => {
            let store = sqlite(folder).await;
            assemble(store.clone(), store.clone(), store).await
        }
        Storage::Postgres(server) => {
            let store = PostgresStore::open(server.url()).await.unwrap();
            assemble(store.clone(), store.clone(), store).await
        }
    }
}

async fn assemble(
    users: impl UserDatabase<User = User>,
    expiring: impl ExpiringStore,
    sessions: impl SessionStore,
) -> Auth<User> {
    let master = MasterSecret::new(Secret::generate().unwrap());
    let sessions = Sessions::new(sessions, &master).refresh_grace(Duration::ZERO);
    let accounts = Accounts::builder(users, &master)
        .expiring_store(expiring)
        .sessions(sessions);
    let (cookies, bearer) = (CookieTransport::new(), BearerTransport::new());
    let auth = Auth::builder(accounts)
        .backend(Backend::new("web", cookies, OpaqueStrategy::new()))
        .backend(Backend::new("api", bearer, OpaqueStrategy::new()))
        .build()
        .unwrap();
    register(&auth).await;
    auth
}
