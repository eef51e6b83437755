//! The engines, and what people call them.

use std::fmt;

use crate::server;

/// How many clients a scratch server takes at the same time.
pub const CONNECTIONS: u16 = 300;

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MariaDB, or MySQL where that is what is installed.
    Mysql,
}

impl Engine {
    /// Every engine, in the order in which they are named to people.
    pub const ALL: [Self; 2] = [Self::Postgres, Self::Mysql];

    /// The environment variable that tells tests the URL of a server of this engine.
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

    /// The line that installs the engine on Debian and its kin.
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

    /// Whether the engine's programs are found on this machine.
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
