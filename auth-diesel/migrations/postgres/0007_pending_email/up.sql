-- The address that a user asked for and has not proven yet. It is not unique: two users may ask for one, and
-- the first that proves it gets it.
ALTER TABLE auth_users ADD COLUMN pending_email TEXT COLLATE "C";
