-- Counters that expire. A row is alive while the caller's clock is before expires_at, in
-- micro-seconds since 1970-01-01 UTC.
CREATE TABLE auth_expiring (
    key        TEXT    NOT NULL PRIMARY KEY CHECK (length(key) <= 191),
    count      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX auth_expiring_expires_at ON auth_expiring (expires_at);
