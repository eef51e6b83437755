//! Hooks: a failing one loses nothing, and a vanished caller stops none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::accounts::{DeleteError, DeleteMode, HookResult, UserManager, VerifyToken};
use crate::context::Context;
use crate::event::{EventData, EventKind};
use crate::testing::{RecordingSink, accounts_builder, email, registration};
use crate::user::User;

/// Every hook that registration and deletion call fails.
struct Broken;

#[async_trait]
impl UserManager for Broken {
    type User = User;

    async fn on_after_register(&self, _: &User, _: &VerifyToken, _: &Context) -> HookResult {
        Err("the mail server is down".into())
    }
    async fn on_before_delete(&self, _: &User, _: &Context) -> HookResult {
        Err("the export failed".into())
    }
}

#[tokio::test]
async fn a_failing_hook_loses_nothing() {
    let sink = RecordingSink::new();
    let accounts = accounts_builder(Arc::new(Broken))
        .event_sink(sink.clone())
        .build()
        .unwrap();
    let user = accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap();
    assert!(accounts.get(&user.id).await.unwrap().is_some());
    assert_eq!(
        sink.kinds(),
        [EventKind::UserCreated, EventKind::HookFailed]
    );
    assert_eq!(
        sink.events().last().unwrap().data,
        EventData::Hook("on_after_register")
    );
}

#[tokio::test]
async fn a_failing_hook_before_a_deletion_stops_it() {
    let accounts = accounts_builder(Arc::new(Broken)).build().unwrap();
    let user = accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap();
    let refused = accounts
        .delete(&user.id, DeleteMode::Hard, &accounts.context())
        .await;
    assert!(matches!(refused, Err(DeleteError::HookFailed(_))));
    assert!(accounts.get(&user.id).await.unwrap().is_some());
}

/// Waits in the hook until the test continues it.
struct Slow {
    entered: Arc<Semaphore>,
    proceed: Arc<Semaphore>,
    mailed: Arc<AtomicBool>,
}

impl Slow {
    fn new() -> Self {
        let (entered, proceed) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        Self {
            entered,
            proceed,
            mailed: Arc::default(),
        }
    }
}

#[async_trait]
impl UserManager for Slow {
    type User = User;

    async fn on_after_register(&self, _: &User, _: &VerifyToken, _: &Context) -> HookResult {
        self.entered.add_permits(1);
        self.proceed.acquire().await?.forget();
        self.mailed.store(true, Ordering::SeqCst);
        self.entered.add_permits(1);
        Ok(())
    }
}

/// A client that goes away while the mail is being sent does not stop the mail.
#[tokio::test]
async fn a_vanished_caller_stops_no_hook() {
    let slow = Slow::new();
    let (entered, proceed) = (Arc::clone(&slow.entered), Arc::clone(&slow.proceed));
    let mailed = Arc::clone(&slow.mailed);
    let accounts = accounts_builder(Arc::new(slow)).build().unwrap();
    let call = tokio::spawn({
        let accounts = accounts.clone();
        async move {
            accounts
                .register(registration("ada@example.com"), &accounts.context())
                .await
        }
    });
    entered.acquire().await.unwrap().forget();
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    proceed.add_permits(1);
    entered.acquire().await.unwrap().forget();
    assert!(mailed.load(Ordering::SeqCst));
    let stored = accounts
        .inner
        .database
        .find(&email("ada@example.com").into())
        .await;
    assert!(stored.unwrap().is_some());
}

/// A hook that panics fails its own request only.
#[tokio::test]
async fn a_panicking_hook_is_contained() {
    struct Panicking;

    #[async_trait]
    impl UserManager for Panicking {
        type User = User;

        async fn on_after_register(&self, _: &User, _: &VerifyToken, _: &Context) -> HookResult {
            panic!("a bug of the application")
        }
    }

    let accounts = accounts_builder(Arc::new(Panicking)).build().unwrap();
    assert!(
        accounts
            .register(registration("ada@example.com"), &accounts.context())
            .await
            .is_err()
    );
    let stored = accounts
        .inner
        .database
        .find(&email("ada@example.com").into())
        .await;
    assert!(
        stored.unwrap().is_some(),
        "the account is there all the same"
    );
}
