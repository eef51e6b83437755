-- Users. Keys are UUIDs of version 7, so that they sort by creation. Roles are a sorted JSON array
-- of names. Addresses and names arrive normalised and are compared byte for byte.
CREATE TABLE auth_users (
    id            UUID             NOT NULL PRIMARY KEY,
    email         TEXT COLLATE "C" NOT NULL UNIQUE,
    username      TEXT COLLATE "C" UNIQUE,
    password_hash TEXT,
    is_active     BOOLEAN          NOT NULL,
    is_verified   BOOLEAN          NOT NULL,
    is_superuser  BOOLEAN          NOT NULL,
    roles         TEXT             NOT NULL DEFAULT '[]',
    epoch         BIGINT           NOT NULL DEFAULT 0,
    created_at    TIMESTAMPTZ      NOT NULL
);

-- "Is there another active superuser?" is asked before one is demoted; there are few of them.
CREATE INDEX auth_users_superusers ON auth_users (id) WHERE is_superuser AND is_active;
