ALTER TABLE auth_sessions ADD INDEX auth_sessions_owner (owner, last_used_at), DROP INDEX auth_sessions_owner_epoch;
