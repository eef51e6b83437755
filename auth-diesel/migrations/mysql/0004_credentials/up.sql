-- MySQL keeps each change of a table at once: a run that stopped before noting it must find no obstacle.
-- Credentials: what belongs to a user and proves something, told apart by their kind. An id is unique
-- within its kind. Kinds, ids and owners (`realm:key`) are compared byte for byte. An owner may be of
-- any population of users: hence no reference to a table of them. It is bytes and not text: no
-- collation of MySQL that MariaDB shares tells `a` from `a` and a blank. Data is sealed, or a digest.
-- Times are in UTC.
CREATE TABLE IF NOT EXISTS auth_credentials (
    kind         VARCHAR(32)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    id           VARCHAR(255)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    owner        VARBINARY(255)   NOT NULL,
    data         VARBINARY(16384) NOT NULL,
    label        VARCHAR(255)     CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    created_at   DATETIME(6)      NOT NULL,
    last_used_at DATETIME(6)      NULL,
    version      BIGINT           NOT NULL,
    PRIMARY KEY (kind, id),
    -- The list of an owner's credentials.
    INDEX auth_credentials_owner (owner, kind)
) ENGINE = InnoDB;
