CREATE INDEX auth_sessions_owner ON auth_sessions (owner, last_used_at);
DROP INDEX auth_sessions_owner_epoch;
