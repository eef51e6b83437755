//! `GET /protected` against the same application without authentication.

use std::time::Duration;

use crate::app::{self, Storage};
use crate::{load, row};

const CONNECTIONS: usize = 32;
const DURATION: Duration = Duration::from_secs(4);

pub(crate) async fn against_bare_axum() {
    let folder = tempfile::tempdir().unwrap();
    let bare = app::serve_bare().await;
    for storage in [Storage::Memory, Storage::Sqlite] {
        let auth = app::auth(storage, folder.path()).await;
        let token = app::token(&auth).await;
        let address = app::serve(auth).await;
        let reference = load::run(bare, load::get("/protected", None), CONNECTIONS, DURATION).await;
        let request = load::get("/protected", Some(&token));
        let ours = load::run(address, request, CONNECTIONS, DURATION).await;
        let what = format!("GET /protected, {storage:?}, against bare Axum");
        row(&what, ours.per_second, reference.per_second, "/s");
    }
}
