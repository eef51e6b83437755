//! The pipeline of a login, without HTTP.

mod auth_time;
mod decision;
mod headless;
mod limit;
mod password;
mod pipeline;
mod races;
mod unproven_refresh;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::{AuthProof, IssuedTokens, LoginError, LoginStep, PresentedTokens};
use crate::accounts::{
    AccountsBuilder, Decision, DecisionResult, HookResult, LoginFailure, Refusal, UserManager,
};
use crate::context::Context;
use crate::error::BoxError;
use crate::event::EventKind;
use crate::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use crate::store::{
    LoginIdentifier, Precondition, SessionPage, SessionStore, UserChange, UserDatabase,
};
use crate::testing::{
    FaultInjector, ManualClock, PASSWORD, ProbedSessionStore, ProbedUserDatabase, RecordingSink,
    email, fast_hasher, master_secret, registration,
};
use crate::{
    Accounts, Auth, Backend, BearerTransport, CookieTransport, JwtStrategy, OpaqueStrategy,
    Sessions, User,
};

/// What the hook before a login does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Allow,
    Refuse,
    Fail,
}

/// Hooks that decide as a test says, and keep what they were called with.
struct Hooks {
    answer: Mutex<Answer>,
    calls: Mutex<Vec<String>>,
}

impl Hooks {
    fn note(&self, call: &str, context: &Context) {
        let call = match context.backend() {
            Some(backend) => format!("{call} by {backend}"),
            None => call.to_owned(),
        };
        self.calls.lock().unwrap().push(call);
    }
}

#[async_trait]
impl UserManager for Hooks {
    type User = User;

    async fn on_before_login(&self, user: &User, context: &Context) -> DecisionResult {
        self.note(&format!("before {}", user.email()), context);
        let answer = *self.answer.lock().unwrap();
        match answer {
            Answer::Allow => Ok(Decision::Allow),
            Answer::Refuse => Ok(Decision::Refuse(Refusal::new(
                "ACCOUNT_CLOSED",
                "This account is closed.",
            )?)),
            Answer::Fail => Err(BoxError::from("the rule could not be asked")),
        }
    }
    async fn on_after_login(&self, user: &User, context: &Context) -> HookResult {
        self.note(&format!("after {}", user.email()), context);
        Ok(())
    }
    async fn on_after_login_failed(
        &self,
        failure: LoginFailure<'_, User>,
        context: &Context,
    ) -> HookResult {
        let failure = match failure {
            LoginFailure::UnknownUser => "unknown user",
            LoginFailure::WrongPassword(_) => "wrong password",
            LoginFailure::Outdated(_) => "outdated",
            LoginFailure::Inactive(_) => "inactive",
            LoginFailure::NotVerified(_) => "not verified",
            LoginFailure::TooManySessions(_) => "too many sessions",
            LoginFailure::Refused { refusal, .. } => refusal.code(),
        };
        self.note(failure, context);
        Ok(())
    }
}

/// A handle in memory with everything that a test looks at or changes. Its backends are `jwt` without
/// sessions, `api` and `web` with sessions.
struct World {
    auth: Auth<User>,
    hooks: Arc<Hooks>,
    clock: ManualClock,
    sink: RecordingSink,
    database: Arc<MemoryUserDatabase>,
    sessions: Arc<MemorySessionStore>,
    users: FaultInjector,
    session_faults: FaultInjector,
}

impl World {
    fn new() -> Self {
        Self::with(|accounts| accounts)
    }

    fn with(settings: impl FnOnce(AccountsBuilder<User>) -> AccountsBuilder<User>) -> Self {
        let hooks = Arc::new(Hooks {
            answer: Mutex::new(Answer::Allow),
            calls: Mutex::default(),
        });
        let (clock, sink) = (ManualClock::new(), RecordingSink::new());
        let (users, session_faults) = (FaultInjector::new(), FaultInjector::new());
        let database = Arc::new(MemoryUserDatabase::new());
        let sessions = Arc::new(MemorySessionStore::new());
        let probed = ProbedSessionStore::new(Arc::clone(&sessions), &session_faults);
        let accounts = Accounts::builder(
            ProbedUserDatabase::new(Arc::clone(&database), &users),
            &master_secret(),
        )
        .expiring_store(MemoryExpiringStore::new())
        .sessions(Sessions::new(probed, &master_secret()))
        .hasher(fast_hasher())
        .clock(clock.clone())
        .event_sink(sink.clone())
        .shared_hooks(Arc::clone(&hooks));
        let jwt = JwtStrategy::from_master(&master_secret()).revoked_in(MemoryExpiringStore::new());
        let auth = Auth::builder(settings(accounts))
            .backend(Backend::new("jwt", BearerTransport::new(), jwt))
            .backend(Backend::new(
                "api",
                BearerTransport::new(),
                OpaqueStrategy::new(),
            ))
            .backend(Backend::new("web", CookieTransport::new(), OpaqueStrategy::new()).rotating())
            .build()
            .unwrap();
        Self {
            auth,
            hooks,
            clock,
            sink,
            database,
            sessions,
            users,
            session_faults,
        }
    }

    async fn with_ada() -> Self {
        let world = Self::new();
        world.register("ada@example.com").await;
        world
    }

    async fn register(&self, address: &str) -> User {
        let accounts = self.auth.accounts();
        let context = accounts.context();
        let registered = accounts.register(registration(address), &context).await;
        registered.unwrap()
    }

    fn answers(&self, answer: Answer) {
        *self.hooks.answer.lock().unwrap() = answer;
    }

    /// What the hooks were called with, after all of them have run.
    async fn calls(&self) -> Vec<String> {
        self.auth.accounts().wait_idle().await;
        std::mem::take(&mut *self.hooks.calls.lock().unwrap())
    }

    async fn check(&self, text: &str) -> Result<AuthProof<User>, LoginError> {
        let accounts = self.auth.accounts();
        let password = crate::testing::password(text);
        accounts
            .check_password(&ada(), password, &accounts.context())
            .await
    }

    /// The proof of the right password.
    async fn proof(&self) -> AuthProof<User> {
        self.check(PASSWORD).await.unwrap()
    }

    async fn log_in(&self, backend: &str, proof: AuthProof<User>) -> LoginResult {
        let context = self.auth.accounts().context();
        let step = self.auth.log_in(backend, proof, &context).await?;
        match step {
            LoginStep::Done(tokens) => Ok(tokens),
            LoginStep::SecondFactor(_) => panic!("there are no second factors"),
        }
    }

    async fn logged_in(&self, backend: &str) -> IssuedTokens<User> {
        let proof = self.proof().await;
        self.log_in(backend, proof).await.unwrap()
    }

    async fn log_out(&self, backend: &str, presented: PresentedTokens<'_>) -> bool {
        let context = self.auth.accounts().context();
        let ended = self.auth.log_out(backend, presented, &context).await;
        ended.unwrap()
    }

    async fn change(&self, user: &User, change: UserChange<User>) {
        let written = self
            .database
            .update(&user.id, change, Precondition::anything());
        written.await.unwrap();
    }

    /// How many sessions of Ada are stored.
    async fn stored(&self) -> usize {
        let user = self.database.find(&ada()).await.unwrap().unwrap();
        let accounts = self.auth.accounts();
        let owner = accounts
            .session_settings()
            .unwrap()
            .owner(&user.id)
            .unwrap();
        let rows = self.sessions.sessions_of(
            &owner,
            user.epoch(),
            accounts.now(),
            SessionPage::first(1000),
        );
        rows.await.unwrap().len()
    }

    fn raised(&self, kind: EventKind) -> usize {
        let kinds = self.sink.kinds();
        kinds.iter().filter(|raised| **raised == kind).count()
    }
}

type LoginResult = Result<IssuedTokens<User>, LoginError>;

fn ada() -> LoginIdentifier {
    email("ada@example.com").into()
}

fn inactive() -> UserChange<User> {
    UserChange {
        is_active: Some(false),
        ..UserChange::default()
    }
}
