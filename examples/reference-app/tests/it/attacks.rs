//! Attacks on the running program, one kind a file.
//!
//! No request reaches these kinds; other tests show their right values:
//!
//! | kind | test |
//! | --- | --- |
//! | drivers that log parameters of statements | `canary::output_contains_no_secret`, with the most verbose log; in `auth-diesel` `driver_log::store_warns_if_the_log_contains_parameters` |
//! | a check of dependencies that checks nothing | in `xtask` `deny::tests::missing_tool_is_no_success` |
//! | a logout that a loss of power undoes | in `auth-diesel` `open::commits_in_a_file_wait_for_the_disk_unless_an_option_says_otherwise` |

mod changed_address;
mod copied_session;
mod dead_sessions;
mod expired_access_token;
mod half_open;
mod mail_flood;
mod mailer_arguments;
mod other_population;
mod own_superuser;
mod predictable_passwords;
mod taken_names;
mod unproven_refresh;
mod unrecorded_revocation;
mod weak_secrets;
