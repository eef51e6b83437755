//! An application that refuses logins, registrations and updates: 403 with its own code, and nothing
//! is written.

use async_trait::async_trait;
use serde_json::json;

use super::expected::Expected;
use super::fixture::{Backends, Fixture, Setup, WRONG_PASSWORD, login};
use super::wire::{WireReply, WireRequest};
use super::{CaseRun, group};
use crate::accounts::{
    Decision, DecisionResult, ProposedUpdate, Refusal, Registration, UserManager,
};
use crate::context::{Actor, Context};
use crate::event::EventKind;
use crate::testing::{PASSWORD, email};
use crate::user::User;

group!("decisions": refused_login, refused_login_in_hidden_state, refused_registration,
    refused_registration_in_private_mode, refused_update, failed_hook);

/// Refuses what concerns an address at `closed.example`, and fails for one at `broken.example`.
struct Deciding;

fn decide(address: &str, code: &'static str, detail: &'static str) -> DecisionResult {
    if address.ends_with("@broken.example") {
        return Err("the rule cannot be checked".into());
    }
    if address.ends_with("@closed.example") {
        return Ok(Decision::Refuse(Refusal::new(code, detail)?));
    }
    Ok(Decision::Allow)
}

const LOGIN: (&str, &str) = ("COMPANY_CLOSED", "This company has closed its accounts.");
const REGISTRATION: (&str, &str) = ("INVITATION_NEEDED", "Only \"invited\" people register.");
const UPDATE: (&str, &str) = ("ACCOUNT_IS_FIXED", "This account cannot be changed.");

#[async_trait]
impl UserManager for Deciding {
    type User = User;

    async fn on_before_login(&self, user: &User, _: &Context) -> DecisionResult {
        decide(user.email().as_str(), LOGIN.0, LOGIN.1)
    }
    async fn on_before_register(
        &self,
        registration: &Registration<User>,
        _: &Context,
    ) -> DecisionResult {
        let address = registration.email.as_str();
        decide(address, REGISTRATION.0, REGISTRATION.1)
    }
    /// A user may not take an address that is closed, and an administrator may not give roles to a
    /// user who has one.
    async fn on_before_update(
        &self,
        user: &User,
        change: &ProposedUpdate<User>,
        context: &Context,
    ) -> DecisionResult {
        let address = match context.actor() {
            Actor::Administrator(_) if change.is_active == Some(false) => Some(user.email()),
            Actor::Administrator(_) => None,
            _ => change.email.as_ref(),
        };
        let address = address.map_or("", |address| address.as_str());
        decide(address, UPDATE.0, UPDATE.1)
    }
}

fn setup() -> Setup {
    Setup {
        hooks: Some(Box::new(|accounts| accounts.hooks(Deciding))),
        refusal_codes: &["ACCOUNT_IS_FIXED", "COMPANY_CLOSED", "INVITATION_NEEDED"],
        ..Setup::default()
    }
}

fn refused((code, detail): (&str, &str)) -> Expected {
    Expected::refusal(code, detail)
}

fn register(address: &str) -> WireRequest {
    let body = json!({"email": address, "password": PASSWORD});
    WireRequest::post("/auth/register", &body)
}

async fn is_stored(case: &Fixture<'_>, address: &str) -> bool {
    let found = case.users.find(&email(address).into()).await;
    found.expect("the harness's own store answers").is_some()
}

/// The right password of a refused user; a wrong one is not told apart from that of any other user.
async fn refused_login(run: &CaseRun<'_>) {
    for backends in [Backends::Jwt, Backends::Opaque, Backends::Browser] {
        let setup = Setup {
            backends,
            ..setup()
        };
        let case = run.case_with(setup).await;
        let user = case.user("ada@closed.example").await;
        let before = case.row_text(&user).await;
        let same_site = |request: WireRequest| request.header("sec-fetch-site", "same-origin");
        let request = same_site(login("ada@closed.example", PASSWORD));
        let reply = case.expect(request, refused(LOGIN)).await;
        let cookie = reply.header("set-cookie").next();
        case.check(cookie.is_none(), "a refused login sets no cookie");
        let wrong = same_site(login("ada@closed.example", WRONG_PASSWORD));
        let bad = Expected::problem(400, "LOGIN_BAD_CREDENTIALS");
        case.expect(wrong, bad).await;
        case.same("the row", case.row_text(&user).await, before);
        let sessions = EventKind::SessionCreated;
        case.check(!case.raised(sessions), "a refused login starts no session");
    }
}

/// With hidden account state a refused login is answered like one with a wrong password: status,
/// headers and body.
async fn refused_login_in_hidden_state(run: &CaseRun<'_>) {
    for backends in [Backends::Opaque, Backends::Browser] {
        let setup = Setup {
            hide_account_state: true,
            backends,
            ..setup()
        };
        let case = run.case_with(setup).await;
        case.user("ada@closed.example").await;
        let mut replies: Vec<WireReply> = Vec::new();
        for (address, password) in [
            ("ada@closed.example", PASSWORD),
            ("ada@closed.example", WRONG_PASSWORD),
            ("unknown@closed.example", PASSWORD),
        ] {
            let request = login(address, password).header("sec-fetch-site", "same-origin");
            let bad = Expected::problem(400, "LOGIN_BAD_CREDENTIALS");
            let reply = case.expect(request, bad).await;
            replies.push(reply);
        }
        let parts = |reply: &WireReply| (reply.status, reply.sorted_headers(), reply.body.clone());
        let first = replies.first().map(parts);
        let all_same = replies.iter().all(|reply| Some(parts(reply)) == first);
        case.check(all_same, "the three replies have the same bytes");
        let sessions = EventKind::SessionCreated;
        case.check(!case.raised(sessions), "a refused login starts no session");
    }
}

async fn refused_registration(run: &CaseRun<'_>) {
    let case = run.case_with(setup()).await;
    let user = case.user("ada@closed.example").await;
    let before = case.row_text(&user).await;
    for address in ["ada@closed.example", "new@closed.example"] {
        case.expect(register(address), refused(REGISTRATION)).await;
    }
    let stored = is_stored(&case, "new@closed.example").await;
    case.check(!stored, "no account is stored");
    case.same("the row", case.row_text(&user).await, before);
    let raised = case.raised(EventKind::RegistrationRefused);
    case.check(raised, "the event");
    let body = json!({"email": "new@closed.example", "password": "password12345678"});
    let weak = WireRequest::post("/auth/register", &body);
    let rejected = Expected::problem_with(
        400,
        "REGISTER_INVALID_PASSWORD",
        &[("password", "too_common")],
    );
    case.expect(weak, rejected).await;
    let reply = case.send(&register("new@example.com")).await;
    case.same("another registration", reply.status, 201);
}

/// A refusal does not tell whether the address has an account, and mails nothing.
async fn refused_registration_in_private_mode(run: &CaseRun<'_>) {
    let setup = Setup {
        hide_existing_accounts: true,
        hide_account_state: true,
        require_verification: true,
        ..setup()
    };
    let case = run.case_with(setup).await;
    case.user("ada@closed.example").await;
    let before = case.user_faults.calls();
    for address in ["ada@closed.example", "new@closed.example"] {
        case.expect(register(address), refused(REGISTRATION)).await;
    }
    case.wait_idle().await;
    let calls = case.user_faults.calls();
    case.same("calls of the user store", calls, before);
    let stored = is_stored(&case, "new@closed.example").await;
    case.check(!stored, "no account is stored");
}

/// An update by the user and one by an administrator.
async fn refused_update(run: &CaseRun<'_>) {
    let case = run.case_with(setup()).await;
    case.admin("root@example.com").await;
    let user = case.user("ada@example.com").await;
    let closed = case.user("ada@closed.example").await;
    let admin = case.token("root@example.com").await;
    let token = case.token("ada@example.com").await;
    let before = (case.row_text(&user).await, case.row_text(&closed).await);
    for (password, expected) in [
        (PASSWORD, refused(UPDATE)),
        (
            WRONG_PASSWORD,
            Expected::problem(400, "LOGIN_BAD_CREDENTIALS"),
        ),
    ] {
        let body = json!({"email": "new@closed.example", "current_password": password});
        let request = WireRequest::patch("/users/me", &body).bearer(&token);
        case.expect(request, expected).await;
    }
    let by_id = format!("/users/{}", closed.id);
    let body = json!({"roles": ["editor"], "is_active": false});
    let request = WireRequest::patch(&by_id, &body).bearer(&admin);
    case.expect(request, refused(UPDATE)).await;
    let request = WireRequest::new("DELETE", &by_id).bearer(&admin);
    case.expect(request, refused(UPDATE)).await;
    let after = (case.row_text(&user).await, case.row_text(&closed).await);
    case.same("the rows", after, before);
    case.check(case.raised(EventKind::UpdateRefused), "the event");
    case.check(case.accepts(&token).await, "the token of the user");
    let body = json!({"is_verified": true});
    let request = WireRequest::patch(&by_id, &body).bearer(&admin);
    let reply = case.send(&request).await;
    case.same("another update", reply.status, 200);
}

/// A failed hook refuses the action.
async fn failed_hook(run: &CaseRun<'_>) {
    let case = run.case_with(setup()).await;
    let user = case.user("ada@broken.example").await;
    let other = case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    let before = (case.row_text(&user).await, case.row_text(&other).await);
    let body = json!({"email": "new@broken.example", "current_password": PASSWORD});
    for request in [
        login("ada@broken.example", PASSWORD),
        register("new@broken.example"),
        WireRequest::patch("/users/me", &body).bearer(&token),
    ] {
        let unavailable = Expected::problem(503, "SERVICE_UNAVAILABLE");
        case.expect(request, unavailable).await;
    }
    let after = (case.row_text(&user).await, case.row_text(&other).await);
    case.same("the rows", after, before);
    let stored = is_stored(&case, "new@broken.example").await;
    case.check(!stored, "no account is stored");
    case.check(case.raised(EventKind::HookFailed), "the event");
}
