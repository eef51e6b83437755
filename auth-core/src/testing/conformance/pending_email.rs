//! A new address of `PATCH U/me`: it is pending until `POST A/verify` gets the token that was mailed to it.

use serde_json::json;

use super::cookies::{OURS, browser_case, log_in, me as cookie_me, post as cookie_post};
use super::expected::{Expected, user_read};
use super::fixture::{Fixture, NEW_PASSWORD, Setup, columns};
use super::jar::Jar;
use super::wire::{WireReply, WireRequest};
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::testing::PASSWORD;
use crate::user::User;

group!("pending-email": old_address_stays_until_the_new_one_is_proven, later_request_replaces_the_pending_address,
    request_for_the_current_address_withdraws, address_taken_meanwhile_is_a_bad_token,
    hidden_accounts_hide_a_taken_address, end_of_all_sessions_withdraws, change_by_an_administrator_withdraws,
    completed_change_ends_every_session, proof_of_another_caller_gets_no_cookies);

const OLD: &str = "ada@example.com";
const NEW: &str = "ada2@example.com";

impl Fixture<'_> {
    /// Requests another address with the right password.
    async fn request_address(&self, token: &str, address: &str) -> WireReply {
        let body = json!({"email": address, "current_password": PASSWORD});
        let reply = self
            .send(&WireRequest::patch("/users/me", &body).bearer(token))
            .await;
        self.wait_idle().await;
        reply
    }

    /// Requests another address, and returns the token that was mailed to it.
    async fn pending_token(&self, token: &str, address: &str) -> String {
        let reply = self.request_address(token, address).await;
        self.same("the request", reply.status, 200);
        let mailed = self.outbox.latest("verify", address);
        self.check(mailed.is_some(), "a token was mailed to the new address");
        mailed.unwrap_or_default()
    }

    /// Returns the kinds of the mails to an address, in order.
    async fn mailed_kinds(&self, address: &str) -> Vec<&'static str> {
        self.wait_idle().await;
        let items = self.outbox.items().into_iter();
        let to_address = items.filter(|item| item.email == address);
        to_address.map(|item| item.kind).collect()
    }
}

fn verify(token: &str) -> WireRequest {
    WireRequest::post("/auth/verify", &json!({ "token": token }))
}

fn bad_token() -> Expected {
    Expected::problem(400, "VERIFY_USER_BAD_TOKEN")
}

/// Returns the public form of the caller's own account, with the pending address.
fn own(user: &User, pending: &str) -> String {
    let text = user_read(user);
    text.replace(
        r#","is_active""#,
        &format!(r#","pending_email":"{pending}","is_active""#),
    )
}

/// A mistyped address locks no owner out: the old address is the login, and stays verified, until the
/// token of the new one comes back. Both addresses are told, and only the new one gets the token.
async fn old_address_stays_until_the_new_one_is_proven(run: &CaseRun<'_>) {
    let case = run.case().await;
    let mut user = case.verified(OLD).await;
    case.admin("root@example.com").await;
    let token = case.token(OLD).await;
    let body = json!({"email": "Ada2@example.com", "current_password": PASSWORD});
    let request = WireRequest::patch("/users/me", &body).bearer(&token);
    case.expect(request, Expected::text(200, &own(&user, NEW)))
        .await;
    case.check(case.accepts(&token).await, "the token lives");
    case.check(case.logs_in(OLD, PASSWORD).await, "the old address");
    case.check(!case.logs_in(NEW, PASSWORD).await, "the new address");
    let me = WireRequest::get("/users/me").bearer(&token);
    case.expect(me, Expected::text(200, &own(&user, NEW))).await;
    let root = case.token("root@example.com").await;
    let others = WireRequest::get(&format!("/users/{}", user.id)).bearer(&root);
    case.expect(others, Expected::user(200, &user)).await;
    let list = case.send(&WireRequest::get("/users").bearer(&root)).await;
    let list = String::from_utf8_lossy(&list.body).into_owned();
    case.check(
        !list.contains(NEW),
        "an administrator does not see the pending address",
    );
    case.same(
        "mails to the old address",
        case.mailed_kinds(OLD).await,
        vec!["email-change-requested"],
    );
    case.same(
        "mails to the new address",
        case.mailed_kinds(NEW).await,
        vec!["verify"],
    );
    let to_old = case.outbox.items().into_iter().filter(|i| i.email == OLD);
    let has_token = to_old.into_iter().any(|item| !item.token.is_empty());
    case.check(!has_token, "the old address gets no token");
    case.check(!case.raised(EventKind::EmailChanged), "no change yet");

    let mailed = case.outbox.latest("verify", NEW).unwrap_or_default();
    user.account.email = crate::testing::email(NEW);
    let proof = verify(&mailed);
    case.expect(proof.clone(), Expected::user(200, &user)).await;
    case.check(case.raised(EventKind::EmailChanged), "the event");
    case.check(case.raised(EventKind::UserVerified), "the proof");
    case.check(!case.accepts(&token).await, "the token is dead");
    case.check(!case.logs_in(OLD, PASSWORD).await, "the old address");
    case.check(case.logs_in(NEW, PASSWORD).await, "the new address");
    case.same(
        "mails to the old address",
        case.mailed_kinds(OLD).await,
        vec!["email-change-requested", "email-changed"],
    );
    let again = Expected::problem(400, "VERIFY_USER_ALREADY_VERIFIED");
    case.expect(proof, again).await;
}

/// One address is pending at a time, and the token of an earlier one is dead. A token for the stored
/// address stays what it was.
async fn later_request_replaces_the_pending_address(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user(OLD).await;
    let of_old = case.verify_token(OLD).await;
    let token = case.token(OLD).await;
    let first = case.pending_token(&token, "first@example.com").await;
    let second = case.pending_token(&token, "second@example.com").await;
    case.expect(verify(&first), bad_token()).await;
    case.same(
        "the stored one",
        case.send(&verify(&of_old)).await.status,
        200,
    );
    case.same("the second", case.send(&verify(&second)).await.status, 200);
    let row = case.row(&user).await;
    let stored = row.map(|user| (user.account.email.to_string(), user.account.is_verified));
    case.same(
        "the address",
        stored,
        Some(("second@example.com".to_owned(), true)),
    );
    // A token for an address that the user no longer has proves nothing.
    case.expect(verify(&of_old), bad_token()).await;
}

/// The stored address, however it is spelt, withdraws the pending one, without the password.
async fn request_for_the_current_address_withdraws(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.verified(OLD).await;
    let token = case.token(OLD).await;
    let mailed = case.pending_token(&token, NEW).await;
    let request = WireRequest::patch("/users/me", &json!({"email": "ADA@Example.com"}));
    case.expect(request.bearer(&token), Expected::user(200, &user))
        .await;
    case.same("the row", case.row_text(&user).await, columns(&user));
    case.expect(verify(&mailed), bad_token()).await;
    case.check(case.accepts(&token).await, "the token lives");
}

/// The address was free when it was asked for and is not when it is proven: the same reply as for a bad
/// token, which does not tell that there is an account.
async fn address_taken_meanwhile_is_a_bad_token(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.verified(OLD).await;
    let token = case.token(OLD).await;
    let mailed = case.pending_token(&token, NEW).await;
    let other = case.verified(NEW).await;
    case.expect(verify(&mailed), bad_token()).await;
    let row = case.row(&user).await;
    let stored = row.map(|user| user.account.email.to_string());
    case.same("the address", stored, Some(OLD.to_owned()));
    case.same("the other", case.row_text(&other).await, columns(&other));
    case.check(case.accepts(&token).await, "the token lives");
    let reply = case.request_address(&token, NEW).await;
    case.same("a taken address", reply.status, 400);
}

/// With hidden accounts the replies, the mails to the caller and the events are the same for a taken
/// address; its owner gets the notice of a registration, and no token is mailed.
async fn hidden_accounts_hide_a_taken_address(run: &CaseRun<'_>) {
    let setup = || Setup {
        hide_existing_accounts: true,
        hide_account_state: true,
        require_verification: true,
        ..Setup::default()
    };
    let mut seen = Vec::new();
    for is_taken in [false, true] {
        let case = run.case_with(setup()).await;
        case.verified(OLD).await;
        if is_taken {
            case.verified(NEW).await;
        }
        let token = case.token(OLD).await;
        let reply = case.request_address(&token, NEW).await;
        case.same("the status", reply.status, 200);
        let me = case
            .send(&WireRequest::get("/users/me").bearer(&token))
            .await;
        let public = |reply: &WireReply| {
            let mut json = reply.json();
            json.as_object_mut().map(|members| members.remove("id"));
            (reply.status, json.to_string())
        };
        case.check(public(&me).1.contains(NEW), "the pending address");
        let expected = if is_taken { "duplicate" } else { "verify" };
        case.same("mails", case.mailed_kinds(NEW).await, vec![expected]);
        seen.push((
            public(&reply),
            public(&me),
            case.mailed_kinds(OLD).await,
            case.logs_in(NEW, NEW_PASSWORD).await,
        ));
    }
    let case = run.case().await;
    let same = seen.windows(2).all(|pair| pair.first() == pair.last());
    case.check(same, "the same for a free address and a taken one");
}

/// What ends all sessions withdraws the pending address: a thief of a session who asked for one does not
/// get the account after the owner has thrown the thief out.
async fn end_of_all_sessions_withdraws(run: &CaseRun<'_>) {
    for way in ["change", "reset", "deactivation"] {
        let case = run.case().await;
        let user = case.verified(OLD).await;
        case.admin("root@example.com").await;
        let token = case.token(OLD).await;
        let mailed = case.pending_token(&token, NEW).await;
        let request = match way {
            "change" => {
                let body = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
                WireRequest::post("/users/me/change-password", &body).bearer(&token)
            }
            "reset" => {
                let reset = case.reset_token(OLD).await;
                let body = json!({"token": reset, "password": NEW_PASSWORD});
                WireRequest::post("/auth/reset-password", &body)
            }
            _ => {
                let root = case.token("root@example.com").await;
                let path = format!("/users/{}", user.id);
                WireRequest::patch(&path, &json!({"is_active": false})).bearer(&root)
            }
        };
        let reply = case.send(&request).await;
        case.check(reply.status < 300, way);
        case.expect(verify(&mailed), bad_token()).await;
        let row = case.row(&user).await;
        let is_withdrawn = row.is_some_and(|user| {
            user.account.pending_email.is_none() && user.account.email.as_str() == OLD
        });
        case.check(is_withdrawn, way);
    }
}

/// An administrator changes an address at once, and withdraws the pending one.
async fn change_by_an_administrator_withdraws(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.verified(OLD).await;
    case.admin("root@example.com").await;
    let (token, root) = (case.token(OLD).await, case.token("root@example.com").await);
    let mailed = case.pending_token(&token, NEW).await;
    let path = format!("/users/{}", user.id);
    let body = json!({"email": "ada3@example.com", "is_verified": true});
    let reply = case
        .send(&WireRequest::patch(&path, &body).bearer(&root))
        .await;
    case.same(
        "the change",
        (reply.status, reply.text("email")),
        (200, "ada3@example.com".to_owned()),
    );
    case.expect(verify(&mailed), bad_token()).await;
    let token = case.token("ada3@example.com").await;
    let me = case
        .send(&WireRequest::get("/users/me").bearer(&token))
        .await;
    case.check(
        me.json().get("pending_email").is_none(),
        "no pending address",
    );
}

/// A7.4.3: a completed change ends every session, also the one that asked for it, and every copy of it.
/// That of a caller who completes it with cookies continues with new ones.
async fn completed_change_ends_every_session(run: &CaseRun<'_>) {
    for is_anonymous in [true, false] {
        let (case, _) = browser_case(run).await;
        let (mut jar, mut other) = (Jar::default(), Jar::default());
        log_in(&case, &mut jar).await;
        log_in(&case, &mut other).await;
        let body = json!({"email": NEW, "current_password": PASSWORD});
        let request = WireRequest::patch("/users/me", &body).header(OURS.0, OURS.1);
        let reply = case.send(&jar.send(request)).await;
        jar.take(&reply);
        case.same("the request", reply.status, 200);
        case.wait_idle().await;
        for jar in [&jar, &other] {
            let reply = case.send(&cookie_me(jar)).await;
            case.same("nothing has ended yet", reply.status, 200);
        }
        let copy = jar.clone();
        let mailed = case.outbox.latest("verify", NEW).unwrap_or_default();
        let proof = verify(&mailed);
        let reply = if is_anonymous {
            case.send(&proof).await
        } else {
            case.send(&jar.send(proof.header(OURS.0, OURS.1))).await
        };
        jar.take(&reply);
        case.same(
            "the proof",
            (reply.status, reply.text("email")),
            (200, NEW.to_owned()),
        );
        case.wait_idle().await;
        for jar in [&copy, &other] {
            case.same("a session", case.send(&cookie_me(jar)).await.status, 401);
            let reply = case.send(&cookie_post(jar, "/auth/refresh")).await;
            case.same("its refresh cookie", reply.status, 401);
        }
        let expected = if is_anonymous { 401 } else { 200 };
        let reply = case.send(&cookie_me(&jar)).await;
        case.same("the caller", reply.status, expected);
        case.check(
            case.mailed_kinds(OLD).await.contains(&"email-changed"),
            "the notice",
        );
    }
}

/// A proof that another site sends with the cookies of a user completes the change, which needs the token
/// alone, and hands out no cookies. Neither does one with the cookies of another user.
async fn proof_of_another_caller_gets_no_cookies(run: &CaseRun<'_>) {
    for is_foreign in [true, false] {
        let (case, _) = browser_case(run).await;
        case.user("eve@example.com").await;
        let (mut jar, mut eve) = (Jar::default(), Jar::default());
        log_in(&case, &mut jar).await;
        let body = json!({"identifier": "eve@example.com", "password": PASSWORD});
        let login = WireRequest::post("/auth/login", &body).header(OURS.0, OURS.1);
        let reply = case.send(&eve.send(login)).await;
        eve.take(&reply);
        let body = json!({"email": NEW, "current_password": PASSWORD});
        let request = WireRequest::patch("/users/me", &body).header(OURS.0, OURS.1);
        let reply = case.send(&jar.send(request)).await;
        case.same("the request", reply.status, 200);
        case.wait_idle().await;
        let proof = verify(&case.outbox.latest("verify", NEW).unwrap_or_default());
        let reply = if is_foreign {
            let proof = proof.header("sec-fetch-site", "cross-site");
            case.send(&jar.send(proof)).await
        } else {
            case.send(&eve.send(proof.header(OURS.0, OURS.1))).await
        };
        case.same("the proof", reply.status, 200);
        let cookie = reply.header("set-cookie").next();
        case.check(cookie.is_none(), "no cookie");
        case.same("the session", case.send(&cookie_me(&jar)).await.status, 401);
        case.same("eve", case.send(&cookie_me(&eve)).await.status, 200);
    }
}
