//! The engines by name, for statements that differ between engines.

/// A SQL engine.
///
/// # Examples
///
/// ```
/// use auth_diesel::SqlEngine;
///
/// assert_eq!(SqlEngine::of_url("sqlite://auth.db"), Some(SqlEngine::Sqlite));
/// assert_eq!(SqlEngine::of_url("postgresql://localhost/auth"), Some(SqlEngine::Postgres));
/// assert_eq!(SqlEngine::of_url("redis://localhost"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SqlEngine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl SqlEngine {
    /// Every engine.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    /// Returns the engine of a URL; `None` for another scheme. A path without a scheme is SQLite.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        match url.split_once(':').map_or("", |(scheme, _)| scheme) {
            "sqlite" | "" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            "mysql" => Some(Self::Mysql),
            _ => None,
        }
    }

    /// Returns a quoted name for a statement.
    pub(crate) fn quoted(self, name: &str) -> String {
        let quote = match self {
            Self::Sqlite | Self::Postgres => '"',
            Self::Mysql => '`',
        };
        let doubled = name.replace(quote, &format!("{quote}{quote}"));
        format!("{quote}{doubled}{quote}")
    }
}
