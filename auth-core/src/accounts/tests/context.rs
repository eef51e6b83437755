//! The context of a call reaches its hooks and its events.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use time::Duration;

use super::World;
use crate::BoxError;
use crate::accounts::{DeleteMode, HookResult, LoginFailure, UserManager, VerifyToken};
use crate::context::{Actor, Client, Context};
use crate::event::{AsyncEventSink, AuthEvent, EventData, EventKind, QueuedSink, UpdateSummary};
use crate::testing::{Outbox, PASSWORD, accounts_builder, email, password, registration};
use crate::user::User;

/// Hooks that keep their contexts.
#[derive(Default)]
struct Contexts(Mutex<Vec<(&'static str, Context)>>);

impl Contexts {
    #[expect(clippy::unnecessary_wraps, reason = "the hooks return it")]
    fn keep(&self, hook: &'static str, context: &Context) -> HookResult {
        self.0.lock().unwrap().push((hook, context.clone()));
        Ok(())
    }
}

#[async_trait]
impl UserManager for Contexts {
    type User = User;

    async fn on_after_register(&self, _: &User, _: &VerifyToken, context: &Context) -> HookResult {
        self.keep("register", context)
    }
    async fn on_after_login_failed(
        &self,
        _: LoginFailure<'_, User>,
        context: &Context,
    ) -> HookResult {
        self.keep("login failed", context)
    }
    async fn on_before_delete(&self, _: &User, context: &Context) -> HookResult {
        self.keep("before delete", context)
    }
    async fn on_after_delete(&self, _: &User, context: &Context) -> HookResult {
        self.keep("delete", context)
    }
}

#[tokio::test]
async fn hooks_get_the_context_of_the_call() {
    let hooks = Arc::new(Contexts::default());
    let accounts = accounts_builder(Arc::clone(&hooks)).build().unwrap();
    let context = accounts
        .context()
        .with_client(Client::unknown().with_address([203, 0, 113, 7]))
        .with_backend("api")
        .with_actor(Actor::administrator(&7));
    let user = accounts
        .register(registration("ada@example.com"), &context)
        .await
        .unwrap();
    let wrong = password("a guess that is nowhere near");
    let login = email("ada@example.com").into();
    let refused = accounts.check_password(&login, wrong, &context).await;
    assert!(refused.is_err());
    accounts.wait_idle().await;
    accounts
        .delete(&user.id, DeleteMode::Hard, &context)
        .await
        .unwrap();
    let seen = hooks.0.lock().unwrap().clone();
    let names: Vec<_> = seen.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        ["register", "login failed", "before delete", "delete"]
    );
    assert!(seen.iter().all(|(_, seen)| *seen == context));
}

#[tokio::test]
async fn events_have_the_time_of_the_clock_and_the_facts_of_the_context() {
    let world = World::new();
    let context = world
        .context()
        .with_client(Client::unknown().with_address([203, 0, 113, 7]))
        .with_actor(Actor::Anonymous);
    world.clock.advance(Duration::seconds(3));
    let user = world
        .accounts
        .register(registration("ada@example.com"), &context)
        .await
        .unwrap();
    let events = world.sink.events();
    let [created] = events.as_slice() else {
        panic!("one event, not {events:?}");
    };
    assert_eq!(created.kind, EventKind::UserCreated);
    assert_eq!(
        created.at,
        world.accounts.now(),
        "not when the request began"
    );
    assert_eq!(created.actor, Actor::Anonymous);
    assert_eq!(&created.client, context.client());
    assert_eq!(created.user.as_deref(), Some(&*user.id.to_string()));
}

/// A flow that has checked a user's token names that user as the actor, and no other actor is
/// replaced.
#[tokio::test]
async fn an_anonymous_caller_with_a_valid_token_acts_as_the_user() {
    for (given, expected) in [
        (Actor::Anonymous, None),
        (Actor::System, Some(Actor::System)),
        (Actor::administrator(&7), Some(Actor::administrator(&7))),
    ] {
        let world = World::new();
        let context = world.context().with_actor(given);
        let user = world
            .accounts
            .register(registration("ada@example.com"), &context)
            .await
            .unwrap();
        let token = world.outbox.latest("verify", "ada@example.com").unwrap();
        world.accounts.verify(&token, &context).await.unwrap();
        let event = world.sink.events().pop().unwrap();
        assert_eq!(event.kind, EventKind::UserVerified);
        assert_eq!(
            event.actor,
            expected.unwrap_or_else(|| Actor::user(&user.id))
        );
    }
}

#[tokio::test]
async fn an_update_says_what_it_changed_and_not_to_what() {
    let world = World::new();
    let user = world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let update = crate::accounts::AdminUpdate {
        email: Some(email("ada@example.org")),
        is_superuser: Some(true),
        ..Default::default()
    };
    world
        .accounts
        .update_as_admin(&user.id, update, &world.context())
        .await
        .unwrap();
    let events = world.sink.events();
    let of = |kind| events.iter().find(|event| event.kind == kind).unwrap();
    let EventData::Updated(summary) = of(EventKind::UserUpdated).data else {
        panic!("an update has a summary");
    };
    assert!(summary.names().eq(["email", "is_verified", "is_superuser"]));
    assert_eq!(of(EventKind::PrivilegesChanged).data, summary.into());
    assert_ne!(summary, UpdateSummary::default());
    let text = format!("{events:?}");
    assert!(
        !text.contains("ada@example") && !text.contains(PASSWORD),
        "{text}"
    );
}

/// Counts what reaches it.
struct Slow(Arc<Mutex<Vec<EventKind>>>);

#[async_trait]
impl AsyncEventSink for Slow {
    async fn record(&self, events: &[AuthEvent]) -> Result<(), BoxError> {
        tokio::task::yield_now().await;
        let kinds = events.iter().map(|event| event.kind);
        self.0.lock().unwrap().extend(kinds);
        Ok(())
    }
}

#[tokio::test]
async fn wait_idle_waits_for_queued_events() {
    let delivered = Arc::new(Mutex::new(Vec::new()));
    let (sink, worker) = QueuedSink::new(Slow(Arc::clone(&delivered)), 100);
    tokio::spawn(worker.run());
    let accounts = accounts_builder(Arc::new(Outbox::new()))
        .event_sink(sink.clone())
        .build()
        .unwrap();
    accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap();
    accounts
        .forgot_password(email("ada@example.com"), &accounts.context())
        .await
        .unwrap();
    accounts.wait_idle().await;
    let kinds = delivered.lock().unwrap().clone();
    assert_eq!(
        kinds,
        [EventKind::UserCreated, EventKind::PasswordResetRequested]
    );
    assert_eq!(sink.dropped(), 0);
}
