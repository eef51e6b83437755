-- Sessions: one row from the login to the end. Ids are random (UUIDs of version 4). An owner is
-- `realm:key`, compared byte for byte, and of any population of users: hence no reference to a
-- table of them.
CREATE TABLE auth_sessions (
    id           UUID             NOT NULL PRIMARY KEY,
    owner        TEXT COLLATE "C" NOT NULL CHECK (octet_length(owner) <= 255),
    backend      TEXT COLLATE "C" NOT NULL CHECK (octet_length(backend) <= 32),
    epoch        BIGINT           NOT NULL,
    created_at   TIMESTAMPTZ      NOT NULL,
    last_used_at TIMESTAMPTZ      NOT NULL,
    expires_at   TIMESTAMPTZ      NOT NULL,
    ends_at      TIMESTAMPTZ      NOT NULL,
    client       TEXT,
    version      BIGINT           NOT NULL,
    tokens       TEXT COLLATE "C" NOT NULL CHECK (octet_length(tokens) <= 1024)
);

-- The sessions of an owner, the last used first.
CREATE INDEX auth_sessions_owner ON auth_sessions (owner, last_used_at);

-- Expired rows, for the purge.
CREATE INDEX auth_sessions_expires_at ON auth_sessions (expires_at);
