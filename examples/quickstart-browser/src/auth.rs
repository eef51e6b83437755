//! Accounts with sessions: cookies for the page, bearer tokens for programs.

use auth_core::secret::MasterSecret;
use auth_core::{
    Accounts, Auth, AuthBuilder, Backend, BearerTransport, CookieTransport, JwtStrategy,
    OpaqueStrategy, Sessions, User,
};
use auth_diesel::SqliteStore;

pub(crate) fn builder(store: SqliteStore, secret: &MasterSecret) -> AuthBuilder<User> {
    let web = Backend::new("web", CookieTransport::new(), OpaqueStrategy::new());
    let jwt = JwtStrategy::from_master(secret);
    let api = Backend::new("api", BearerTransport::new(), jwt).with_sessions();
    let accounts = Accounts::builder(store.clone(), secret)
        .expiring_store(store.clone())
        .sessions(Sessions::new(store, secret));
    Auth::builder(accounts).backend(web).backend(api)
}
