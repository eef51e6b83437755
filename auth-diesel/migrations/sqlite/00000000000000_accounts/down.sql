DROP TABLE auth_expiring;
DROP TABLE auth_users;
