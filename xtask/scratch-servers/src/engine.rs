//! The engines and their names.

use std::fmt;

use crate::server;

/// The number of simultaneous connections that a scratch server accepts.
pub const CONNECTIONS: u16 = 300;

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MariaDB, or MySQL if only MySQL is installed.
    Mysql,
}

/// For how long PgBouncer lends a connection to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolMode {
    /// Until the client disconnects.
    Session,
    /// For one transaction.
    Transaction,
}

impl Engine {
    /// Every engine, in the order of their output.
    pub const ALL: [Self; 2] = [Self::Postgres, Self::Mysql];

    /// Returns the environment variable with the URL of this engine's server for tests.
    ///
    /// ```
    /// use scratch_servers::Engine;
    ///
    /// assert_eq!(Engine::Postgres.variable(), "AUTH_TEST_POSTGRES_URL");
    /// assert_eq!(Engine::Mysql.variable(), "AUTH_TEST_MYSQL_URL");
    /// ```
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Postgres => "AUTH_TEST_POSTGRES_URL",
            Self::Mysql => "AUTH_TEST_MYSQL_URL",
        }
    }

    /// Returns the shell command that installs the engine on Debian and its derivatives.
    ///
    /// ```
    /// use scratch_servers::Engine;
    ///
    /// assert_eq!(Engine::Mysql.installation(), "apt-get install mariadb-server");
    /// ```
    #[must_use]
    pub const fn installation(self) -> &'static str {
        match self {
            Self::Postgres => "apt-get install postgresql",
            Self::Mysql => "apt-get install mariadb-server",
        }
    }

    /// Returns whether the engine's programs are found on this machine.
    ///
    /// ```
    /// use scratch_servers::Engine;
    ///
    /// for engine in Engine::ALL {
    ///     println!("{engine}: {}", engine.is_installed());
    /// }
    /// ```
    #[must_use]
    pub fn is_installed(self) -> bool {
        server::is_installed(self)
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MariaDB",
        })
    }
}
