-- The time and the methods of the authentication of a session (`auth_time`, `amr`). An existing session
-- was authenticated when it was started, by methods that are not known. The defaults are for rows that
-- an earlier version of the program inserts meanwhile: their `auth_time` is never recent.
ALTER TABLE auth_sessions ADD COLUMN auth_time INTEGER NOT NULL DEFAULT 0;
ALTER TABLE auth_sessions ADD COLUMN methods TEXT NOT NULL DEFAULT '' CHECK (length(methods) <= 135);

UPDATE auth_sessions SET auth_time = created_at;
