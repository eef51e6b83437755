-- MySQL commits each change of a table at once: a migration that was interrupted must be able to run again.
-- Counters that expire. A row is alive while the caller's clock is before expires_at (UTC).
-- Bytes and not text: no collation of MySQL that MariaDB shares tells `a` from `a` and a blank.
CREATE TABLE IF NOT EXISTS auth_expiring (
    `key`      VARBINARY(191) NOT NULL PRIMARY KEY,
    `count`    BIGINT         NOT NULL,
    expires_at DATETIME(6)    NOT NULL,
    INDEX auth_expiring_expires_at (expires_at)
) ENGINE = InnoDB;
