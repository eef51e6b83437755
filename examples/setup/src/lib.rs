//! What all example programs share: environment, secret,
//! listening address, server, and mails printed to the terminal.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to a terminal"
)]

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};

use auth_core::secret::{MasterSecret, Secret};
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;

#[cfg(feature = "browser")]
pub mod browser;
#[cfg(feature = "journey")]
pub mod journey;
mod log;
mod mail;
pub mod server;

pub use log::start_log;
pub use mail::{mail, mail_link, mail_notice};

/// Returns the URL in `DATABASE_URL`, or that of a SQLite file in the working folder.
#[must_use]
pub fn database_url() -> String {
    variable("DATABASE_URL").unwrap_or_else(|| "sqlite://auth.db".to_owned())
}

/// Returns the secret in `AUTH_SECRET`, or one that is generated once and kept in a file.
///
/// # Errors
///
/// If the file cannot be read or created.
pub fn secret() -> io::Result<MasterSecret> {
    const FILE: &str = ".auth-secret";
    if let Some(text) = variable("AUTH_SECRET") {
        return Ok(MasterSecret::from_bytes(text));
    }
    eprintln!("AUTH_SECRET is not set: using the secret in {FILE}");
    match fs::read_to_string(FILE) {
        Ok(text) => Ok(MasterSecret::from_bytes(text.trim_ascii())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let secret = Secret::generate().map_err(io::Error::other)?;
            let mut text = String::new();
            for byte in secret.expose() {
                write!(text, "{byte:02x}").map_err(io::Error::other)?;
            }
            writeln!(private_file(FILE)?, "{text}")?;
            eprintln!("{FILE} was not there: a new secret was drawn and is kept in it");
            Ok(MasterSecret::from_bytes(text))
        }
        Err(error) => Err(error),
    }
}

/// Listens on `AUTH_LISTEN` and prints requests to try.
///
/// # Errors
///
/// If the program cannot listen on the address.
pub async fn listen() -> io::Result<TcpListener> {
    listen_for(&[]).await
}

/// Listens like [`listen`]; the printed registration has additional members.
///
/// # Errors
///
/// If the program cannot listen on the address.
pub async fn listen_for(own: &[(&str, &str)]) -> io::Result<TcpListener> {
    // Failed hooks, outages and forgotten wiring are reported through `tracing`; this prints them.
    start_log(LevelFilter::INFO);
    let address = variable("AUTH_LISTEN").unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = TcpListener::bind(&address).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let json = "-H 'content-type: application/json'";
    println!("listening on {base}; try");
    let fixed = [
        ("email", "ada@example.com"),
        ("password", "a mill that weaves algebra"),
    ];
    let members = fixed.iter().chain(own);
    let account: Map<String, Value> = members
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect();
    let account = Value::from(account);
    println!("  curl -i {json} {base}/auth/register -d '{account}'");
    println!(
        "  curl -s {json} {base}/auth/login -d '{{\"identifier\":\"ada@example.com\",\"password\":\"a mill that weaves algebra\"}}'"
    );
    println!(
        "  curl -i -H \"authorization: Bearer $TOKEN\" {base}/protected    # TOKEN: the access_token of the reply"
    );
    println!(
        "  curl -i {json} {base}/auth/forgot-password -d '{{\"email\":\"ada@example.com\"}}'    # the token is printed here"
    );
    Ok(listener)
}

/// Resolves when the program is asked to end.
pub async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without signals the program runs until it is killed.
        std::future::pending::<()>().await;
    }
}

/// Returns an environment variable.
#[expect(
    clippy::disallowed_methods,
    reason = "programs read their environment; libraries do not"
)]
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Creates a file that only its owner can read.
fn private_file(path: &str) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
