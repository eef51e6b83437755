-- Counters that expire. A row is alive while the caller's clock is before expires_at.
CREATE TABLE auth_expiring (
    key        TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (octet_length(key) <= 191),
    count      BIGINT           NOT NULL,
    expires_at TIMESTAMPTZ      NOT NULL
);

CREATE INDEX auth_expiring_expires_at ON auth_expiring (expires_at);
