-- MySQL commits each change of a table at once: a migration that was interrupted must be able to run again.
-- Sessions: one row from the login to the end, rewritten in place. Ids are random (UUIDs of version
-- 4 in their 16 bytes), so new rows go to any page of the table. Times are in UTC. An owner is
-- `realm:key`, and of any population of users: hence no reference to a table of them. It is bytes
-- and not text: no collation of MySQL that MariaDB shares tells `a` from `a` and a blank.
CREATE TABLE IF NOT EXISTS auth_sessions (
    id           BINARY(16)     NOT NULL PRIMARY KEY,
    owner        VARBINARY(255) NOT NULL,
    backend      VARCHAR(32)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    epoch        BIGINT         NOT NULL,
    created_at   DATETIME(6)    NOT NULL,
    last_used_at DATETIME(6)    NOT NULL,
    expires_at   DATETIME(6)    NOT NULL,
    ends_at      DATETIME(6)    NOT NULL,
    client       VARCHAR(255)   CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    version      BIGINT         NOT NULL,
    tokens       VARCHAR(1024)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- The sessions of an owner, the last used first.
    INDEX auth_sessions_owner (owner, last_used_at),
    -- Expired rows, for the purge.
    INDEX auth_sessions_expires_at (expires_at)
) ENGINE = InnoDB;
