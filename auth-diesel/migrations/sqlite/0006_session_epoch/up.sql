-- The sessions of an owner and an epoch, the last used first: the list of a user's sessions, and the removal
-- of those of earlier epochs.
CREATE INDEX auth_sessions_owner_epoch ON auth_sessions (owner, epoch, last_used_at);

DROP INDEX auth_sessions_owner;
