-- MySQL commits each change of a table at once: a migration that was interrupted must be able to run again.
-- The sessions of an owner and an epoch, the last used first: the list of a user's sessions, and the removal
-- of those of earlier epochs.
SET @auth_alter = IF(
    (SELECT COUNT(*) FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = 'auth_sessions'
     AND index_name = 'auth_sessions_owner_epoch') = 0,
    'ALTER TABLE auth_sessions
         ADD INDEX auth_sessions_owner_epoch (owner, epoch, last_used_at),
         DROP INDEX auth_sessions_owner',
    'DO 0');
PREPARE auth_alter FROM @auth_alter;
EXECUTE auth_alter;
DEALLOCATE PREPARE auth_alter;
