//! The hooks that decide on a registration and on an update, before anything is written.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::World;
use crate::accounts::{
    AdminUpdate, AdminUpdateError, Decision, DecisionResult, ProposedUpdate, Refusal,
    RegisterError, Registration, SelfUpdate, UpdateSelfError, UserManager,
};
use crate::context::{Actor, Context};
use crate::event::{EventData, EventKind};
use crate::testing::{PASSWORD, email, password, registration};
use crate::user::{NoColumns, Roles, User};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Allow,
    Refuse,
    Fail,
    Panic,
}

/// Hooks that decide as a test says, and keep what they were asked.
struct Deciding {
    answer: Mutex<Answer>,
    asked: Mutex<Vec<String>>,
}

impl Deciding {
    fn decide(&self, question: String) -> DecisionResult {
        self.asked.lock().unwrap().push(question);
        let answer = *self.answer.lock().unwrap();
        match answer {
            Answer::Allow => Ok(Decision::Allow),
            Answer::Refuse => {
                let refusal = Refusal::new("PLAN_ENDED", "The plan of this company has ended.")?;
                Ok(Decision::Refuse(refusal))
            }
            Answer::Fail => Err("the rule cannot be checked".into()),
            Answer::Panic => panic!("a bug of the application"),
        }
    }
}

#[async_trait]
impl UserManager for Deciding {
    type User = User;

    async fn on_before_register(
        &self,
        registration: &Registration<User>,
        context: &Context,
    ) -> DecisionResult {
        self.decide(format!("{} by {}", registration.email, context.actor()))
    }
    async fn on_before_update(
        &self,
        user: &User,
        change: &ProposedUpdate<User>,
        context: &Context,
    ) -> DecisionResult {
        let ProposedUpdate {
            email,
            password,
            is_active,
            is_verified,
            is_superuser,
            roles,
            columns: NoColumns,
        } = change;
        let email = email.as_ref().map(ToString::to_string);
        let flags = (*password, *is_active, *is_verified, *is_superuser);
        let billing = Roles::parse(["billing"]).unwrap();
        let roles = roles.as_ref().map(|roles| *roles == billing);
        let who = (user.email(), context.actor().kind());
        self.decide(format!("{who:?}: {email:?} {flags:?} {roles:?}"))
    }
}

/// A world whose hooks decide, with the account of Ada.
async fn world() -> (World, Arc<Deciding>, User) {
    let hooks = Arc::new(Deciding {
        answer: Mutex::new(Answer::Allow),
        asked: Mutex::default(),
    });
    let world = World::with(|accounts| accounts.shared_hooks(Arc::clone(&hooks)));
    let (accounts, context) = (&world.accounts, world.context());
    let registered = accounts.register(registration("ada@example.com"), &context);
    let ada = registered.await.unwrap();
    hooks.asked.lock().unwrap().clear();
    (world, hooks, ada)
}

impl Deciding {
    fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl World {
    fn costs(&self) -> (u64, u64, u64) {
        let hashes = self.accounts.hasher().hashes_done();
        (hashes, self.users.calls(), self.expiring.calls())
    }
}

fn to_org(current: &str) -> SelfUpdate<User> {
    SelfUpdate {
        email: Some(email("ada@example.org")),
        current_password: Some(password(current)),
        columns: NoColumns,
    }
}

/// A refusal says and costs the same, whether or not the address has an account.
#[tokio::test]
async fn refused_registration_looks_up_nothing_and_hashes_nothing() {
    let (world, hooks, _) = world().await;
    hooks.answers(Answer::Refuse);
    let (accounts, context) = (&world.accounts, world.context());
    let before = world.costs();
    for address in ["ada@example.com", "new@example.com"] {
        let refusals = [
            accounts
                .register(registration(address), &context)
                .await
                .err(),
            accounts
                .register_privately(registration(address), &context)
                .await
                .err(),
            accounts
                .begin_registration(registration(address), &context)
                .await
                .err(),
        ];
        for refused in refusals {
            let Some(RegisterError::Refused(refusal)) = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(refusal.code(), "PLAN_ENDED");
        }
        assert_eq!(hooks.take_asked(), vec![format!("{address} by system"); 3]);
    }
    accounts.wait_idle().await;
    assert_eq!(world.costs(), before);
    let event = world.sink.events().pop().unwrap();
    assert_eq!(event.kind, EventKind::RegistrationRefused);
    assert_eq!(event.data.to_string(), "refused by the application");
}

#[tokio::test]
async fn password_that_the_policy_rejects_does_not_reach_the_hook() {
    let (world, hooks, _) = world().await;
    let context = world.context();
    let weak = Registration::new("new@example.com", "short").unwrap();
    let refused = world.accounts.register(weak, &context).await;
    assert!(matches!(refused, Err(RegisterError::Password(_))));
    assert_eq!(hooks.take_asked(), [""; 0]);
}

#[tokio::test]
async fn hook_that_fails_before_a_registration_is_unavailable_and_writes_nothing() {
    let (world, hooks, ada) = world().await;
    hooks.answers(Answer::Fail);
    let (accounts, context, before) = (&world.accounts, world.context(), world.costs());
    let failed = accounts.register(registration("new@example.com"), &context);
    assert!(matches!(failed.await, Err(RegisterError::Unavailable(_))));
    let failed = accounts.update_self(&ada, to_org(PASSWORD), &context);
    assert!(matches!(failed.await, Err(UpdateSelfError::Unavailable(_))));
    // The current password was checked, and nothing was written.
    let (hashes, calls, expiring) = before;
    assert_eq!(world.costs(), (hashes + 1, calls, expiring));
    let failed: Vec<_> = world.sink.events().iter().map(|event| event.data).collect();
    let hooks = ["on_before_register", "on_before_update"].map(EventData::Hook);
    assert!(failed.ends_with(&hooks), "{failed:?}");
}

#[tokio::test]
async fn hook_that_panics_before_a_registration_writes_nothing() {
    let (world, hooks, _) = world().await;
    hooks.answers(Answer::Panic);
    let (accounts, context, before) = (world.accounts.clone(), world.context(), world.costs());
    let call = async move {
        accounts
            .register(registration("new@example.com"), &context)
            .await
    };
    assert!(tokio::spawn(call).await.unwrap_err().is_panic());
    assert_eq!(world.costs(), before);
}

#[tokio::test]
async fn refused_update_of_the_own_account_writes_nothing() {
    let (world, hooks, ada) = world().await;
    hooks.answers(Answer::Refuse);
    let context = world.context().with_actor(Actor::user(&ada.id));
    let before = world.costs();
    let update = |current| world.accounts.update_self(&ada, to_org(current), &context);
    let refused = update(PASSWORD).await;
    assert!(
        matches!(&refused, Err(UpdateSelfError::Refused(refusal)) if refusal.code() == "PLAN_ENDED"),
        "{refused:?}"
    );
    // A caller without the current password does not learn what the application would answer.
    let refused = update("a guess that is nowhere near").await;
    assert!(matches!(refused, Err(UpdateSelfError::BadCredentials)));
    let (hashes, calls, expiring) = before;
    assert_eq!(world.costs(), (hashes + 2, calls, expiring));
    let question =
        r#"("ada@example.com", "user"): Some("ada@example.org") (false, None, None, None) None"#;
    assert_eq!(hooks.take_asked(), [question]);
    assert_eq!(world.raised(EventKind::UpdateRefused), 1);
    assert_eq!(world.raised(EventKind::UserUpdated), 0);
}

#[tokio::test]
async fn refused_update_by_an_administrator_hashes_nothing_and_writes_nothing() {
    let (world, hooks, ada) = world().await;
    hooks.answers(Answer::Refuse);
    let context = world.context().with_actor(Actor::administrator(&7));
    let update = AdminUpdate {
        password: Some(password("an engine of difference")),
        is_active: Some(false),
        roles: Some(Roles::parse(["billing"]).unwrap()),
        ..AdminUpdate::default()
    };
    let before = world.costs();
    let refused = world.accounts.update_as_admin(&ada.id, update, &context);
    let refused = refused.await;
    assert!(matches!(refused, Err(AdminUpdateError::Refused(_))));
    let (hashes, reads, writes) = before;
    let after = (hashes, reads + 1, writes);
    assert_eq!(world.costs(), after, "only the account is read");
    let question =
        r#"("ada@example.com", "administrator"): None (true, Some(false), None, None) Some(true)"#;
    assert_eq!(hooks.take_asked(), [question]);
    let event = world.sink.events().pop().unwrap();
    assert_eq!(event.kind, EventKind::UpdateRefused);
    assert_eq!(event.user.as_deref(), Some(&*ada.id.to_string()));
}

#[tokio::test]
async fn update_that_changes_nothing_does_not_reach_the_hook() {
    let (world, hooks, ada) = world().await;
    hooks.answers(Answer::Refuse);
    let (accounts, context) = (&world.accounts, world.context());
    let same = || Some(email("ada@example.com"));
    let own = SelfUpdate {
        email: same(),
        ..to_org(PASSWORD)
    };
    accounts.update_self(&ada, own, &context).await.unwrap();
    let update = AdminUpdate {
        email: same(),
        ..AdminUpdate::default()
    };
    let updated = accounts.update_as_admin(&ada.id, update, &context).await;
    updated.unwrap();
    assert_eq!(hooks.take_asked(), [""; 0]);
}

#[tokio::test]
async fn allowed_registration_and_update_are_written() {
    let (world, hooks, ada) = world().await;
    let (accounts, context) = (&world.accounts, world.context());
    let changed = accounts.update_self(&ada, to_org(PASSWORD), &context);
    let pending = Some(email("ada@example.org"));
    assert_eq!(changed.await.unwrap().pending_email(), pending.as_ref());
    assert_eq!(hooks.take_asked().len(), 1);
}
