//! The statements that create the table of a declared user.

use auth_core::user::{ColumnKind, ColumnSpec};
use time::OffsetDateTime;

use crate::sql::Kind;
use crate::sql_engine::SqlEngine;
use crate::table::{Codec, DeclaredTable, MAX_TEXT_KEY, SqlKey};

/// The longest address, in code points; a MySQL index needs a bound.
const MAX_EMAIL: usize = 320;
/// The longest user name, in code points.
const MAX_USERNAME: usize = 150;
/// The longest text that is a `VARCHAR` in MySQL, whose rows are bounded.
const MAX_VARCHAR: usize = ColumnSpec::UNIQUE_MAX;
/// The longest `TEXT` in MySQL: 65,535 bytes, of which a code point takes up to four.
const MAX_LONG_TEXT: usize = 16_383;

/// Returns the statements, each with a semicolon at its end.
pub(crate) fn statements<U: DeclaredTable>(engine: SqlEngine) -> String {
    let names = U::ACCOUNT;
    let fields = U::FIELDS;
    let types = Types(engine);
    let mut columns = vec![
        (U::KEY, types.key::<U::Id>()),
        (
            names.email,
            format!("{} NOT NULL UNIQUE", types.text(MAX_EMAIL)),
        ),
        (names.password_hash, types.long_text(MAX_LONG_TEXT)),
        (names.is_active, types.boolean(names.is_active)),
        (names.is_verified, types.boolean(names.is_verified)),
    ];
    if fields.usernames {
        columns.push((
            names.username,
            format!("{} UNIQUE", types.text(MAX_USERNAME)),
        ));
    }
    if fields.pending_emails {
        columns.push((names.pending_email, types.text(MAX_EMAIL)));
    }
    if fields.superusers {
        columns.push((names.is_superuser, types.boolean(names.is_superuser)));
    }
    if fields.roles {
        columns.push((
            names.roles,
            format!("{} NOT NULL", types.long_text(MAX_LONG_TEXT)),
        ));
    }
    let big = types.plain(ColumnKind::BigInt);
    columns.push((names.epoch, format!("{big} NOT NULL DEFAULT 0")));
    if fields.created_at {
        let time = types.plain(ColumnKind::Time);
        columns.push((names.created_at, format!("{time} NOT NULL")));
    }
    let own = U::columns().iter();
    columns.extend(own.map(|spec| (spec.column_name(), types.own(spec))));
    let lines = columns
        .iter()
        .map(|(name, sql)| format!("    {} {sql}", engine.quoted(name)));
    let lines: Vec<_> = lines.collect();
    let (create, end) = match engine {
        SqlEngine::Sqlite => ("CREATE TABLE", ") STRICT;\n"),
        SqlEngine::Postgres => ("CREATE TABLE", ");\n"),
        // It commits each change of a table at once: an interrupted migration is run again.
        SqlEngine::Mysql => ("CREATE TABLE IF NOT EXISTS", ") ENGINE = InnoDB;\n"),
    };
    let table: Vec<_> = U::TABLE
        .split('.')
        .map(|name| engine.quoted(name))
        .collect();
    format!(
        "{create} {} (\n{}\n{end}",
        table.join("."),
        lines.join(",\n")
    )
}

/// The column types of an engine.
#[derive(Clone, Copy)]
struct Types(SqlEngine);

impl Types {
    fn key<K: SqlKey>(self) -> String {
        let is_made_here = <K as SqlKey>::generate(OffsetDateTime::UNIX_EPOCH).is_some();
        let kind = K::SqlType::KIND;
        let plain = match kind {
            Kind::Uuid => self.plain(ColumnKind::Uuid).to_owned(),
            Kind::Text => self.text(MAX_TEXT_KEY),
            Kind::Integer => self.plain(ColumnKind::Integer).to_owned(),
            _ => self.plain(ColumnKind::BigInt).to_owned(),
        };
        if is_made_here {
            return format!("{plain} NOT NULL PRIMARY KEY");
        }
        match self.0 {
            SqlEngine::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT".to_owned(),
            SqlEngine::Postgres => format!("{plain} GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
            SqlEngine::Mysql => format!("{plain} AUTO_INCREMENT PRIMARY KEY"),
        }
    }

    /// Returns the type of a text that is compared byte by byte.
    fn text(self, max: usize) -> String {
        match self.0 {
            SqlEngine::Sqlite => "TEXT".to_owned(),
            SqlEngine::Postgres => "TEXT COLLATE \"C\"".to_owned(),
            SqlEngine::Mysql => {
                let name = if max <= MAX_VARCHAR {
                    format!("VARCHAR({max})")
                } else if max <= MAX_LONG_TEXT {
                    "TEXT".to_owned()
                } else {
                    "MEDIUMTEXT".to_owned()
                };
                format!("{name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
            }
        }
    }

    /// Returns the type of a text without an index.
    fn long_text(self, max: usize) -> String {
        match self.0 {
            SqlEngine::Sqlite | SqlEngine::Postgres => "TEXT".to_owned(),
            SqlEngine::Mysql => self.text(max),
        }
    }

    fn boolean(self, name: &str) -> String {
        match self.0 {
            SqlEngine::Sqlite => {
                let name = self.0.quoted(name);
                format!("INTEGER NOT NULL CHECK ({name} IN (0, 1))")
            }
            SqlEngine::Postgres | SqlEngine::Mysql => "BOOLEAN NOT NULL".to_owned(),
        }
    }

    fn own(self, spec: &ColumnSpec) -> String {
        let name = spec.column_name();
        let column = match (spec.kind(), self.0) {
            (ColumnKind::Bool, SqlEngine::Sqlite) => {
                format!("INTEGER CHECK ({} IN (0, 1))", self.0.quoted(name))
            }
            (ColumnKind::Text, _) => {
                let max = spec.max_code_points().unwrap_or(MAX_LONG_TEXT);
                if spec.is_unique() {
                    self.text(max)
                } else {
                    self.long_text(max)
                }
            }
            (kind, _) => self.plain(kind).to_owned(),
        };
        let null = if spec.is_nullable() { "" } else { " NOT NULL" };
        let unique = if spec.is_unique() { " UNIQUE" } else { "" };
        format!("{column}{null}{unique}")
    }

    const fn plain(self, kind: ColumnKind) -> &'static str {
        match (kind, self.0) {
            (ColumnKind::Bool, SqlEngine::Postgres | SqlEngine::Mysql) => "BOOLEAN",
            (
                ColumnKind::Bool | ColumnKind::Integer | ColumnKind::BigInt | ColumnKind::Time,
                SqlEngine::Sqlite,
            )
            | (ColumnKind::Integer, _) => "INTEGER",
            (ColumnKind::BigInt, _) => "BIGINT",
            (ColumnKind::Double, SqlEngine::Sqlite) => "REAL",
            (ColumnKind::Double, _) => "DOUBLE PRECISION",
            (ColumnKind::Uuid, SqlEngine::Sqlite) => "BLOB",
            (ColumnKind::Uuid, SqlEngine::Postgres) => "UUID",
            (ColumnKind::Uuid, SqlEngine::Mysql) => "BINARY(16)",
            (ColumnKind::Time, SqlEngine::Postgres) => "TIMESTAMPTZ",
            (ColumnKind::Time, SqlEngine::Mysql) => "DATETIME(6)",
            _ => "TEXT",
        }
    }
}
