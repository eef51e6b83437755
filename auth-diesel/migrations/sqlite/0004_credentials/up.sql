-- Credentials: what belongs to a user and proves something, told apart by their kind. An id is unique
-- within its kind. Kinds, ids and owners (`realm:key`) are compared byte for byte. An owner may be of
-- any population of users: hence no reference to a table of them. Data is sealed, or a digest. Times
-- are micro-seconds since 1970-01-01 UTC.
CREATE TABLE auth_credentials (
    kind         TEXT    NOT NULL CHECK (length(kind) <= 32),
    id           TEXT    NOT NULL CHECK (length(id) <= 255),
    owner        TEXT    NOT NULL CHECK (length(CAST(owner AS BLOB)) <= 255),
    data         BLOB    NOT NULL CHECK (length(data) <= 16384),
    label        TEXT,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    version      INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;

-- The list of an owner's credentials.
CREATE INDEX auth_credentials_owner ON auth_credentials (owner, kind);
