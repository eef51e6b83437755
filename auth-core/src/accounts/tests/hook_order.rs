//! The hooks run in the order that the documentation of `UserManager` lists.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::accounts::{
    Accounts, AdminUpdate, Decision, DecisionResult, DeleteMode, ForgotPassword, HookResult,
    ProposedUpdate, Registration, RequestEmailChange, RequestVerify, SelfUpdate, UpdateSummary,
    UserManager, VerifyToken,
};
use crate::context::Context;
use crate::testing::{PASSWORD, accounts, email, password, registration};
use crate::user::{EmailAddress, NoColumns, User};

const NEW: &str = "an engine of difference";

/// Keeps the names of the hooks that ran, and the latest token.
#[derive(Default)]
struct Recorder {
    names: Mutex<Vec<&'static str>>,
    token: Mutex<String>,
}

impl Recorder {
    #[expect(clippy::unnecessary_wraps, reason = "the hooks return it")]
    fn ran(&self, name: &'static str) -> HookResult {
        self.names.lock().unwrap().push(name);
        Ok(())
    }

    fn allow(&self, name: &'static str) -> DecisionResult {
        self.ran(name)?;
        Ok(Decision::Allow)
    }

    fn keep(&self, token: &str) {
        token.clone_into(&mut self.token.lock().unwrap());
    }

    fn take_token(&self) -> String {
        std::mem::take(&mut *self.token.lock().unwrap())
    }
}

#[async_trait]
impl UserManager for Recorder {
    type User = User;

    async fn on_before_register(&self, _: &Registration<User>, _: &Context) -> DecisionResult {
        self.allow("on_before_register")
    }
    async fn on_after_register(&self, _: &User, token: &VerifyToken, _: &Context) -> HookResult {
        self.keep(token.expose());
        self.ran("on_after_register")
    }
    async fn on_after_register_duplicate(&self, _: &User, _: &Context) -> HookResult {
        self.ran("on_after_register_duplicate")
    }
    async fn on_after_verify(&self, _: &User, _: &Context) -> HookResult {
        self.ran("on_after_verify")
    }
    async fn on_after_request_verify_token(
        &self,
        _: RequestVerify<'_, User>,
        _: &Context,
    ) -> HookResult {
        self.ran("on_after_request_verify_token")
    }
    async fn on_after_pending_email(&self, _: &User, _: &Context) -> HookResult {
        self.ran("on_after_pending_email")
    }
    async fn on_after_request_email_change(
        &self,
        request: RequestEmailChange<'_, User>,
        _: &Context,
    ) -> HookResult {
        self.keep(request.token.expose());
        self.ran("on_after_request_email_change")
    }
    async fn on_after_forgot_password(
        &self,
        request: ForgotPassword<'_, User>,
        _: &Context,
    ) -> HookResult {
        if let ForgotPassword::Known { token, .. } = request {
            self.keep(token.expose());
        }
        self.ran("on_after_forgot_password")
    }
    async fn on_after_reset_password(&self, _: &User, _: &Context) -> HookResult {
        self.ran("on_after_reset_password")
    }
    async fn on_after_password_change(&self, _: &User, _: &Context) -> HookResult {
        self.ran("on_after_password_change")
    }
    async fn on_after_email_change(&self, _: &User, _: &EmailAddress, _: &Context) -> HookResult {
        self.ran("on_after_email_change")
    }
    async fn on_before_update(
        &self,
        _: &User,
        _: &ProposedUpdate<User>,
        _: &Context,
    ) -> DecisionResult {
        self.allow("on_before_update")
    }
    async fn on_after_update(&self, _: &User, _: &UpdateSummary, _: &Context) -> HookResult {
        self.ran("on_after_update")
    }
    async fn on_after_deactivate(&self, _: &User, _: &Context) -> HookResult {
        self.ran("on_after_deactivate")
    }
    async fn on_before_delete(&self, _: &User, _: &Context) -> HookResult {
        self.ran("on_before_delete")
    }
    async fn on_after_delete(&self, _: &User, _: &Context) -> HookResult {
        self.ran("on_after_delete")
    }
}

/// Accounts whose hooks are recorded, with the account of Ada and the token that verifies it.
async fn recorded() -> (Accounts<User>, Arc<Recorder>, User, String) {
    let hooks = Arc::new(Recorder::default());
    let accounts = accounts(Arc::clone(&hooks));
    let context = accounts.context();
    let ada = accounts.register(registration("ada@example.com"), &context);
    let ada = ada.await.unwrap();
    let token = hooks.take_token();
    (accounts, hooks, ada, token)
}

impl Recorder {
    async fn ran_so_far(&self, accounts: &Accounts<User>) -> Vec<&'static str> {
        accounts.wait_idle().await;
        std::mem::take(&mut *self.names.lock().unwrap())
    }
}

/// A6.3.7: the application is told of a reset of the password.
#[tokio::test]
async fn hooks_of_registration_and_mail_run_in_the_documented_order() {
    let (accounts, hooks, _, token) = recorded().await;
    let context = accounts.context();
    let ran = hooks.ran_so_far(&accounts).await;
    assert_eq!(ran, ["on_before_register", "on_after_register"]);

    let again = accounts.register_privately(registration("ada@example.com"), &context);
    again.await.unwrap();
    let ran = hooks.ran_so_far(&accounts).await;
    assert_eq!(ran, ["on_before_register", "on_after_register_duplicate"]);

    let asked = accounts.request_verify(email("ada@example.com"), &context);
    asked.await.unwrap();
    let ran = hooks.ran_so_far(&accounts).await;
    assert_eq!(ran, ["on_after_request_verify_token"]);

    accounts.verify(&token, &context).await.unwrap();
    assert_eq!(hooks.ran_so_far(&accounts).await, ["on_after_verify"]);

    let asked = accounts.forgot_password(email("ada@example.com"), &context);
    asked.await.unwrap();
    let ran = hooks.ran_so_far(&accounts).await;
    assert_eq!(ran, ["on_after_forgot_password"]);

    let token = hooks.take_token();
    let reset = accounts.reset_password(&token, password(NEW), &context);
    reset.await.unwrap();
    let ran = hooks.ran_so_far(&accounts).await;
    let expected = ["on_after_reset_password", "on_after_password_change"];
    assert_eq!(ran, expected);
}

/// A6.3.7: the application is told of every change of a password or an address.
#[tokio::test]
async fn hooks_of_changes_run_in_the_documented_order() {
    let (accounts, hooks, ada, _) = recorded().await;
    let context = accounts.context();
    hooks.ran_so_far(&accounts).await;

    let (old, new) = (password(PASSWORD), password(NEW));
    let changed = accounts.change_password(&ada, &old, &new, &context);
    let ada = changed.await.unwrap();
    let ran = hooks.ran_so_far(&accounts).await;
    assert_eq!(ran, ["on_after_password_change", "on_after_update"]);

    let update = SelfUpdate {
        email: Some(email("ada@example.org")),
        current_password: Some(password(NEW)),
        columns: NoColumns,
    };
    accounts.update_self(&ada, update, &context).await.unwrap();
    let expected = [
        "on_before_update",
        "on_after_pending_email",
        "on_after_request_email_change",
        "on_after_update",
    ];
    assert_eq!(hooks.ran_so_far(&accounts).await, expected);
    let token = hooks.take_token();
    accounts.verify(&token, &context).await.unwrap();
    let expected = [
        "on_after_verify",
        "on_after_email_change",
        "on_after_update",
    ];
    assert_eq!(hooks.ran_so_far(&accounts).await, expected);

    let update = AdminUpdate {
        email: Some(email("ada@example.net")),
        password: Some(password(PASSWORD)),
        is_active: Some(false),
        ..AdminUpdate::default()
    };
    let updated = accounts.update_as_admin(&ada.id, update, &context).await;
    updated.unwrap();
    let expected = [
        "on_before_update",
        "on_after_password_change",
        "on_after_email_change",
        "on_after_request_verify_token",
        "on_after_deactivate",
        "on_after_update",
    ];
    assert_eq!(hooks.ran_so_far(&accounts).await, expected);
}

#[tokio::test]
async fn hooks_of_deletions_run_in_the_documented_order() {
    let (accounts, hooks, ada, _) = recorded().await;
    let context = accounts.context();
    hooks.ran_so_far(&accounts).await;
    let soft = ["on_before_update", "on_after_deactivate", "on_after_update"];
    let hard = ["on_before_delete", "on_after_delete"];
    for (mode, expected) in [(DeleteMode::Soft, &soft[..]), (DeleteMode::Hard, &hard[..])] {
        accounts.delete(&ada.id, mode, &context).await.unwrap();
        assert_eq!(hooks.ran_so_far(&accounts).await, expected);
    }
}
