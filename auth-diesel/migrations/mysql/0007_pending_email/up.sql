-- MySQL commits each change of a table at once: a migration that was interrupted must be able to run again.
-- The address that a user asked for and has not proven yet. It is not unique: two users may ask for one, and
-- the first that proves it gets it.
SET @auth_alter = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'auth_users'
     AND column_name = 'pending_email') = 0,
    'ALTER TABLE auth_users
         ADD COLUMN pending_email VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL',
    'DO 0');
PREPARE auth_alter FROM @auth_alter;
EXECUTE auth_alter;
DEALLOCATE PREPARE auth_alter;
