//! A site whose pages the server renders. Its forms work without a script.
//!
//! `cargo run -p quickstart-pages`, and open <http://localhost:8000/>. The mails are printed.
//! `cargo run -p quickstart-pages -- administrator ada@example.com` makes a user an administrator.
#![expect(clippy::print_stdout, reason = "a program that talks to a terminal")]

mod administrator;
mod auth;
mod mailer;
mod page;
mod poem;
mod router;
mod security;
mod view;
mod visit;

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use auth_diesel::SqliteStore;
use axum::extract::{ConnectInfo, Request};
use mailer::Mailer;
use setup::server::{Limits, serve};
use tokio::net::TcpListener;
use tower_service::Service as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => run().await,
        (Some("administrator"), Some(address)) => administrator::appoint(&address).await,
        _ => Err("usage: quickstart-pages [administrator ADDRESS]".into()),
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let address = setup::variable("AUTH_LISTEN").unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = TcpListener::bind(&address).await?;
    // Links in mails are made of the configuration, never of the `Host` of a request, which its sender chooses.
    let url = setup::variable("AUTH_PUBLIC_URL");
    let url = url.unwrap_or(format!(
        "http://localhost:{}",
        listener.local_addr()?.port()
    ));

    let secret = setup::secret()?;
    let store = SqliteStore::open(&setup::database_url()).await?;
    let auth = auth::builder(store, &secret, Mailer::new(&url)).build()?;
    tokio::spawn(auth.accounts().purge_every(Duration::from_mins(10)));

    let app = router::router(&auth);
    println!("open {url}/ in a browser");
    // A server with a time limit for request heads. The peers' addresses are used by events and limits.
    let respond = move |peer, mut request: Request<_>| {
        request
            .extensions_mut()
            .insert(ConnectInfo::<SocketAddr>(peer));
        app.clone().call(request)
    };
    serve(listener, Limits::default(), setup::ctrl_c(), respond).await;
    auth.accounts().wait_idle().await;
    Ok(())
}
