//! `GET /protected` against the same application without authentication.

use std::net::SocketAddr;
use std::time::Duration;

use auth_core::{Auth, User};

use crate::app::{self, Storage, poem};
use crate::{load, row};

pub(crate) const CONNECTIONS: usize = 32;
pub(crate) const DURATION: Duration = Duration::from_secs(4);

/// Measures each storage in Axum, and one storage in Poem.
pub(crate) async fn against_bare_frameworks(postgres: Option<&Auth<User>>) {
    let folder = tempfile::tempdir().unwrap();
    let bare = app::serve_bare().await;
    for storage in [Storage::Memory, Storage::Sqlite(folder.path())] {
        let auth = app::auth(storage).await;
        in_axum(storage.name(), auth, bare).await;
    }
    if let Some(auth) = postgres {
        in_axum("PostgreSQL", auth.clone(), bare).await;
    }
    let auth = app::auth(Storage::Memory).await;
    let token = app::token(&auth).await;
    let (ours, bare) = (poem::serve(&auth).await, poem::serve_bare().await);
    compare("memory, against bare Poem", ours, bare, &token).await;
}

async fn in_axum(storage: &str, auth: Auth<User>, bare: SocketAddr) {
    let token = app::token(&auth).await;
    let ours = app::serve(auth).await;
    let what = format!("{storage}, against bare Axum");
    compare(&what, ours, bare, &token).await;
}

/// Requests the same path of both applications, the protected one with a token.
async fn compare(what: &str, ours: SocketAddr, bare: SocketAddr, token: &str) {
    let request = load::get("/protected", None);
    let reference = load::run(bare, request, CONNECTIONS, DURATION).await;
    let request = load::get("/protected", Some(token));
    let ours = load::run(ours, request, CONNECTIONS, DURATION).await;
    let what = format!("GET /protected, {what}");
    row(&what, ours.per_second, reference.per_second, "/s");
}
