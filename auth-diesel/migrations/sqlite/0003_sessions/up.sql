-- Sessions: one row from the login to the end, rewritten in place. Ids are random (UUIDs of version
-- 4 in their 16 bytes), so the rows stay in the order in which they came and the key is an index
-- beside them. Times are micro-seconds since 1970-01-01 UTC. An owner is `realm:key`, compared byte
-- for byte, and of any population of users: hence no reference to a table of them.
CREATE TABLE auth_sessions (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    owner        TEXT    NOT NULL CHECK (length(CAST(owner AS BLOB)) <= 255),
    backend      TEXT    NOT NULL CHECK (length(backend) <= 32),
    epoch        INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    client       TEXT,
    version      INTEGER NOT NULL,
    tokens       TEXT    NOT NULL CHECK (length(tokens) <= 1024)
) STRICT;

-- The sessions of an owner, the last used first.
CREATE INDEX auth_sessions_owner ON auth_sessions (owner, last_used_at);

-- Expired rows, for the purge.
CREATE INDEX auth_sessions_expires_at ON auth_sessions (expires_at);
