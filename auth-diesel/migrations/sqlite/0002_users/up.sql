-- Users. Keys are UUIDs of version 7 in their 16 bytes, so that they sort by creation.
-- Times are micro-seconds since 1970-01-01 UTC. Roles are a sorted JSON array of names.
CREATE TABLE auth_users (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    email         TEXT    NOT NULL UNIQUE,
    username      TEXT    UNIQUE,
    password_hash TEXT,
    is_active     INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    is_verified   INTEGER NOT NULL CHECK (is_verified IN (0, 1)),
    is_superuser  INTEGER NOT NULL CHECK (is_superuser IN (0, 1)),
    roles         TEXT    NOT NULL DEFAULT '[]',
    epoch         INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL
) STRICT;

-- "Is there another active superuser?" is asked before one is demoted; there are few of them.
CREATE INDEX auth_users_superusers ON auth_users (id) WHERE is_superuser AND is_active;
