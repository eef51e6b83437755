//! Options of database URLs: each is understood, or refused by name before anything is opened.

use std::time::Duration;

use auth_core::User;
use auth_diesel::{AnyStore, OpenError, StoreOptions};

use crate::homes::{File, Home, Mysql, Postgres};

async fn error_of(url: &str) -> OpenError {
    let options = StoreOptions::default().checkout_timeout(Duration::from_millis(300));
    match AnyStore::<User>::open_with(url, options).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error,
    }
}

/// Checks that the error of each URL names its option and contains the text.
async fn are_refused(base: &str, cases: &[(&str, &str, &str)]) {
    for (query, option, text) in cases {
        let error = error_of(&format!("{base}?{query}")).await.to_string();
        let begin = format!("option `{option}` of the database URL ");
        assert!(error.starts_with(&begin), "{query}: {error}");
        assert!(error.contains(text), "{query}: {error}");
    }
}

/// `?mode=rwc` is an option, and not a part of the name of the file.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn options_of_sqlite_are_understood_or_refused() {
    let file = File::new().await.unwrap();
    are_refused(
        file.url(),
        &[
            ("mode=ro", "mode", "writes"),
            ("mode=shared", "mode", "`rwc` or `rw`"),
            ("cache=shared", "cache", "remove it"),
            ("journal_mode=DELETE", "journal_mode", "remove it"),
            (
                "mode=rwc&busy_timeout=1",
                "busy_timeout",
                "StoreOptions::busy_timeout",
            ),
            ("vfs=unix-none", "vfs", "remove it"),
        ],
    )
    .await;
    let error = error_of(&format!("{}?mode=memory", file.url())).await;
    assert!(matches!(error, OpenError::InMemory), "{error:?}");
    let error = error_of(&format!("{}?mode=rw", file.url())).await;
    assert!(matches!(error, OpenError::File(_)), "{error:?}");

    for query in ["?mode=rwc", "?mode=rw", "?"] {
        let url = format!("{}{query}", file.url());
        AnyStore::<User>::open(&url).await.unwrap();
    }
    let folder = std::path::Path::new(file.path()).parent().unwrap();
    let names = std::fs::read_dir(folder).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        names
            .iter()
            .all(|name| !name.to_string_lossy().contains('?')),
        "{names:?}"
    );
}

/// No server is needed: an option is refused before a connection is made.
#[tokio::test]
async fn options_of_postgres_are_refused_by_name() {
    are_refused(
        "postgres://user:a-secret-word@127.0.0.1:1/accounts",
        &[
            ("sslmode=allow", "sslmode", "verify-full"),
            ("sslmode=on", "sslmode", "verify-full"),
            ("ssl=true", "ssl", "`sslmode=verify-full`"),
            (
                "keepalives_count=3",
                "keepalives_count",
                "`keepalives_retries`",
            ),
            ("connect_timeout=soon", "connect_timeout", "invalid value"),
            ("passfile=/etc/passwd", "passfile", "remove it"),
            ("prepareThreshold=0", "prepareThreshold", "`pgbouncer=true`"),
            ("pgbouncer=yes", "pgbouncer", "`true` or `false`"),
            ("application_name=a&sslcrl=x", "sslcrl", "remove it"),
            ("sslmode", "sslmode", "has no value"),
        ],
    )
    .await;
}

#[tokio::test]
async fn options_of_mysql_are_refused_by_name() {
    are_refused(
        "mysql://user:a-secret-word@127.0.0.1:1/accounts",
        &[
            ("ssl-mode=REQUIRED", "ssl-mode", "guide"),
            ("sslmode=require", "sslmode", "guide"),
            ("require_ssl=true", "require_ssl", "guide"),
            ("verify_ca=false", "verify_ca", "guide"),
            ("pool_max=3", "pool_max", "StoreOptions::pool_size"),
            ("client_found_rows=false", "client_found_rows", "remove it"),
            ("tcp_keepalive=often", "tcp_keepalive", "a number"),
            ("tcp_nodelay=1", "tcp_nodelay", "`true` or `false`"),
            ("charset=latin1", "charset", "remove it"),
            (
                "prefer_socket=false&charset=utf8mb4",
                "charset",
                "remove it",
            ),
        ],
    )
    .await;
}

/// Without a database MySQL would report a lock that belongs to no database.
#[tokio::test]
async fn url_without_a_host_or_a_database_is_refused() {
    for url in [
        "mysql://user:a-secret-word@127.0.0.1:1",
        "mysql://user:a-secret-word@127.0.0.1:1/",
        "mysql://user:a-secret-word@127.0.0.1:1/?prefer_socket=false",
    ] {
        let error = error_of(url).await.to_string();
        assert!(error.contains("names no database"), "{url}: {error}");
        assert!(error.contains("mysql://"), "{url}: {error}");
    }
    let error = error_of("postgres:///accounts").await.to_string();
    assert!(error.contains("names no host"), "{error}");
}

/// A part of a password may look like an option: it is not named then.
#[tokio::test]
async fn refused_url_is_not_shown() {
    for url in [
        "postgres://user:zebra@x?zebra=1@127.0.0.1:1/accounts",
        "postgres://user@127.0.0.1:1/accounts?password=zebra&sslmode=allow",
        "postgres://user:zebra@127.0.0.1:1/accounts?ze%20bra=1",
        "postgres://user:zebra@127.0.0.1:zebra/accounts",
        "mysql://user:x?zebra=1@127.0.0.1:1/accounts",
        "mysql://user:x#zebra@127.0.0.1:1/accounts",
        "mysql://user:zebra@127.0.0.1:1/accounts?ze.bra/=1",
        "mysql://user:zebra@127.0.0.1:1/accounts?wait_timeout=zebra",
    ] {
        let error = error_of(url).await;
        let words = format!("{error} {error:?}");
        assert!(!words.contains("zebra"), "{words}");
        assert!(!words.contains("bra"), "{words}");
        assert!(words.contains("database URL"), "{words}");
    }
}

/// The options that drivers understand reach them.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn options_of_servers_are_understood() {
    let options = "application_name=accounts&connect_timeout=5&target_session_attrs=read-write\
                   &options=-c%20search_path=public&sslmode=disable&keepalives=1&pgbouncer=false";
    if let Some(home) = Postgres::new().await {
        let url = format!("{}?{options}", home.url());
        AnyStore::<User>::open(&url).await.unwrap();
        let url = format!("{}?application_name=a@b", home.url());
        let error = error_of(&url).await.to_string();
        assert!(error.contains("percent-encode"), "{error}");
    }
    if let Some(home) = Mysql::new().await {
        let options = "tcp_keepalive=1000&tcp_nodelay=true&prefer_socket=false&compression=fast";
        let url = format!("{}?{options}", home.url());
        AnyStore::<User>::open(&url).await.unwrap();
    }
}
