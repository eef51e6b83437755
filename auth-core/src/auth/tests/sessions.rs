//! Problems of sessions, cookies and origins at `build()`.

use std::sync::Arc;
use std::time::Duration;

use super::problems;
use crate::ConfigProblem;
use crate::accounts::AccountSecrets;
use crate::secret::Secret;
use crate::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use crate::testing::{Outbox, accounts_builder, fast_hasher, master_secret};
use crate::{
    Accounts, Auth, AuthBuilder, Backend, BearerTransport, CookieTransport, JwtStrategy,
    OpaqueStrategy, Sessions, User,
};

fn sessions() -> Sessions {
    Sessions::new(MemorySessionStore::new(), &master_secret())
}

fn builder(sessions: Sessions) -> AuthBuilder<User> {
    Auth::builder(accounts_builder(Arc::new(Outbox::new())).sessions(sessions))
}

fn web() -> Backend<User> {
    Backend::new("web", CookieTransport::new(), OpaqueStrategy::new())
}

/// Checks that a configuration has one problem whose sentence contains `words`.
fn check(builder: AuthBuilder<User>, words: &str) {
    let found = problems(builder);
    let [fault] = found.as_slice() else {
        panic!("one fault about {words}, not {found:?}");
    };
    assert!(fault.to_string().contains(words), "{fault}");
}

/// That each of these configurations has this one problem.
fn check_is(builder: AuthBuilder<User>, problem: ConfigProblem) {
    assert_eq!(problems(builder), [problem]);
}

#[test]
fn invalid_limits_and_realms_are_problems() {
    let days = |days: u64| Duration::from_hours(24 * days);
    let with = |sessions| builder(sessions).backend(web());
    check(with(sessions().idle(Duration::ZERO)), "idle time");
    for browser in [Duration::ZERO, days(31)] {
        check(
            with(sessions().browser_idle(browser)),
            "sessions that end with the browser",
        );
    }
    check(with(sessions().absolute(days(29))), "absolute life");
    check(with(sessions().absolute(days(401))), "absolute life");
    check(
        with(sessions().refresh_grace(Duration::from_mins(6))),
        "grace",
    );
    check(
        with(sessions().lost_reply_window(Duration::from_mins(61))),
        "window of lost replies",
    );
    for realm in ["", "a:b"] {
        let accounts = accounts_builder(Arc::new(Outbox::new())).realm(realm);
        let realm = realm.to_owned();
        check_is(
            Auth::builder(accounts.sessions(sessions())).backend(web()),
            ConfigProblem::InvalidRealm { realm },
        );
    }
    let short = sessions().idle(days(1)).absolute(days(1));
    assert!(with(short.refresh_grace(Duration::ZERO)).build().is_ok());
}

#[test]
fn sessions_need_a_store_and_a_strategy_that_checks_them() {
    let without = || Auth::builder(accounts_builder(Arc::new(Outbox::new())));
    let backend = || "web".to_owned();
    let missing = ConfigProblem::MissingSessionStore { backend: backend() };
    check_is(without().backend(web()), missing);
    let jwt = || JwtStrategy::from_master(&master_secret());
    let api = Backend::new("api", BearerTransport::new(), jwt());
    check_is(
        builder(sessions()).backend(api),
        ConfigProblem::MissingRevocation,
    );
    let api = Backend::new("api", BearerTransport::new(), jwt()).with_sessions();
    assert!(builder(sessions()).backend(api).build().is_ok());
    let lag = web().dangerous_with_sessions_checked_at_refresh_only();
    let unchecked = ConfigProblem::UncheckedSessionSecret { backend: backend() };
    check_is(builder(sessions()).backend(lag), unchecked);
}

/// A lifetime that no token of a classic session has.
#[test]
fn lifetime_of_a_classic_session_is_a_problem() {
    let short = || OpaqueStrategy::new().lifetime(Duration::from_mins(5));
    let web = || Backend::new("web", CookieTransport::new(), short());
    let backend = "web".to_owned();
    check_is(
        builder(sessions()).backend(web()),
        ConfigProblem::LifetimeOfClassicSession { backend },
    );
    assert!(
        builder(sessions())
            .backend(web().rotating())
            .build()
            .is_ok()
    );
}

/// Two backends with one cookie, origins and prefixes that are not valid.
#[test]
fn invalid_cookie_settings_are_problems() {
    let both = || {
        let other = Backend::new("admin", CookieTransport::new(), OpaqueStrategy::new());
        builder(sessions()).backend(web()).backend(other)
    };
    check(both(), "two backends use the cookie");
    let new = CookieTransport::new;
    let plain = || new().insecure_over_plain_http();
    let shared = || new().share_with_subdomains("shop.example");
    // The access cookie of one has the name of another cookie of the other.
    for (one, other) in [
        (new(), new().name("auth-csrf")),
        (new().name("auth-csrf"), new()),
        (plain(), plain().name("auth-refresh")),
        (shared().name("auth-refresh"), shared()),
    ] {
        let one = Backend::new("web", one, OpaqueStrategy::new());
        let other = Backend::new("admin", other, OpaqueStrategy::new());
        let builder = builder(sessions()).backend(one).backend(other);
        check(builder, "two backends use the cookie");
    }
    for origin in ["https://shop.example/", "*", "shop.example"] {
        check(
            builder(sessions()).backend(web()).allow_origin(origin),
            "is not a valid origin",
        );
        check(
            builder(sessions()).backend(web()).own_origin(origin),
            "is not a valid origin",
        );
    }
    check(
        builder(sessions()).backend(web()).public_prefix("api"),
        "is not a valid path",
    );
}

/// N-SE-03: cookies over plain HTTP need a setting that says so, which is a warning, and an origin on the own
/// machine where the origin is known.
#[test]
fn cookies_over_plain_http_are_a_warning_or_a_problem() {
    let plain = || {
        let cookies = CookieTransport::new().insecure_over_plain_http();
        builder(sessions()).backend(Backend::new("web", cookies, OpaqueStrategy::new()))
    };
    let warns = |builder: AuthBuilder<User>| {
        let auth = builder.build().unwrap();
        let mut warnings = auth.warnings().iter();
        warnings.any(|warning| warning.to_string().contains("plain HTTP"))
    };
    for origin in [
        "http://shop.example",
        "https://shop.example",
        "http://192.0.2.1",
    ] {
        check_is(plain().own_origin(origin), ConfigProblem::InsecureOrigin);
    }
    assert!(warns(plain().own_origin("http://localhost:8000")));
    assert!(warns(plain()), "the origin is not known");
    let secure = || builder(sessions()).backend(web());
    assert!(!warns(secure()));
    assert!(!warns(secure().own_origin("https://shop.example")));
}

/// Separate secrets instead of one master secret.
#[test]
fn separate_secrets_replace_the_master() {
    let secret = || Secret::generate().unwrap();
    let secrets = || AccountSecrets::separate(secret(), secret(), secret());
    let accounts = |secrets| {
        Accounts::<User>::builder(MemoryUserDatabase::new(), secrets)
            .expiring_store(MemoryExpiringStore::new())
            .hasher(fast_hasher())
            .sessions(Sessions::with_secret(MemorySessionStore::new(), secret()))
    };
    let without = Auth::builder(accounts(secrets())).backend(web());
    check_is(without, ConfigProblem::MissingCsrfSecret);
    let secrets = secrets().csrf_secret(secret());
    assert!(
        Auth::builder(accounts(secrets))
            .backend(web())
            .build()
            .is_ok()
    );
}

/// A store in memory is a warning, and a problem if there are several processes.
#[test]
fn session_store_in_memory_is_reported() {
    let built = builder(sessions()).backend(web()).build().unwrap();
    let told = |text: &str| text.contains("the session store");
    assert!(built.warnings().iter().any(|w| told(&w.to_string())));
    let accounts = accounts_builder(Arc::new(Outbox::new()))
        .sessions(sessions())
        .processes(2);
    let found = problems(Auth::builder(accounts).backend(web()));
    assert!(
        found.iter().any(|fault| told(&fault.to_string())),
        "{found:?}"
    );
}
