//! SQL types of the toolkit: a UUID and a point in time on each engine.
//!
//! Each engine has a different column type for them, so a `table!` with Diesel's types would be
//! needed per engine. With these two types one `table!` is enough; the conversions of an engine are
//! in its file below `types/`.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use diesel::query_builder::QueryId;
use diesel::sql_types::{SqlOrd, SqlType};
use time::OffsetDateTime;
use uuid::Uuid;

/// The column type of a UUID: `UUID` in PostgreSQL, `BINARY(16)` in MySQL, `BLOB` in SQLite.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[cfg_attr(feature = "sqlite", diesel(sqlite_type(name = "Binary")))]
#[cfg_attr(
    feature = "postgres",
    diesel(postgres_type(oid = 2950, array_oid = 2951))
)]
#[cfg_attr(feature = "mysql", diesel(mysql_type(name = "Blob")))]
pub struct AuthUuid;

/// The column type of a point in time, exact to the micro-second: `TIMESTAMPTZ` in PostgreSQL,
/// `DATETIME(6)` in UTC in MySQL, `INTEGER` of micro-seconds since 1970 in SQLite.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[cfg_attr(feature = "sqlite", diesel(sqlite_type(name = "Long")))]
#[cfg_attr(
    feature = "postgres",
    diesel(postgres_type(oid = 1184, array_oid = 1185))
)]
#[cfg_attr(feature = "mysql", diesel(mysql_type(name = "DateTime")))]
pub struct AuthTime;

impl SqlOrd for AuthUuid {}
impl SqlOrd for AuthTime {}

/// A UUID as a column value.
///
/// Diesel's support of `uuid` is not used: its version range allows a different version of the
/// crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DbUuid(pub Uuid);

/// A point in time as a column value: micro-seconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DbTime(i64);

impl DbTime {
    const NANOS_PER_MICRO: i128 = 1_000;

    /// Returns the last micro-second that is not after `time`: for the current time, and for displayed times.
    pub fn floor(time: OffsetDateTime) -> Self {
        Self::from_micros(
            time.unix_timestamp_nanos()
                .div_euclid(Self::NANOS_PER_MICRO),
        )
    }

    /// Returns the first micro-second that is not before `time`: for an expiry, so that rounding never ends
    /// an entry early.
    pub fn ceil(time: OffsetDateTime) -> Self {
        Self::from_micros(-((-time.unix_timestamp_nanos()).div_euclid(Self::NANOS_PER_MICRO)))
    }

    /// Returns the time; `None` outside of the years -9999 to 9999.
    pub fn to_time(self) -> Option<OffsetDateTime> {
        let nanos = i128::from(self.0) * Self::NANOS_PER_MICRO;
        OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()
    }

    fn from_micros(micros: i128) -> Self {
        // Years -9999 to 9999 in micro-seconds take 59 bits, so that this never saturates.
        Self(i64::try_from(micros).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floor_and_ceil_round_to_microseconds() {
        let check = |nanos: i128, floor: i64, ceil: i64| {
            let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap();
            assert_eq!(DbTime::floor(time), DbTime(floor), "floor of {nanos}");
            assert_eq!(DbTime::ceil(time), DbTime(ceil), "ceiling of {nanos}");
        };
        check(0, 0, 0);
        check(1, 0, 1);
        check(999, 0, 1);
        check(1_000, 1, 1);
        check(1_001, 1, 2);
        check(-1, -1, 0);
        check(-1_000, -1, -1);
        check(-1_001, -2, -1);
    }

    #[test]
    fn earliest_and_latest_times_are_converted_exactly() {
        let ends = [
            time::Date::MIN.midnight().assume_utc(),
            time::Date::MAX.midnight().assume_utc(),
        ];
        for end in ends {
            assert_eq!(DbTime::floor(end).to_time(), Some(end));
        }
        assert_eq!(DbTime(i64::MAX).to_time(), None);
    }
}
