ALTER TABLE auth_sessions DROP COLUMN auth_time;
ALTER TABLE auth_sessions DROP COLUMN methods;
