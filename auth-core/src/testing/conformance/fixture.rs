//! The fixture of one case: a handle around the harness's stores, a client of it, its clock, outbox and
//! events, and injectors of faults.

use std::sync::Arc;

use serde_json::json;
use time::Duration;

use super::expected::Expected;
use super::setup::backends;
pub(super) use super::setup::{ALLOWED_ORIGIN, Backends, Setup};
use super::wire::{WireReply, WireRequest, excerpt};
use super::{CaseRun, Client, Stores};
use crate::accounts::{Accounts, Privileges};
use crate::auth::{Auth, LoginBy};
use crate::event::EventKind;
use crate::password::PasswordHash;
use crate::store::UserDatabase;
use crate::testing::{
    FaultInjector, ManualClock, Outbox, PASSWORD, ProbedExpiringStore, ProbedSessionStore,
    ProbedUserDatabase, RecordingSink, fast_hasher, master_secret, registration,
};
use crate::user::Username;
use crate::user::{Account, AuthUser, User};

/// A password that no account has until a case sets it.
pub(super) const NEW_PASSWORD: &str = "an engine of brass and steam";
/// A password that no user has.
pub(super) const WRONG_PASSWORD: &str = "a guess that leads nowhere";

pub(super) struct Fixture<'t> {
    run: &'t CaseRun<'t>,
    client: Box<dyn Client>,
    pub(super) auth: Auth<User>,
    pub(super) clock: ManualClock,
    pub(super) outbox: Outbox,
    pub(super) events: RecordingSink,
    /// The harness's own store, in front of which no fault is planned.
    pub(super) users: Arc<dyn UserDatabase<User = User>>,
    pub(super) user_faults: FaultInjector,
    pub(super) expiring_faults: FaultInjector,
    pub(super) session_faults: FaultInjector,
    backends: Backends,
}

/// The initial state of an account of a case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Fresh,
    Verified,
    Superuser,
}

impl<'r> CaseRun<'r> {
    /// Returns a fixture with the default settings.
    pub(super) async fn case(&'r self) -> Fixture<'r> {
        self.case_with(Setup::default()).await
    }

    pub(super) async fn case_with(&'r self, mut setup: Setup) -> Fixture<'r> {
        let Stores {
            users,
            expiring,
            sessions,
        } = self.harness.stores().await;
        let (clock, outbox, events) = (ManualClock::new(), Outbox::new(), RecordingSink::new());
        let (user_faults, expiring_faults) = (FaultInjector::new(), FaultInjector::new());
        let session_faults = FaultInjector::new();
        let probed = |store| ProbedExpiringStore::new(store, &expiring_faults);
        let users_probed = ProbedUserDatabase::new(Arc::clone(&users), &user_faults)
            .with_lookup(&session_faults, &expiring_faults);
        let accounts = Accounts::builder(users_probed, &master_secret())
            .expiring_store(probed(Arc::clone(&expiring)))
            .hasher(fast_hasher())
            .clock(clock.clone())
            .event_sink(events.clone())
            .require_verification(setup.require_verification);
        let probed_sessions = ProbedSessionStore::new(sessions, &session_faults);
        let accounts = accounts.sessions(setup.sessions(probed_sessions));
        let accounts = match setup.hooks.take() {
            Some(set) => set(accounts),
            None => accounts.hooks(outbox.clone()),
        };
        let revoked_in = || probed(Arc::clone(&expiring));
        let builder = setup.assemble(accounts, backends(setup.backends, revoked_in));
        let auth = builder.build().expect("the settings of a case are valid");
        let client = self.harness.open(auth.clone()).await;
        Fixture {
            run: self,
            client,
            auth,
            clock,
            outbox,
            events,
            users,
            user_faults,
            expiring_faults,
            session_faults,
            backends: setup.backends,
        }
    }
}

impl Fixture<'_> {
    /// Sends a request, and checks the rules for every reply.
    pub(super) async fn send(&self, request: &WireRequest) -> WireReply {
        let reply = self.client.send(request.clone()).await;
        self.run.record(request, &reply);
        if let Some(rule) = super::declared::undeclared(&self.auth, request, &reply) {
            self.run.fail(request.to_string(), rule, reply.to_string());
        }
        for broken in self.broken_rules(&reply) {
            self.run
                .fail(request.to_string(), broken, reply.to_string());
        }
        reply
    }

    /// Sends a request to a path of the application, without checks.
    pub(super) async fn send_unchecked(&self, request: &WireRequest) -> WireReply {
        self.client.send(request.clone()).await
    }

    /// Sends a request and compares the reply.
    pub(super) async fn expect(&self, request: WireRequest, expected: Expected) -> WireReply {
        let reply = self.send(&request).await;
        if !expected.matches(&reply) {
            self.run
                .fail(request.to_string(), expected.to_string(), reply.to_string());
        }
        reply
    }

    /// Records a failure if `holds` is false.
    pub(super) fn check(&self, holds: bool, what: &str) {
        if !holds {
            self.run.fail(what, "it holds", "it does not");
        }
    }

    /// Records a failure if two values differ.
    pub(super) fn same<T: PartialEq + std::fmt::Debug>(&self, what: &str, actual: T, expected: T) {
        if actual != expected {
            let text = |value: T| excerpt(format!("{value:?}").as_bytes());
            self.run.fail(what, text(expected), text(actual));
        }
    }

    /// The rules for every reply: never stored, typed where it has a body, no cookie from a bearer
    /// backend, and nothing secret in an error.
    fn broken_rules(&self, reply: &WireReply) -> Vec<&'static str> {
        let mut broken = Vec::new();
        let mut rule = |holds: bool, rule| {
            if !holds {
                broken.push(rule);
            }
        };
        let cache: Vec<_> = reply.header("cache-control").collect();
        let is_public = reply.header("etag").next().is_some();
        rule(
            is_public || cache == [b"no-store"],
            "one cache-control: no-store",
        );
        let has_cookies = matches!(
            self.backends,
            Backends::Browser | Backends::Classic | Backends::JwtCookies
        );
        let cookie = reply.header("set-cookie").next();
        rule(
            has_cookies || cookie.is_none(),
            "no cookie of a bearer backend",
        );
        rule(reply.body != b"null", "never the text null");
        let has_type = reply.header("content-type").next().is_some();
        rule(reply.body.is_empty() || has_type, "a body has a type");
        if reply.status >= 400 {
            let text = String::from_utf8_lossy(&reply.body);
            let is_clean = self.secrets().iter().all(|secret| !text.contains(secret));
            rule(is_clean, "no secret in an error");
        }
        broken
    }

    /// Returns the secrets that no error and no event may contain.
    pub(super) fn secrets(&self) -> Vec<String> {
        let mut secrets: Vec<_> = [PASSWORD, NEW_PASSWORD, WRONG_PASSWORD, "$argon2"]
            .map(str::to_owned)
            .into();
        let mailed = self.outbox.items().into_iter().map(|item| item.token);
        secrets.extend(mailed.filter(|token| !token.is_empty()));
        secrets
    }

    /// Returns whether an event of this kind was raised.
    pub(super) fn raised(&self, kind: EventKind) -> bool {
        self.events.kinds().contains(&kind)
    }

    /// Waits for work that continues after replies.
    pub(super) async fn wait_idle(&self) {
        self.auth.accounts().wait_idle().await;
    }

    /// An active account with [`PASSWORD`] that is neither verified nor privileged. Each is made a
    /// second after the one before, so that the order of creation is known.
    pub(super) async fn user(&self, address: &str) -> User {
        self.account(address, Standing::Fresh).await
    }

    /// The same, verified.
    pub(super) async fn verified(&self, address: &str) -> User {
        self.account(address, Standing::Verified).await
    }

    /// The same, verified and a superuser.
    pub(super) async fn admin(&self, address: &str) -> User {
        self.account(address, Standing::Superuser).await
    }

    async fn account(&self, address: &str, standing: Standing) -> User {
        self.clock.advance(Duration::seconds(1));
        let mut registration = registration(address);
        if self.auth.settings().identifier == LoginBy::Username {
            let name = registration.email.local_part();
            registration.username = Some(Username::parse(name).expect("a user name"));
        }
        let privileges = match standing {
            Standing::Fresh => Privileges::none(),
            Standing::Verified => Privileges::none().verified(),
            Standing::Superuser => Privileges::none().verified().superuser(),
        };
        let (accounts, context) = (self.auth.accounts(), self.auth.accounts().context());
        let created = accounts.create_privileged(registration, privileges, &context);
        created.await.expect("the account of a case is made")
    }

    /// Returns an access token of an account with [`PASSWORD`].
    pub(super) async fn token(&self, address: &str) -> String {
        let request = login(address, PASSWORD);
        let reply = self.expect(request, Expected::logged_in()).await;
        reply.text("access_token")
    }

    /// Returns whether a login with this password succeeds.
    pub(super) async fn logs_in(&self, address: &str, password: &str) -> bool {
        self.send(&login(address, password)).await.status == 200
    }

    /// Returns whether an access token is accepted.
    pub(super) async fn accepts(&self, token: &str) -> bool {
        let reply = self
            .send(&WireRequest::get("/users/me").bearer(token))
            .await;
        self.check(
            [200, 401].contains(&reply.status),
            "a token is accepted or refused",
        );
        reply.status == 200
    }

    /// Requests a verification token and returns the mailed token.
    pub(super) async fn verify_token(&self, address: &str) -> String {
        self.mailed("/auth/request-verify-token", "verify", address)
            .await
    }

    /// Requests a reset token and returns the mailed token.
    pub(super) async fn reset_token(&self, address: &str) -> String {
        self.mailed("/auth/forgot-password", "reset", address).await
    }

    async fn mailed(&self, path: &str, kind: &str, address: &str) -> String {
        let request = WireRequest::post(path, &json!({ "email": address }));
        self.expect(request, Expected::empty(202)).await;
        self.wait_idle().await;
        let token = self.outbox.latest(kind, address);
        self.check(token.is_some(), "a token was mailed");
        token.unwrap_or_default()
    }

    /// Returns the stored row of a user.
    pub(super) async fn row(&self, user: &User) -> Option<User> {
        self.users
            .get(user.id())
            .await
            .expect("the harness's own store answers")
    }

    /// Returns every column of the stored row of a user.
    pub(super) async fn row_text(&self, user: &User) -> String {
        self.row(user)
            .await
            .map_or_else(String::new, |user| columns(&user))
    }
}

/// Returns every column of a row.
pub(super) fn columns(user: &User) -> String {
    let User { id, account } = user;
    let Account {
        email,
        pending_email,
        username,
        password_hash,
        is_active,
        is_verified,
        is_superuser,
        roles,
        epoch,
        created_at,
    } = account;
    let hash = password_hash.as_ref().map(PasswordHash::as_stored_str);
    format!(
        "{id} {email} {pending_email:?} {username:?} {hash:?} {is_active} {is_verified} {is_superuser} {roles:?} {epoch:?} {created_at:?}"
    )
}

pub(super) fn login(identifier: &str, password: &str) -> WireRequest {
    let body = json!({"identifier": identifier, "password": password});
    WireRequest::post("/auth/login", &body)
}
