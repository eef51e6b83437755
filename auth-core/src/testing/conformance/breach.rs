//! A service that knows breached passwords: every way to set a password asks it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::expected::Expected;
use super::fixture::{Fixture, NEW_PASSWORD, Setup};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::error::BoxError;
use crate::password::{BreachCheck, OnFailure, Password, PasswordPolicy};
use crate::testing::{Outbox, PASSWORD};

group!("breach": breached_passwords_are_refused, failed_service_follows_the_setting);

const BREACHED: &str = "violins in a quiet harbour";

/// Knows one password, and fails on demand.
#[derive(Default)]
struct Service {
    is_down: AtomicBool,
}

#[async_trait::async_trait]
impl BreachCheck for Service {
    async fn is_breached(&self, password: &Password) -> Result<bool, BoxError> {
        if self.is_down.load(Ordering::Relaxed) {
            return Err("the service is down".into());
        }
        Ok(password.expose() == BREACHED)
    }
}

/// A case with two accounts, and a request for each way to set a password, with the code of its refusal.
struct Ways<'t> {
    case: Fixture<'t>,
    service: Arc<Service>,
    reset: String,
    user: String,
    admin: String,
    by_id: String,
}

impl<'t> Ways<'t> {
    async fn on(run: &'t CaseRun<'t>, on_failure: OnFailure) -> Self {
        let (service, outbox) = (Arc::new(Service::default()), Outbox::new());
        let policy = PasswordPolicy::default()
            .breach_check(Arc::clone(&service) as Arc<dyn BreachCheck>, on_failure);
        let hooks = outbox.clone();
        let setup = Setup {
            hooks: Some(Box::new(|accounts| {
                accounts.hooks(hooks).password_policy(policy)
            })),
            ..Setup::default()
        };
        let case = run.case_with(setup).await;
        let user = case.user("ada@example.com").await;
        case.admin("root@example.com").await;
        let forgot = WireRequest::post(
            "/auth/forgot-password",
            &json!({"email": "ada@example.com"}),
        );
        case.send(&forgot).await;
        case.wait_idle().await;
        Self {
            service,
            reset: outbox
                .latest("reset", "ada@example.com")
                .unwrap_or_default(),
            user: case.token("ada@example.com").await,
            admin: case.token("root@example.com").await,
            by_id: format!("/users/{}", user.id),
            case,
        }
    }

    fn setting(&self, password: &str) -> [(WireRequest, &'static str); 4] {
        let register = json!({"email": "new@example.com", "password": password});
        let reset = json!({"token": self.reset, "password": password});
        let change = json!({"current_password": PASSWORD, "new_password": password});
        let by_admin = WireRequest::patch(&self.by_id, &json!({"password": password}));
        [
            (
                WireRequest::post("/auth/register", &register),
                "REGISTER_INVALID_PASSWORD",
            ),
            (
                WireRequest::post("/auth/reset-password", &reset),
                "RESET_PASSWORD_INVALID_PASSWORD",
            ),
            (
                WireRequest::post("/users/me/change-password", &change).bearer(&self.user),
                "UPDATE_USER_INVALID_PASSWORD",
            ),
            (by_admin.bearer(&self.admin), "UPDATE_USER_INVALID_PASSWORD"),
        ]
    }
}

/// A6.2.12, N-PW-09, N-PW-10: registration, reset, change and administrators refuse a breached password, with
/// the reason, and change nothing; the same requests set another one.
async fn breached_passwords_are_refused(run: &CaseRun<'_>) {
    let ways = Ways::on(run, OnFailure::Refuse).await;
    for (request, code) in ways.setting(BREACHED) {
        let field = match request.target.as_str() {
            "/users/me/change-password" => "new_password",
            _ => "password",
        };
        let refused = Expected::problem_with(400, code, &[(field, "breached")]);
        ways.case.expect(request, refused).await;
    }
    ways.case
        .check(ways.case.accepts(&ways.user).await, "the token is valid");
    for (request, _) in ways.setting(NEW_PASSWORD).into_iter().take(2) {
        let status = ways.case.send(&request).await.status;
        ways.case
            .check(status < 300, &format!("{request} got {status}"));
    }
}

/// A6.2.12: while the service fails, passwords are refused or accepted, as the setting says.
async fn failed_service_follows_the_setting(run: &CaseRun<'_>) {
    for on_failure in [OnFailure::Refuse, OnFailure::Allow] {
        let ways = Ways::on(run, on_failure).await;
        ways.service.is_down.store(true, Ordering::Relaxed);
        for (request, _) in ways.setting(BREACHED) {
            if on_failure == OnFailure::Refuse {
                let unavailable = Expected::problem(503, "SERVICE_UNAVAILABLE");
                ways.case.expect(request, unavailable).await;
            } else if request.target == "/auth/register" {
                let status = ways.case.send(&request).await.status;
                ways.case.same("a registration", status, 201);
            }
        }
    }
}
