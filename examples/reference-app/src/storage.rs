//! The storage: its URL, which may contain a password, and its stores.

use std::env::{self, VarError};
use std::fmt;
use std::sync::Arc;

use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::{ExpiringStore, SessionStore, User, UserDatabase};
use auth_diesel::{AnyStore, OpenError, StoreOptions};
use zeroize::Zeroizing;

use crate::Failure;
use crate::args::Args;

const VARIABLE: &str = "AUTH_DATABASE_URL";
const DEFAULT: &str = "sqlite://accounts.db";
const MEMORY: &str = "memory:";

/// The stores of users, sessions and expiring entries.
pub(crate) struct Storage {
    pub(crate) users: Arc<dyn UserDatabase<User = User>>,
    pub(crate) expiring: Arc<dyn ExpiringStore>,
    pub(crate) sessions: Arc<dyn SessionStore>,
}

/// The URL of a database. It is never shown, because it may contain a password.
///
/// Every text is accepted: the command line's parser repeats rejected values, so the URL is
/// checked when the database is opened.
#[derive(Clone)]
pub(crate) struct DatabaseUrl(Zeroizing<String>);

impl Storage {
    /// Opens the database of the flag, or else of the variable, or else a file.
    pub(crate) async fn open(args: &Args) -> Result<Self, Failure> {
        let url = match &args.database_url {
            Some(url) => url.clone(),
            None => DatabaseUrl::from_environment()?,
        };
        let mut options = StoreOptions::default();
        if let Some(connections) = args.pool_size {
            options = options.pool_size(connections.get());
        }
        if let Some(timeout) = args.checkout_timeout {
            options = options.checkout_timeout(timeout);
        }
        Self::at(&url, options).await
    }

    /// Returns stores in memory.
    pub(crate) fn in_memory() -> Self {
        Self {
            users: Arc::new(MemoryUserDatabase::new()),
            expiring: Arc::new(MemoryExpiringStore::new()),
            sessions: Arc::new(MemorySessionStore::new()),
        }
    }

    async fn at(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, Failure> {
        if url.0.as_str() == MEMORY {
            return Ok(Self::in_memory());
        }
        let store = match AnyStore::open_with(&url.0, options).await {
            Err(OpenError::Url(form)) => {
                return Err(format!("the database URL is neither {MEMORY} nor {form}…").into());
            }
            opened => opened?,
        };
        Ok(Self {
            users: Arc::new(store.clone()),
            expiring: Arc::new(store.clone()),
            sessions: Arc::new(store),
        })
    }
}

impl DatabaseUrl {
    fn from_environment() -> Result<Self, Failure> {
        #[expect(
            clippy::disallowed_methods,
            reason = "programs read their environment; libraries do not"
        )]
        let variable = env::var(VARIABLE);
        match variable {
            Ok(url) => Ok(url.into()),
            Err(VarError::NotPresent) => Ok(DEFAULT.to_owned().into()),
            // The standard message would show the value.
            Err(VarError::NotUnicode(_)) => Err(format!("{VARIABLE} is not text").into()),
        }
    }
}

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        Self(url.into())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use auth_core::store::PageRequest;
    use clap::Parser;

    use super::*;

    async fn open(url: &str) -> Result<Storage, String> {
        let opened = Storage::at(&url.to_owned().into(), StoreOptions::default()).await;
        opened.map_err(|failure| failure.to_string())
    }

    #[tokio::test]
    async fn unknown_url_is_an_error_without_the_url() {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite://{}", folder.path().join("users.db").display());
        for url in [MEMORY, file.as_str()] {
            let users = open(url).await.unwrap().users;
            let page = users.list(PageRequest::first()).await.unwrap();
            assert_eq!(page.total, 0, "{url}");
        }
        for url in ["", "memory", "sqlite:users.db", "oracle://a:hunter2@b/c"] {
            let error = open(url).await.err().unwrap();
            assert!(error.contains("neither memory: nor "), "{url}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    /// A16.2.5: no output about the command line contains the URL.
    #[test]
    fn url_is_not_shown() {
        let with = |flags: &[&str]| {
            let flag = "--database-url=postgres://ada:hunter2@localhost/accounts";
            Args::try_parse_from([&["reference-app", flag], flags].concat())
        };
        let args = format!("{:?}", with(&[]).unwrap());
        assert!(args.contains("DatabaseUrl"), "{args}");
        assert!(!args.contains("hunter2"), "{args}");
        for mistake in [
            "--database-url=b",
            "--pool-size=0",
            "--no-flag",
            "no-command",
        ] {
            let error = with(&[mistake]).unwrap_err();
            for text in [error.to_string(), format!("{error:?}")] {
                assert!(!text.contains("hunter2"), "{mistake}: {text}");
            }
        }
    }
}
