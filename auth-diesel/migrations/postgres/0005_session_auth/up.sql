-- The time and the methods of the authentication of a session (`auth_time`, `amr`). An existing session
-- was authenticated when it was started, by methods that are not known. The defaults are for rows that
-- an earlier version of the program inserts meanwhile: their `auth_time` is never recent.
ALTER TABLE auth_sessions
    ADD COLUMN auth_time TIMESTAMPTZ NOT NULL DEFAULT TIMESTAMPTZ '1970-01-01 00:00:00+00',
    ADD COLUMN methods TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK (octet_length(methods) <= 135);

UPDATE auth_sessions SET auth_time = created_at;
