//! The application of a case: two handles whose stores count and fail, a server, and its client.

use crate::accounts::{Accounts, AdminUpdate};
use crate::auth::{Auth, Forms};
use crate::backend::Backend;
use crate::login::{AuthMethod, AuthProof, LoginStep};
use crate::session::Sessions;
use crate::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use crate::strategy::{JwtStrategy, OpaqueStrategy};
use crate::testing::conformance::{Client, HttpClient, WireReply, WireRequest};
use crate::testing::{
    FaultInjector, ManualClock, Outbox, ProbedExpiringStore, ProbedSessionStore,
    ProbedUserDatabase, bearer_headers, cookie_headers, fast_hasher, master_secret, registration,
};
use crate::transport::{BearerTransport, CookieTransport};
use crate::user::User;

use super::Harness;
use super::api_key::ApiKeyTransport;

/// The application of a case.
pub(super) struct App {
    pub(super) main: Handle,
    pub(super) other: Handle,
    pub(super) client: HttpClient,
}

/// A handle, and its stores.
pub(super) struct Handle {
    pub(super) auth: Auth<User>,
    pub(super) outbox: Outbox,
    pub(super) users: FaultInjector,
    pub(super) revoked: FaultInjector,
    pub(super) sessions: FaultInjector,
    pub(super) clock: ManualClock,
}

/// How often a request asked each store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Calls {
    pub(super) users: u64,
    pub(super) revoked: u64,
    pub(super) sessions: u64,
}

impl App {
    pub(super) async fn serve(adapter: &dyn Harness) -> Self {
        let (main, other) = (Handle::new(), Handle::new());
        let server = adapter.serve(main.auth.clone(), other.auth.clone()).await;
        let client = HttpClient::new(server);
        Self {
            main,
            other,
            client,
        }
    }

    pub(super) async fn send(&self, request: WireRequest) -> WireReply {
        self.client.send(request).await
    }

    /// Gets a page with these headers.
    pub(super) async fn get(&self, path: &str, headers: &[(String, String)]) -> WireReply {
        self.send(with(WireRequest::get(path), headers)).await
    }

    /// Gets a page without a credential.
    pub(super) async fn get_anonymous(&self, path: &str) -> WireReply {
        self.get(path, &[]).await
    }
}

impl Handle {
    /// Backends: `web` with cookies and refresh tokens, `site` with classic sessions, `jwt` with bearer tokens,
    /// `key` with a header of the application.
    fn new() -> Self {
        let (users, revoked, sessions) = (
            FaultInjector::new(),
            FaultInjector::new(),
            FaultInjector::new(),
        );
        let (outbox, clock) = (Outbox::new(), ManualClock::new());
        let master = master_secret();
        let database = ProbedUserDatabase::new(MemoryUserDatabase::<User>::new(), &users);
        let session_store = ProbedSessionStore::new(MemorySessionStore::new(), &sessions);
        let accounts = Accounts::builder(database, &master)
            .expiring_store(MemoryExpiringStore::new())
            .sessions(Sessions::new(session_store, &master))
            .hasher(fast_hasher())
            .clock(clock.clone())
            .hooks(outbox.clone());
        let site = CookieTransport::new().name("site");
        let tokens = ProbedExpiringStore::new(MemoryExpiringStore::new(), &revoked);
        let jwt = JwtStrategy::from_master(&master).revoked_in(tokens);
        let auth = Auth::builder(accounts)
            .backend(Backend::new("web", CookieTransport::new(), OpaqueStrategy::new()).rotating())
            .backend(Backend::new("site", site, OpaqueStrategy::new()))
            .backend(Backend::new("jwt", BearerTransport::new(), jwt))
            .backend(Backend::new("key", ApiKeyTransport, OpaqueStrategy::new()))
            .forms(Forms::new())
            .build()
            .expect("the settings of a case are valid");
        Self {
            auth,
            outbox,
            users,
            revoked,
            sessions,
            clock,
        }
    }

    /// Registers a user, and changes it as an administrator does.
    pub(super) async fn user(&self, address: &str, update: AdminUpdate) -> User {
        let accounts = self.auth.accounts();
        let context = accounts.context();
        let user = accounts.register(registration(address), &context).await;
        let user = user.expect("the account of a case is made");
        self.update(&user, update).await
    }

    /// Changes a user as an administrator does.
    pub(super) async fn update(&self, user: &User, update: AdminUpdate) -> User {
        let accounts = self.auth.accounts();
        let context = accounts.context();
        let user = accounts.update_as_admin(&user.id, update, &context).await;
        user.expect("the account of a case is changed")
    }

    /// An active user without privileges.
    pub(super) async fn ada(&self) -> User {
        self.user("ada@example.com", AdminUpdate::default()).await
    }

    /// The headers of a request with a bearer token.
    pub(super) async fn bearer(&self, user: &User) -> Vec<(String, String)> {
        let headers = bearer_headers(&self.auth, user).await;
        let pair = |header: &crate::http::Header| (header.name().into(), header.value().into());
        headers.iter().map(pair).collect()
    }

    /// The header of a request with cookies, and that with the proof that it is not forged.
    pub(super) async fn cookies(&self, user: &User) -> [(String, String); 2] {
        let headers = cookie_headers(&self.auth, user).await;
        let pair = |header: &crate::http::Header| (header.name().into(), header.value().into());
        let headers: Vec<_> = headers.iter().map(pair).collect();
        headers.try_into().expect("a cookie and a CSRF token")
    }

    /// The header of a request of a browser with a classic session.
    pub(super) async fn site_cookies(&self, user: &User) -> [(String, String); 1] {
        let proof = AuthProof::vouched_for(user.clone(), AuthMethod::PASSWORD);
        let context = self.auth.accounts().context();
        let Ok(LoginStep::Done(tokens)) = self.auth.log_in("site", proof, &context).await else {
            return [("cookie".into(), String::new())];
        };
        let reply = self
            .auth
            .token_reply(&tokens)
            .expect("the reply to a login");
        let pairs = reply
            .cookies()
            .filter_map(|set| set.value().split(';').next());
        let pairs: Vec<_> = pairs.collect();
        [("cookie".into(), pairs.join("; "))]
    }

    pub(super) fn calls(&self) -> Calls {
        Calls {
            users: self.users.calls(),
            revoked: self.revoked.calls(),
            sessions: self.sessions.calls(),
        }
    }
}

impl std::ops::Sub for Calls {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            users: self.users - before.users,
            revoked: self.revoked - before.revoked,
            sessions: self.sessions - before.sessions,
        }
    }
}

/// Adds headers to a request.
pub(super) fn with(request: WireRequest, headers: &[(String, String)]) -> WireRequest {
    let add = |request: WireRequest, (name, value): &(String, String)| {
        request.header(name, value.as_str())
    };
    headers.iter().fold(request, add)
}

/// Asserts the status and the text of a reply.
#[track_caller]
pub(super) fn assert_text(what: &str, reply: &WireReply, status: u16, text: &str) {
    let body = String::from_utf8_lossy(&reply.body);
    assert_eq!((reply.status, &*body), (status, text), "{what}");
}

/// Asserts that a reply is this refusal.
#[track_caller]
pub(super) fn assert_refused(what: &str, reply: &WireReply, status: u16, code: &str) {
    let body = String::from_utf8_lossy(&reply.body);
    assert_eq!(
        (reply.status, reply.text("code").as_str()),
        (status, code),
        "{what}: {body}"
    );
}
