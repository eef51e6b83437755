//! PostgreSQL: its own `UUID` and `TIMESTAMPTZ`, in their binary form.

use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::BigInt;
use uuid::Uuid;

use super::{AuthTime, AuthUuid, DbTime, DbUuid};

/// PostgreSQL counts from 2000-01-01 UTC, this many micro-seconds after 1970-01-01.
const EPOCH: i64 = 946_684_800_000_000;

impl ToSql<AuthUuid, Pg> for DbUuid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        std::io::Write::write_all(out, self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<AuthUuid, Pg> for DbUuid {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.as_bytes())?))
    }
}

impl ToSql<AuthTime, Pg> for DbTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let since_2000 = self.0 - EPOCH;
        std::io::Write::write_all(out, &since_2000.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<AuthTime, Pg> for DbTime {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let since_2000 = <i64 as FromSql<BigInt, Pg>>::from_sql(value)?;
        // `infinity` is the largest number, which is out of range.
        Ok(Self(since_2000.saturating_add(EPOCH)))
    }
}
