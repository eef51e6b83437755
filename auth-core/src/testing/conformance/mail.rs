//! The limit of mail to one address, for every flow that sends some.

use serde_json::json;
use time::Duration;

use super::fixture::Fixture;
use super::fixture::Setup;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::testing::PASSWORD;

group!("mail": repeated_registrations_are_limited, changes_of_address_are_limited,
    requests_of_all_kinds_share_a_limit, full_mailbox_can_reset_its_password);

const ADA: &str = "ada@example.com";
const VICTIM: &str = "victim@example.com";

impl Fixture<'_> {
    /// Returns how many mails went to this address.
    async fn mails(&self, address: &str) -> usize {
        self.wait_idle().await;
        let items = self.outbox.items();
        items.iter().filter(|item| item.email == address).count()
    }

    /// Asks for a mail and waits until it was sent: the reply comes earlier, and the limit counts mails
    /// in the order in which they are sent.
    async fn ask(&self, path: &str, address: &str) {
        let request = WireRequest::post(path, &json!({ "email": address }));
        let reply = self.send(&request).await;
        self.same("the status", reply.status, 202);
        self.wait_idle().await;
    }
}

/// C-FP-02: with hidden accounts, a stranger who registers an address again and again fills no mailbox.
async fn repeated_registrations_are_limited(run: &CaseRun<'_>) {
    let setup = Setup {
        hide_existing_accounts: true,
        hide_account_state: true,
        require_verification: true,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    case.user(VICTIM).await;
    for _ in 0..15 {
        let body = json!({"email": VICTIM, "password": PASSWORD});
        let reply = case.send(&WireRequest::post("/auth/register", &body)).await;
        case.same("the status", reply.status, 202);
    }
    let mails = case.mails(VICTIM).await;
    case.same("mails within an hour", mails, 10);
    case.clock.advance(Duration::hours(1));
    let body = json!({"email": VICTIM, "password": PASSWORD});
    case.send(&WireRequest::post("/auth/register", &body)).await;
    let mails = case.mails(VICTIM).await;
    case.same("mails an hour later", mails, 11);
}

/// C-FP-02: a user with repeated requests for the address of a stranger fills no mailbox; with hidden
/// accounts neither that of an owner.
async fn changes_of_address_are_limited(run: &CaseRun<'_>) {
    let hidden = || Setup {
        hide_existing_accounts: true,
        hide_account_state: true,
        require_verification: true,
        ..Setup::default()
    };
    for (setup, has_owner) in [
        (Setup::default(), false),
        (hidden(), false),
        (hidden(), true),
    ] {
        let case = run.case_with(setup).await;
        case.verified(ADA).await;
        if has_owner {
            case.verified(VICTIM).await;
        }
        let token = case.token(ADA).await;
        for _ in 0..15 {
            for next in [VICTIM, "other@example.com"] {
                let body = json!({"email": next, "current_password": PASSWORD});
                let request = WireRequest::patch("/users/me", &body).bearer(&token);
                let reply = case.send(&request).await;
                case.same("the status", reply.status, 200);
            }
        }
        case.same("mails within an hour", case.mails(VICTIM).await, 10);
    }
}

/// C-FP-02: registration, verification and reset count together.
async fn requests_of_all_kinds_share_a_limit(run: &CaseRun<'_>) {
    let case = run.case().await;
    let body = json!({"email": VICTIM, "password": PASSWORD});
    let reply = case.send(&WireRequest::post("/auth/register", &body)).await;
    case.same("the status", reply.status, 201);
    for _ in 0..10 {
        case.ask("/auth/request-verify-token", VICTIM).await;
        case.ask("/auth/forgot-password", VICTIM).await;
    }
    let mails = case.mails(VICTIM).await;
    case.same("mails within an hour", mails, 10);
}

/// C-FP-02: requests for other mail do not lock the owner of an address out of a reset: a request
/// passes as long as no reset token of the address is valid.
async fn full_mailbox_can_reset_its_password(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user(VICTIM).await;
    for _ in 0..15 {
        case.ask("/auth/request-verify-token", VICTIM).await;
    }
    for _ in 0..5 {
        case.ask("/auth/forgot-password", VICTIM).await;
    }
    case.same("mails within an hour", case.mails(VICTIM).await, 11);
    let token = case.outbox.latest("reset", VICTIM);
    case.check(token.is_some(), "one of them resets the password");
}
