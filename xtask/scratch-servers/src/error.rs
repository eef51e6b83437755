//! The errors of servers.

use std::error::Error;
use std::fmt;

use crate::Engine;

/// Why a server could not be started, stopped or killed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServerError {
    /// The engine's programs were not found.
    Missing(Engine),
    /// PgBouncer was not found.
    NoPgBouncer,
    /// The engine is installed, and one of its programs failed.
    Failed {
        /// The engine.
        engine: Engine,
        /// The description of the failure.
        what: String,
        /// The last lines of the server's log; may be empty.
        log: String,
    },
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(engine) => {
                write!(f, "{engine} is not installed ({})", engine.installation())
            }
            Self::NoPgBouncer => {
                f.write_str("PgBouncer is not installed (apt-get install pgbouncer)")
            }
            Self::Failed { engine, what, log } if log.is_empty() => write!(f, "{engine}: {what}"),
            Self::Failed { engine, what, log } => {
                write!(f, "{engine}: {what}; the end of its log:\n{log}")
            }
        }
    }
}

impl Error for ServerError {}

#[cfg(test)]
mod tests {
    use super::ServerError;
    use crate::Engine;

    #[test]
    fn messages_have_the_installation_and_the_log() {
        assert_eq!(
            ServerError::Missing(Engine::Postgres).to_string(),
            "PostgreSQL is not installed (apt-get install postgresql)"
        );
        assert_eq!(
            ServerError::NoPgBouncer.to_string(),
            "PgBouncer is not installed (apt-get install pgbouncer)"
        );
        let failed = |log: &str| ServerError::Failed {
            engine: Engine::Mysql,
            what: "it ended".to_owned(),
            log: log.to_owned(),
        };
        assert_eq!(failed("").to_string(), "MariaDB: it ended");
        let with_log = failed("disk full").to_string();
        assert_eq!(
            with_log,
            "MariaDB: it ended; the end of its log:\ndisk full"
        );
    }
}
