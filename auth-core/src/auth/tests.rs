//! All problems of a configuration are reported at once, each with its sentence.

mod pages;
mod routes;
mod sessions;
mod users;

use std::sync::Arc;
use std::time::Duration;

use crate::config::{ConfigProblem, ConfigWarning};
use crate::context::{Actor, Client};
use crate::http::{BufferedRequest, TrustedProxies};
use crate::secret::{MasterSecret, Secret};
use crate::store::UserRecord;
use crate::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use crate::testing::{Outbox, accounts_builder, fast_hasher, master_secret};
use crate::{
    Accounts, Auth, AuthBuilder, AuthUser, Backend, BearerTransport, JwtStrategy, LoginBy,
    RouteSetting, User,
};

fn jwt() -> JwtStrategy {
    JwtStrategy::from_master(&master_secret()).revoked_in(MemoryExpiringStore::new())
}

fn backend(name: &str, strategy: JwtStrategy) -> Backend<User> {
    Backend::new(name, BearerTransport::new(), strategy)
}

fn builder() -> AuthBuilder<User> {
    Auth::builder(accounts_builder(Arc::new(Outbox::new())))
}

fn problems<U: AuthUser>(builder: AuthBuilder<U>) -> Vec<ConfigProblem> {
    let error = builder.build().expect_err("a refused configuration");
    for fault in error.problems() {
        // `main` prints the `Debug` of the error that it returns.
        let texts = [error.to_string(), format!("{error:?}")];
        assert!(
            texts.iter().all(|text| text.contains(&fault.to_string())),
            "{fault}"
        );
    }
    error.problems().to_vec()
}

#[test]
fn invalid_refusal_codes_are_problems() {
    let builder = builder().backend(backend("jwt", jwt()));
    let codes = ["PLAN_ENDED", "plan ended", "LOGIN_BAD_CREDENTIALS", ""];
    let found = problems(builder.refusal_codes(codes));
    let invalid = ["plan ended", "LOGIN_BAD_CREDENTIALS", ""].map(|code| {
        let code = code.to_owned();
        ConfigProblem::InvalidRefusalCode { code }
    });
    assert_eq!(found, invalid);
}

/// J-05: a key that is too short or too easy to guess is a problem.
#[test]
fn all_problems_are_reported_at_once() {
    let accounts = Accounts::builder(
        MemoryUserDatabase::new(),
        &MasterSecret::from_bytes("replace-with-a-32-byte-secret-please"),
    )
    .account_token_lifetime(Duration::ZERO)
    .processes(2)
    .hasher(fast_hasher());
    let found = problems(
        Auth::builder(accounts)
            .backend(backend("login", JwtStrategy::hs256(Secret::new("short"))))
            .backend(backend("x", jwt().lifetime(Duration::from_hours(25))))
            .backend(backend("x", jwt()))
            .auth_path("auth?")
            .users_path("/"),
    );
    let has = |wanted: fn(&ConfigProblem) -> bool| found.iter().any(wanted);
    assert!(has(
        |f| matches!(f, ConfigProblem::WeakSecret { which, .. } if which == "the master secret")
    ));
    assert!(has(
        |f| matches!(f, ConfigProblem::WeakSecret { which, .. } if which.contains("access tokens"))
    ));
    assert!(has(|f| matches!(
        f,
        ConfigProblem::MissingExpiringStore { .. }
    )));
    assert!(has(
        |f| matches!(f, ConfigProblem::LifetimeOutOfRange { which, .. } if which.contains("account"))
    ));
    assert!(has(
        |f| matches!(f, ConfigProblem::LifetimeOutOfRange { which, .. } if which.contains("access"))
    ));
    assert!(has(
        |f| matches!(f, ConfigProblem::ProcessLocal { what } if what == "the user database")
    ));
    assert!(has(
        |f| matches!(f, ConfigProblem::ProcessLocal { what } if what == "the expiring store")
    ));
    assert!(has(
        |f| matches!(f, ConfigProblem::InvalidBackendName { name } if name == "login")
    ));
    assert!(has(
        |f| matches!(f, ConfigProblem::DuplicateBackend { name } if name == "x")
    ));
    assert!(has(
        |f| matches!(f, ConfigProblem::InvalidPath { path } if path == "auth?")
    ));
    assert!(has(
        |f| matches!(f, ConfigProblem::UsersPathCollides { path } if path.is_empty())
    ));
    assert!(has(|f| matches!(f, ConfigProblem::MissingRevocation)));
}

/// A6.3.8: a login that shows the account state would defeat hidden accounts at registration.
#[test]
fn hidden_registration_needs_hidden_account_state() {
    let auth = |required, folded| {
        let accounts = accounts_builder(Arc::new(Outbox::new())).require_verification(required);
        Auth::builder(accounts)
            .backend(backend("jwt", jwt()))
            .hide_existing_accounts(true)
            .hide_account_state(folded)
    };
    assert!(auth(true, true).build().is_ok());
    for (required, folded) in [(false, false), (true, false), (false, true)] {
        assert_eq!(problems(auth(required, folded)).len(), 1);
    }
}

/// A6.3.8: with hidden accounts the mail to a new user would tell whether another unique value was free, so
/// the address must be the only one.
#[test]
fn hidden_registration_takes_no_other_unique_field() {
    crate::user! {
        struct Member (new: NewMember, change: MemberChange) {
            number: i64,
            account: crate::Account,
            badge: i32 [register, unique],
        }
    }
    fn hidden<U: UserRecord>(login_by: LoginBy) -> AuthBuilder<U> {
        let hooks = Arc::new(Outbox::<U>::default());
        let accounts = accounts_builder(hooks).require_verification(true);
        Auth::builder(accounts)
            .backend(Backend::new("jwt", BearerTransport::new(), jwt()))
            .login_by(login_by)
            .hide_account_state(true)
            .hide_existing_accounts(true)
    }
    let reveals = |field| ConfigProblem::UniqueFieldReveals { field };
    let by_name = hidden::<User>(LoginBy::Username);
    assert_eq!(problems(by_name), [reveals("username")]);
    let of_members = hidden::<Member>(LoginBy::Email);
    assert_eq!(problems(of_members), [reveals("badge")]);
    assert!(hidden::<User>(LoginBy::Email).build().is_ok());
    let closed = hidden::<User>(LoginBy::Username).route("register", RouteSetting::off());
    assert!(closed.build().is_ok(), "there is no registration");
}

#[test]
fn missing_backend_is_a_problem() {
    assert_eq!(problems(builder()), [ConfigProblem::NoBackend]);
}

/// J-05: with one key for two purposes a token of one would be accepted for the other.
#[test]
fn repeated_secret_is_a_problem() {
    let key = || Secret::new(*b"k3b9/sV1mQ0zX7pTfY2uWc8dLrEhNaGj");
    let secrets = crate::accounts::AccountSecrets::separate(
        key(),
        Secret::generate().unwrap(),
        Secret::generate().unwrap(),
    );
    let accounts = Accounts::builder(MemoryUserDatabase::new(), secrets)
        .expiring_store(MemoryExpiringStore::new());
    let strategy = JwtStrategy::hs256(key()).revoked_in(MemoryExpiringStore::new());
    let found = problems(Auth::builder(accounts).backend(backend("jwt", strategy)));
    let [ConfigProblem::ReusedSecret { first, second }] = found.as_slice() else {
        panic!("one repeated secret, not {found:?}");
    };
    assert!(first.contains("verification tokens") && second.contains("access tokens"));
}

#[test]
fn email_routes_without_email_flows_are_a_problem() {
    let accounts = accounts_builder(Arc::new(Outbox::new())).without_email_flows();
    let found = problems(Auth::builder(accounts).backend(backend("jwt", jwt())));
    assert!(matches!(
        found.as_slice(),
        [ConfigProblem::RoutesWithoutEmailTokens]
    ));

    let accounts = Accounts::builder(MemoryUserDatabase::new(), &master_secret())
        .without_email_flows()
        .hasher(fast_hasher());
    let auth = Auth::builder(accounts)
        .backend(backend("jwt", jwt()))
        .route("verify", RouteSetting::off())
        .route("password", RouteSetting::off());
    assert!(auth.build().is_ok(), "only a user database is needed then");
}

#[test]
fn accepted_risks_are_warnings() {
    let auth = builder()
        .backend(backend(
            "jwt",
            JwtStrategy::from_master(&master_secret()).dangerous_without_revocation(),
        ))
        .build()
        .unwrap();
    let is_process_local = |w: &&ConfigWarning| matches!(w, ConfigWarning::ProcessLocal { .. });
    assert_eq!(auth.warnings().iter().filter(is_process_local).count(), 2);
    let weakened = auth.warnings().len() - 2;
    assert_eq!(
        weakened,
        2,
        "cheap hashes, and no revocation: {:?}",
        auth.warnings()
    );
}

#[test]
fn error_message_contains_no_secret() {
    let secret = "hunter2-hunter2";
    let accounts = Accounts::builder(MemoryUserDatabase::new(), &MasterSecret::from_bytes(secret));
    let error = Auth::builder(accounts).build().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn application_sets_the_base_paths_and_removes_a_route() {
    let auth = builder()
        .backend(backend("jwt", jwt()))
        .backend(backend("api", jwt_of(7)))
        .auth_path("/api/v1/auth/")
        .users_path("/people")
        .route("register", RouteSetting::off())
        .build()
        .unwrap();
    let paths: Vec<_> = auth.routes().map(crate::api::Route::path).collect();
    assert_eq!(
        paths,
        [
            "/api/v1/auth/login",
            "/api/v1/auth/api/login",
            "/api/v1/auth/logout",
            "/api/v1/auth/api/logout",
            "/api/v1/auth/verify",
            "/api/v1/auth/request-verify-token",
            "/api/v1/auth/forgot-password",
            "/api/v1/auth/reset-password",
            "/people/me",
            "/people/me/change-password",
            "/people",
            "/people/{id}",
        ]
    );
}

fn jwt_of(seed: u8) -> JwtStrategy {
    let key: Vec<u8> = (0..32_u8)
        .map(|n| n.wrapping_mul(97).wrapping_add(seed) ^ 0x5a)
        .collect();
    JwtStrategy::hs256(Secret::new(key)).revoked_in(MemoryExpiringStore::new())
}

/// One key may sign for two audiences, and not twice for one.
#[test]
fn backends_that_accept_tokens_of_each_other_are_refused() {
    let key = || {
        let keys = crate::token::KeyRing::new(crate::token::JwtKey::hs256_auto_kid(Secret::new(
            *b"k3b9/sV1mQ0zX7pTfY2uWc8dLrEhNaGj",
        )));
        JwtStrategy::new(keys).revoked_in(MemoryExpiringStore::new())
    };
    let two = |second: JwtStrategy| {
        Auth::builder(accounts_builder(Arc::new(Outbox::new())))
            .backend(backend("web", key()))
            .backend(backend("api", second))
    };
    assert!(two(key().audience("auth:api")).build().is_ok());
    let found = problems(two(key()));
    assert!(
        matches!(found.as_slice(), [ConfigProblem::SharedAudience { .. }]),
        "{found:?}"
    );
}

#[test]
fn proxy_networks_are_validated() {
    let build = |networks: &[&str]| {
        builder()
            .backend(backend("jwt", jwt()))
            .trusted_proxies(TrustedProxies::x_forwarded_for(networks))
    };
    assert!(build(&["10.0.0.0/8", "::1"]).build().is_ok());
    let found = problems(build(&["10.0.0.1/8", "lb.internal", "::1", "0.0.0.0/0"]));
    assert_eq!(found.len(), 3, "{found:?}");
    for (problem, text) in found
        .iter()
        .zip(["`10.0.0.0/8`", "lb.internal", "every address"])
    {
        assert!(matches!(
            problem,
            ConfigProblem::InvalidTrustedProxies { .. }
        ));
        assert!(problem.to_string().contains(text), "{problem}");
    }
}

#[test]
fn context_of_a_request_names_the_client() {
    let request = |peer: [u8; 4]| {
        BufferedRequest::new("GET", Vec::new())
            .peer(peer)
            .header("x-forwarded-for", "203.0.113.7")
            .header("user-agent", "curl/8 \u{202e}")
            .head
    };
    let auth = builder()
        .backend(backend("jwt", jwt()))
        .trusted_proxies(TrustedProxies::x_forwarded_for(["10.0.0.0/8"]))
        .build()
        .unwrap();
    for (peer, client) in [
        ([10, 0, 0, 1], [203, 0, 113, 7]),
        ([192, 0, 2, 1], [192, 0, 2, 1]),
    ] {
        let context = auth.context(&request(peer));
        assert_eq!(context.client().address(), Some(client.into()));
        assert_eq!(context.client().user_agent(), Some("curl/8"));
        assert_eq!(context.actor(), &Actor::Anonymous);
    }
    let nothing = auth.context(&BufferedRequest::new("GET", Vec::new()).head);
    assert_eq!(nothing.client(), &Client::unknown());
}
