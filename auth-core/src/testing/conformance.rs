//! The conformance suite: the HTTP contract as cases that are written once and run with any client.
//!
//! A [`Client`] sends requests to the core itself ([`CoreClient`]), or to a web framework with an
//! adapter. An adapter that passes every case answers like the core: the same status, headers and body.
//!
//! A test implements [`Harness`] (fresh stores, and a client of a handle) and runs [`run`], or one
//! group of cases at a time with [`run_group`]. A [`Transcript`] of one harness can be compared with that of
//! another, byte for byte.
//!
//! # Examples
//!
//! ```
//! use auth_core::testing::conformance::{self, CoreHarness};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let failures = conformance::run_group(&CoreHarness::new(), "logout").await;
//! conformance::assert_none(&failures);
//! # });
//! ```

mod addresses;
mod backends;
mod bodies;
mod breach;
mod canary;
mod change_password;
mod classic;
mod classic_secrets;
mod context;
mod cookies;
mod core_client;
mod csrf;
mod decisions;
mod declared;
mod delete_me;
mod duplicates;
mod expected;
mod fixture;
mod forms;
mod hooks;
mod http_client;
mod injection;
mod jar;
mod keys;
mod login;
mod logout;
mod lost_reply;
mod mail;
mod me;
mod methods;
mod outages;
mod pending_email;
mod privileges;
mod refresh;
mod register;
mod reset;
mod revoke;
mod routes;
mod search;
mod sessions;
mod settings;
mod setup;
mod tokens;
mod transcript;
mod users;
mod verification;
mod wire;

pub use core_client::{CoreClient, CoreHarness};
pub use http_client::HttpClient;
pub use transcript::{Difference, Transcript};
pub use wire::{WireReply, WireRequest};

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use transcript::Recording;

use crate::auth::Auth;
use crate::store::{ExpiringStore, SessionStore, UserDatabase};
use crate::user::User;

/// A client: sends a request and returns the reply.
#[async_trait]
pub trait Client: Send + Sync {
    /// Sends the request unchanged. The reply has its header names in lower case, without the headers of
    /// the connection and the server: `date`, `content-length`, `connection`, `transfer-encoding`.
    async fn send(&self, request: WireRequest) -> WireReply;
}

/// The stores and clients of the cases. Every case has its own.
#[async_trait]
pub trait Harness: Send + Sync {
    /// Returns empty stores for one case.
    async fn stores(&self) -> Stores;
    /// Returns a client of the routes of `auth`, mounted at their own paths. The peer of its requests is
    /// a loopback address.
    async fn open(&self, auth: Auth<User>) -> Box<dyn Client>;
}

/// The stores of a case.
#[expect(missing_debug_implementations, reason = "stores need not be `Debug`")]
#[derive(Clone)]
pub struct Stores {
    /// Users.
    pub users: Arc<dyn UserDatabase<User = User>>,
    /// Expiring entries.
    pub expiring: Arc<dyn ExpiringStore>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
}

/// One case: a name, and its function.
#[derive(Clone, Copy)]
pub struct Case {
    group: &'static str,
    name: &'static str,
    body: Body,
}

type Body = for<'t> fn(&'t CaseRun<'t>) -> Pin<Box<dyn Future<Output = ()> + Send + 't>>;

/// A reply, or a state, that differs from the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The case, as `group::name`.
    pub case: String,
    /// The request, or the checked value.
    pub request: String,
    /// The value of the contract.
    pub expected: String,
    /// The actual value.
    pub actual: String,
}

/// One run of one case: collects the failures.
struct CaseRun<'r> {
    harness: &'r dyn Harness,
    case: String,
    failures: Mutex<Vec<Failure>>,
    exchanges: Mutex<Vec<(WireRequest, WireReply)>>,
}

/// Returns every case.
#[must_use]
pub fn cases() -> Vec<Case> {
    [
        login::cases(),
        logout::cases(),
        refresh::cases(),
        lost_reply::cases(),
        sessions::cases(),
        cookies::cases(),
        classic::cases(),
        classic_secrets::cases(),
        duplicates::cases(),
        csrf::cases(),
        forms::cases(),
        backends::cases(),
        keys::cases(),
        register::cases(),
        breach::cases(),
        addresses::cases(),
        verification::cases(),
        reset::cases(),
        mail::cases(),
        me::cases(),
        pending_email::cases(),
        change_password::cases(),
        declared::cases(),
        delete_me::cases(),
        users::cases(),
        search::cases(),
        bodies::cases(),
        methods::cases(),
        injection::cases(),
        privileges::cases(),
        tokens::cases(),
        revoke::cases(),
        settings::cases(),
        outages::cases(),
        hooks::cases(),
        decisions::cases(),
        context::cases(),
        canary::cases(),
    ]
    .concat()
}

/// Runs every case, one after the other, and returns the failures.
#[must_use = "it tells what failed and does not panic: hand it to `assert_none`"]
pub async fn run(harness: &dyn Harness) -> Vec<Failure> {
    let mut failures = Vec::new();
    for case in cases() {
        failures.extend(case.run(harness).await);
    }
    failures
}

/// Runs the cases of one group. A group that does not exist is a failure.
#[must_use = "it tells what failed and does not panic: hand it to `assert_none`"]
pub async fn run_group(harness: &dyn Harness, group: &str) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut found = false;
    for case in cases().into_iter().filter(|case| case.group == group) {
        found = true;
        failures.extend(case.run(harness).await);
    }
    if !found {
        failures.push(Failure {
            case: group.to_owned(),
            request: "the group".to_owned(),
            expected: "some cases".to_owned(),
            actual: "none".to_owned(),
        });
    }
    failures
}

/// Fails the test with a list of the failures.
///
/// # Panics
///
/// If there is a failure.
pub fn assert_none(failures: &[Failure]) {
    let list: Vec<_> = failures.iter().map(ToString::to_string).collect();
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        list.join("\n")
    );
}

impl Case {
    const fn new(group: &'static str, name: &'static str, body: Body) -> Self {
        Self { group, name, body }
    }

    /// Returns the group: the name of a route or of a subject.
    #[must_use]
    pub fn group(&self) -> &'static str {
        self.group
    }

    /// Returns the name within the group.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Runs this case alone.
    #[must_use = "it tells what failed and does not panic: hand it to `assert_none`"]
    pub async fn run(&self, harness: &dyn Harness) -> Vec<Failure> {
        self.record(harness).await.0
    }

    /// Runs this case; returns the failures and the exchanges.
    async fn record(&self, harness: &dyn Harness) -> (Vec<Failure>, Recording) {
        let run = CaseRun {
            harness,
            case: format!("{}::{}", self.group, self.name),
            failures: Mutex::default(),
            exchanges: Mutex::default(),
        };
        (self.body)(&run).await;
        let exchanges = run.exchanges.into_inner();
        let exchanges = exchanges.unwrap_or_else(PoisonError::into_inner);
        let failures = run.failures.into_inner();
        (
            failures.unwrap_or_else(PoisonError::into_inner),
            Recording::new(&run.case, &exchanges),
        )
    }
}

impl CaseRun<'_> {
    /// Records an exchange for the transcript.
    fn record(&self, request: &WireRequest, reply: &WireReply) {
        let mut exchanges = self
            .exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        exchanges.push((request.clone(), reply.clone()));
    }

    fn fail(
        &self,
        request: impl Into<String>,
        expected: impl Into<String>,
        actual: impl Into<String>,
    ) {
        let failure = Failure {
            case: self.case.clone(),
            request: request.into(),
            expected: expected.into(),
            actual: actual.into(),
        };
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(failure);
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            case,
            request,
            expected,
            actual,
        } = self;
        write!(
            f,
            "{case}\n  request:  {request}\n  expected: {expected}\n  actual:   {actual}"
        )
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.group, self.name)
    }
}

/// Lists the cases of a file under the name of their group.
macro_rules! group {
    ($group:literal: $($name:ident),+ $(,)?) => {
        pub(super) fn cases() -> Vec<super::Case> {
            vec![$(super::Case::new($group, stringify!($name), |run| Box::pin($name(run)))),+]
        }
    };
}
use group;
