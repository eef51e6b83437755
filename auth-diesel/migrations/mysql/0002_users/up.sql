-- MySQL commits each change of a table at once: a migration that was interrupted must be able to run again.
-- Users. Keys are UUIDs of version 7 in their 16 bytes, so that they sort by creation. Times are in
-- UTC. Roles are a sorted JSON array of names. Addresses and names arrive normalised and are
-- compared byte for byte: under another collation `é` and `e` would be one person.
CREATE TABLE IF NOT EXISTS auth_users (
    id            BINARY(16)   NOT NULL PRIMARY KEY,
    email         VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    username      VARCHAR(150) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    password_hash TEXT         CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    is_active     BOOLEAN      NOT NULL,
    is_verified   BOOLEAN      NOT NULL,
    is_superuser  BOOLEAN      NOT NULL,
    roles         TEXT         CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    epoch         BIGINT       NOT NULL DEFAULT 0,
    created_at    DATETIME(6)  NOT NULL,
    UNIQUE INDEX auth_users_email (email),
    UNIQUE INDEX auth_users_username (username),
    -- "Is there another active superuser?" is asked before one is demoted; there are few of them.
    INDEX auth_users_superusers (is_superuser, is_active)
) ENGINE = InnoDB;
