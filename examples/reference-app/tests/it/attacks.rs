//! Attacks on the running program, one kind a file.

mod changed_address;
mod copied_session;
mod dead_sessions;
mod expired_access_token;
mod half_open;
mod mail_flood;
mod mailer_arguments;
mod own_superuser;
mod predictable_passwords;
mod weak_secrets;
