-- MySQL commits each change of a table at once: a migration that was interrupted must be able to run again.
-- The time and the methods of the authentication of a session (`auth_time`, `amr`). An existing session
-- was authenticated when it was started, by methods that are not known. The defaults are for rows that
-- an earlier version of the program inserts meanwhile: their `auth_time` is never recent.
SET @auth_alter = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'auth_sessions' AND column_name = 'auth_time') = 0,
    'ALTER TABLE auth_sessions
         ADD COLUMN auth_time DATETIME(6) NOT NULL DEFAULT ''1970-01-01 00:00:00.000000'',
         ADD COLUMN methods VARCHAR(135) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''''',
    'DO 0');
PREPARE auth_alter FROM @auth_alter;
EXECUTE auth_alter;
DEALLOCATE PREPARE auth_alter;

UPDATE auth_sessions SET auth_time = created_at WHERE auth_time = '1970-01-01 00:00:00.000000';
