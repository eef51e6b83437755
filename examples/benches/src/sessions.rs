//! Sessions: the cost of a request with a cookie, of a refresh, and of many rows.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use auth_diesel::SqliteConnection;
use auth_diesel::diesel_async::{AsyncConnection, SimpleAsyncConnection};
use scratch_servers::Server;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::app::{self, Storage};
use crate::protected::{CONNECTIONS, DURATION};
use crate::{load, logins, row};

/// Measures a request with a cookie, and a refresh, on each storage, against a request to bare Axum.
pub(crate) async fn of_each_storage(postgres: Option<&Server>) {
    let folder = tempfile::tempdir().unwrap();
    let bare = app::serve_bare().await;
    let all = [Storage::Memory, Storage::Sqlite(folder.path())];
    for storage in all.into_iter().chain(postgres.map(Storage::Postgres)) {
        let address = app::serve(app::sessions::auth(storage).await).await;
        let request = load::get("/protected", None);
        let reference = load::run(bare, request, CONNECTIONS, DURATION).await;

        let request = load::get_with_cookie("/protected", &cookie(address).await);
        let pages = load::run(address, request, CONNECTIONS, DURATION).await;
        let name = storage.name();
        let what = format!("GET /protected, cookie+opaque, {name}, against bare");
        row(&what, pages.per_second, reference.per_second, "/s");

        let refreshes = refreshes_per_second(address).await;
        let what = format!("POST /auth/refresh, {name}, against bare GET");
        row(&what, refreshes, reference.per_second, "/s");
    }
}

/// Measures the list of a user with a thousand sessions, against the list of a user with one session.
pub(crate) async fn many_of_one_user() {
    let folder = tempfile::tempdir().unwrap();
    let address = app::serve(app::sessions::auth(Storage::Sqlite(folder.path())).await).await;
    let request = load::get_with_cookie("/auth/sessions", &cookie(address).await);
    let one = load::run(address, request.clone(), CONNECTIONS, DURATION).await;
    copies(folder.path(), 999, "owner").await;
    let thousand = load::run(address, request, CONNECTIONS, DURATION).await;
    row(
        "GET /auth/sessions, SQLite, 1,000 sessions, against 1",
        thousand.per_second,
        one.per_second,
        "/s",
    );
}

/// Measures a request with a million sessions of other users in the store, against one with a thousand.
pub(crate) async fn many_of_all_users() {
    let folder = tempfile::tempdir().unwrap();
    let address = app::serve(app::sessions::auth(Storage::Sqlite(folder.path())).await).await;
    let request = load::get_with_cookie("/protected", &cookie(address).await);
    let other = "'users:' || lower(hex(randomblob(16)))";
    copies(folder.path(), 999, other).await;
    let thousand = load::run(address, request.clone(), CONNECTIONS, DURATION).await;
    copies(folder.path(), 999_000, other).await;
    let million = load::run(address, request, CONNECTIONS, DURATION).await;
    row(
        "GET /protected, SQLite, 1,000,000 sessions, against 1,000",
        million.per_second,
        thousand.per_second,
        "/s",
    );
}

/// Logs in, and returns the cookies that a browser would send.
async fn cookie(address: SocketAddr) -> String {
    let reply = load::ask(address, &logins::login_request("/auth/login")).await;
    let mut pairs = reply.split("set-cookie: ").skip(1);
    let pair = pairs.find(|pair| pair.starts_with("__Host-auth=")).unwrap();
    pair.split(';').next().unwrap().to_owned()
}

/// Refreshes one session per connection without a pause, and returns the refreshes per second.
async fn refreshes_per_second(address: SocketAddr) -> f64 {
    let mut tokens = Vec::new();
    for _ in 0..CONNECTIONS {
        let reply = load::ask(address, &logins::login_request("/auth/api/login")).await;
        tokens.push(refresh_token(&reply));
    }
    let begin = Instant::now();
    let chain = |token| tokio::spawn(chain(address, token, begin + DURATION));
    let chains: Vec<_> = tokens.into_iter().map(chain).collect();
    let mut count = 0.0;
    for chain in chains {
        count += chain.await.unwrap();
    }
    count / begin.elapsed().as_secs_f64()
}

async fn chain(address: SocketAddr, mut token: String, end: Instant) -> f64 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut reply, mut count) = (Vec::new(), 0.0);
    while Instant::now() < end {
        let body = format!("{{\"refresh_token\":\"{token}\"}}");
        let request = load::post("/auth/api/refresh", &body);
        stream.write_all(&request).await.unwrap();
        load::read_reply(&mut stream, &mut reply).await;
        token = refresh_token(str::from_utf8(&reply).unwrap());
        count += 1.0;
    }
    count
}

fn refresh_token(reply: &str) -> String {
    let (_, body) = reply.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    body.get("refresh_token")
        .and_then(serde_json::Value::as_str)
        .unwrap()
        .to_owned()
}

/// Copies a session `count` times, with other ids and these owners.
async fn copies(folder: &Path, count: u32, owner: &str) {
    let path = folder.join("bench.db").display().to_string();
    let mut connection = SqliteConnection::establish(&path).await.unwrap();
    let statement = format!(
        "PRAGMA busy_timeout = 60000;
         WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {count})
         INSERT INTO auth_sessions
         SELECT randomblob(16), {owner}, backend, epoch, created_at, last_used_at, expires_at,
                ends_at, client, version, tokens, auth_time, methods
         FROM (SELECT * FROM auth_sessions LIMIT 1), numbers;"
    );
    connection.batch_execute(&statement).await.unwrap();
}
