-- Credentials: what belongs to a user and proves something, told apart by their kind. An id is unique
-- within its kind. Kinds, ids and owners (`realm:key`) are compared byte for byte. An owner may be of
-- any population of users: hence no reference to a table of them. Data is sealed, or a digest.
CREATE TABLE auth_credentials (
    kind         TEXT COLLATE "C" NOT NULL CHECK (octet_length(kind) <= 32),
    id           TEXT COLLATE "C" NOT NULL CHECK (octet_length(id) <= 255),
    owner        TEXT COLLATE "C" NOT NULL CHECK (octet_length(owner) <= 255),
    data         BYTEA            NOT NULL CHECK (octet_length(data) <= 16384),
    label        TEXT,
    created_at   TIMESTAMPTZ      NOT NULL,
    last_used_at TIMESTAMPTZ,
    version      BIGINT           NOT NULL,
    PRIMARY KEY (kind, id)
);

-- The list of an owner's credentials.
CREATE INDEX auth_credentials_owner ON auth_credentials (owner, kind);
