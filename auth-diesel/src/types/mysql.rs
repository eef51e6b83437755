//! MySQL and MariaDB: a UUID is `BINARY(16)`, a time is `DATETIME(6)` in UTC.

use diesel::deserialize::{self, FromSql};
use diesel::mysql::data_types::{MysqlTime, MysqlTimestampType};
use diesel::mysql::{Mysql, MysqlValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Binary, Datetime};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};
use uuid::Uuid;

use super::{AuthTime, AuthUuid, DbTime, DbUuid};

impl ToSql<AuthUuid, Mysql> for DbUuid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
        std::io::Write::write_all(out, self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<AuthUuid, Mysql> for DbUuid {
    fn from_sql(value: MysqlValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Mysql>>::from_sql(value)?;
        Ok(Self(Uuid::from_slice(&bytes)?))
    }
}

impl ToSql<AuthTime, Mysql> for DbTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
        // A DATETIME has the years 0 to 9999. A later expiry is clamped to the end of 9999,
        // an earlier one has expired.
        let first = Date::from_ordinal_date(0, 1)?.midnight().assume_utc();
        let last = PrimitiveDateTime::MAX.assume_utc();
        let time = self.to_time().unwrap_or(last).max(first);
        let parts = MysqlTime::new(
            time.year().try_into()?,
            u8::from(time.month()).into(),
            time.day().into(),
            time.hour().into(),
            time.minute().into(),
            time.second().into(),
            time.microsecond().into(),
            false,
            MysqlTimestampType::MYSQL_TIMESTAMP_DATETIME,
            0,
        );
        <MysqlTime as ToSql<Datetime, Mysql>>::to_sql(&parts, &mut out.reborrow())
    }
}

impl FromSql<AuthTime, Mysql> for DbTime {
    fn from_sql(value: MysqlValue<'_>) -> deserialize::Result<Self> {
        let parts = <MysqlTime as FromSql<Datetime, Mysql>>::from_sql(value)?;
        Ok(Self::floor(utc(&parts)?))
    }
}

fn utc(parts: &MysqlTime) -> deserialize::Result<OffsetDateTime> {
    let month = Month::try_from(u8::try_from(parts.month)?)?;
    let date = Date::from_calendar_date(parts.year.try_into()?, month, parts.day.try_into()?)?;
    let time = Time::from_hms_micro(
        parts.hour.try_into()?,
        parts.minute.try_into()?,
        parts.second.try_into()?,
        parts.second_part.try_into()?,
    )?;
    Ok(PrimitiveDateTime::new(date, time).assume_utc())
}
