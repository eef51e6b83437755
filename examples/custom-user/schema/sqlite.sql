CREATE TABLE IF NOT EXISTS customers (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    email           TEXT    NOT NULL UNIQUE,
    password_digest TEXT,
    is_active       BOOLEAN NOT NULL,
    is_verified     BOOLEAN NOT NULL,
    is_clerk        BOOLEAN NOT NULL,
    epoch           BIGINT  NOT NULL DEFAULT 0,
    display_name    TEXT    NOT NULL,
    locale          TEXT,
    company_id      BIGINT  NOT NULL
);
