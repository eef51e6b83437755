//! The conformance suite with the client of the core, one test per group.

use std::collections::BTreeSet;

use auth_core::testing::conformance::{self, CoreHarness};

use crate::world::block_on;

macro_rules! groups {
    ($($test:ident = $group:literal),+ $(,)?) => {
        $(#[test]
        fn $test() {
            block_on(async {
                conformance::assert_none(&conformance::run_group(&CoreHarness::new(), $group).await);
            });
        })+

        /// A group that is never run would always pass.
        #[test]
        fn every_group_is_run() {
            let known: BTreeSet<_> = conformance::cases().iter().map(|case| case.group()).collect();
            assert_eq!(known, BTreeSet::from([$($group),+]));
        }
    };
}

groups! {
    login = "login",
    logout = "logout",
    refresh = "refresh",
    lost_reply = "lost_reply",
    sessions = "sessions",
    cookies = "cookies",
    classic = "classic",
    classic_secrets = "classic_secrets",
    duplicates = "duplicates",
    csrf = "csrf",
    forms = "forms",
    backends = "backends",
    keys = "keys",
    register = "register",
    addresses = "addresses",
    breach = "breach",
    verification = "verification",
    reset = "reset",
    mail = "mail",
    me = "me",
    pending_email = "pending-email",
    change_password = "change-password",
    declared = "declared",
    delete_me = "delete-me",
    users = "users",
    search = "search",
    bodies = "bodies",
    methods = "methods",
    injection = "injection",
    privileges = "privileges",
    tokens = "tokens",
    revoke = "revoke",
    settings = "settings",
    outages = "outages",
    hooks = "hooks",
    decisions = "decisions",
    context = "context",
    canary = "canary",
}

#[test]
fn case_names_are_unique() {
    let cases = conformance::cases();
    let names: BTreeSet<_> = cases
        .iter()
        .map(|case| (case.group(), case.name()))
        .collect();
    assert_eq!(names.len(), cases.len());
}
