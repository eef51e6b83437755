//! An application whose hooks fail: the state change stays, and the client gets its success.

use async_trait::async_trait;
use serde_json::json;

use super::expected::Expected;
use super::fixture::{Fixture, NEW_PASSWORD, Setup, WRONG_PASSWORD, login};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::accounts::{
    DeleteMode, ForgotPassword, HookResult, LoginFailure, RequestEmailChange, RequestVerify,
    UpdateSummary, UserManager, VerifyToken,
};
use crate::context::Context;
use crate::error::BoxError;
use crate::event::{EventData, EventKind};
use crate::testing::{Outbox, PASSWORD};
use crate::user::EmailAddress;
use crate::user::User;

group!("hooks": failed_hook_keeps_the_change, failed_hook_before_a_deletion_stops_it);

/// Keeps what it would have mailed, and then fails, like a mail server that is down.
struct Failing {
    outbox: Outbox,
    before_delete: bool,
}

fn down() -> BoxError {
    "the mail server is down".into()
}

#[async_trait]
impl UserManager for Failing {
    type User = User;

    async fn on_after_register(
        &self,
        user: &User,
        token: &VerifyToken,
        context: &Context,
    ) -> HookResult {
        self.outbox.on_after_register(user, token, context).await?;
        Err(down())
    }
    async fn on_after_login(&self, _: &User, _: &Context) -> HookResult {
        Err(down())
    }
    async fn on_after_login_failed(&self, _: LoginFailure<'_, User>, _: &Context) -> HookResult {
        Err(down())
    }
    async fn on_after_verify(&self, _: &User, _: &Context) -> HookResult {
        Err(down())
    }
    async fn on_after_request_verify_token(
        &self,
        request: RequestVerify<'_, User>,
        context: &Context,
    ) -> HookResult {
        self.outbox
            .on_after_request_verify_token(request, context)
            .await?;
        Err(down())
    }
    async fn on_after_pending_email(&self, _: &User, _: &Context) -> HookResult {
        Err(down())
    }
    async fn on_after_request_email_change(
        &self,
        request: RequestEmailChange<'_, User>,
        context: &Context,
    ) -> HookResult {
        self.outbox
            .on_after_request_email_change(request, context)
            .await?;
        Err(down())
    }
    async fn on_after_forgot_password(
        &self,
        request: ForgotPassword<'_, User>,
        context: &Context,
    ) -> HookResult {
        self.outbox
            .on_after_forgot_password(request, context)
            .await?;
        Err(down())
    }
    async fn on_after_reset_password(&self, _: &User, _: &Context) -> HookResult {
        Err(down())
    }
    async fn on_after_password_change(&self, _: &User, _: &Context) -> HookResult {
        Err(down())
    }
    async fn on_after_email_change(&self, _: &User, _: &EmailAddress, _: &Context) -> HookResult {
        Err(down())
    }
    async fn on_after_update(&self, _: &User, _: &UpdateSummary, _: &Context) -> HookResult {
        Err(down())
    }
    async fn on_after_deactivate(&self, _: &User, _: &Context) -> HookResult {
        Err(down())
    }
    async fn on_before_delete(&self, _: &User, _: &Context) -> HookResult {
        if self.before_delete {
            Err(down())
        } else {
            Ok(())
        }
    }
    async fn on_after_delete(&self, _: &User, _: &Context) -> HookResult {
        Err(down())
    }
}

fn setup(outbox: &Outbox, before_delete: bool) -> Setup {
    let manager = Failing {
        outbox: outbox.clone(),
        before_delete,
    };
    Setup {
        delete_mode: DeleteMode::Hard,
        hooks: Some(Box::new(|accounts| accounts.hooks(manager))),
        ..Setup::default()
    }
}

/// Each flow succeeds, and each failed hook is raised by its name.
async fn failed_hook_keeps_the_change(run: &CaseRun<'_>) {
    let outbox = Outbox::new();
    let case = run.case_with(setup(&outbox, false)).await;
    case.admin("root@example.com").await;
    let admin = case.token("root@example.com").await;
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    let reply = case.send(&WireRequest::post("/auth/register", &body)).await;
    case.same("register", reply.status, 201);
    let by_id = format!("/users/{}", reply.text("id"));
    let latest = |kind| outbox.latest(kind, "ada@example.com").unwrap_or_default();
    for path in ["/auth/request-verify-token", "/auth/forgot-password"] {
        let body = json!({"email": "ada@example.com"});
        case.expect(WireRequest::post(path, &body), Expected::empty(202))
            .await;
        case.wait_idle().await;
    }
    case.send(&login("ada@example.com", WRONG_PASSWORD)).await;
    case.wait_idle().await;
    let verify = WireRequest::post("/auth/verify", &json!({"token": latest("verify")}));
    let body = json!({"token": latest("reset"), "password": NEW_PASSWORD});
    for (request, status) in [
        (verify, 200),
        (WireRequest::post("/auth/reset-password", &body), 200),
    ] {
        let reply = case.send(&request).await;
        case.same(&request.to_string(), reply.status, status);
    }
    let reply = case.send(&login("ada@example.com", NEW_PASSWORD)).await;
    let body = json!({"email": "ada1@example.com", "current_password": NEW_PASSWORD});
    let pending = WireRequest::patch("/users/me", &body).bearer(&reply.text("access_token"));
    case.same("a new address", case.send(&pending).await.status, 200);
    let proof = outbox.latest("verify", "ada1@example.com");
    let proof = json!({ "token": proof.unwrap_or_default() });
    for (request, status) in [
        (WireRequest::post("/auth/verify", &proof), 200),
        (
            WireRequest::patch(
                &by_id,
                &json!({"email": "ada2@example.com", "password": PASSWORD}),
            )
            .bearer(&admin),
            200,
        ),
        (
            WireRequest::patch(&by_id, &json!({"is_active": false})).bearer(&admin),
            200,
        ),
        (WireRequest::new("DELETE", &by_id).bearer(&admin), 204),
    ] {
        let reply = case.send(&request).await;
        case.same(&request.to_string(), reply.status, status);
    }
    every_hook_was_raised(&case);
}

fn every_hook_was_raised(case: &Fixture<'_>) {
    let mut failed: Vec<_> = case.events.events();
    failed.retain(|event| event.kind == EventKind::HookFailed);
    let hook = |data: EventData| match data {
        EventData::Hook(name) => Some(name),
        _ => None,
    };
    let mut names: Vec<_> = failed.iter().filter_map(|event| hook(event.data)).collect();
    names.sort_unstable();
    names.dedup();
    let every = [
        "on_after_deactivate",
        "on_after_delete",
        "on_after_email_change",
        "on_after_forgot_password",
        "on_after_login",
        "on_after_login_failed",
        "on_after_password_change",
        "on_after_pending_email",
        "on_after_register",
        "on_after_request_email_change",
        "on_after_request_verify_token",
        "on_after_reset_password",
        "on_after_update",
        "on_after_verify",
    ];
    case.same("the hooks that failed", names, Vec::from(every));
}

/// A failure of the hook `on_before_delete` stops the deletion.
async fn failed_hook_before_a_deletion_stops_it(run: &CaseRun<'_>) {
    let case = run.case_with(setup(&Outbox::new(), true)).await;
    case.admin("root@example.com").await;
    let user = case.user("ada@example.com").await;
    let admin = case.token("root@example.com").await;
    let request = WireRequest::new("DELETE", &format!("/users/{}", user.id)).bearer(&admin);
    case.expect(request, Expected::problem(503, "SERVICE_UNAVAILABLE"))
        .await;
    case.check(case.row(&user).await.is_some(), "the row is there");
    case.check(case.raised(EventKind::HookFailed), "the event");
}
