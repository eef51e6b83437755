DROP TABLE auth_expiring;
