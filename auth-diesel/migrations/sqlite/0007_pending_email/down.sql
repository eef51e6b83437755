ALTER TABLE auth_users DROP COLUMN pending_email;
