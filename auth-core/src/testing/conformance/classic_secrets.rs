//! The secrets of classic sessions: when a session gets a new one, and what the old one is good for.

use serde_json::json;
use time::Duration;

use super::classic::{COOKIE, CSRF, classic, is_of_browser, log_in};
use super::cookies::{OURS, me, post, set_cookies};
use super::fixture::{Fixture, NEW_PASSWORD};
use super::jar::Jar;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::accounts::AdminUpdate;
use crate::testing::PASSWORD;
use crate::user::{AuthUser, Roles};

group!("classic_secrets": changed_password_gives_a_new_secret, changed_privileges_give_a_new_secret,
    old_secret_gets_no_newer_one, late_request_does_not_delete_the_new_cookie);

/// C-SM-04, A7.2.4: the session continues under a new secret, remembered or not as before.
async fn changed_password_gives_a_new_secret(run: &CaseRun<'_>) {
    for remember in [true, false] {
        let (case, _) = classic(run).await;
        let mut jar = Jar::default();
        log_in(&case, &mut jar, Some(remember)).await;
        let copy = jar.clone();
        let body = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
        let request = WireRequest::post("/users/me/change-password", &body);
        let reply = case.send(&jar.send(request.header(OURS.0, OURS.1))).await;
        case.same("a change", reply.status, 204);
        case.same("its cookies", is_of_browser(&reply), !remember);
        jar.take(&reply);
        case.check(jar.value(COOKIE) != copy.value(COOKIE), "a new cookie");
        case.same("the own session", case.send(&me(&jar)).await.status, 200);
        case.same("a copy", case.send(&me(&copy)).await.status, 401);
    }
}

/// C-SM-04: with the first request after a change of roles or of the superuser. The secret of before is valid
/// for requests in flight, and then dead; other changes leave it as it is.
async fn changed_privileges_give_a_new_secret(run: &CaseRun<'_>) {
    let support = || Roles::parse(["support"]).expect("a role");
    let update = |superuser, roles| AdminUpdate {
        is_superuser: superuser,
        roles,
        ..AdminUpdate::default()
    };
    let (case, user) = classic(run).await;
    case.admin("root@example.com").await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar, None).await;
    for (update, is_change) in [
        (update(None, Some(support())), true),
        (update(Some(true), None), true),
        (update(Some(true), Some(support())), false),
        (update(Some(false), Some(Roles::none())), true),
        (
            AdminUpdate {
                is_verified: Some(true),
                ..AdminUpdate::default()
            },
            false,
        ),
    ] {
        let (accounts, context) = (case.auth.accounts(), case.auth.accounts().context());
        let updated = accounts.update_as_admin(user.id(), update, &context).await;
        case.check(updated.is_ok(), "the change of the user");
        let before = jar.clone();
        let id = session_id(&case, &mut jar).await;
        case.same(
            "a new cookie",
            jar.value(COOKIE) != before.value(COOKIE),
            is_change,
        );
        case.same(
            "the old one, in flight",
            case.send(&me(&before)).await.status,
            200,
        );
        case.clock.advance(Duration::seconds(41));
        let status = if is_change { 401 } else { 200 };
        case.same(
            "the old one, later",
            case.send(&me(&before)).await.status,
            status,
        );
        case.same("the session", session_id(&case, &mut jar).await, id);
    }
}

/// C-SM-04: the secret of before is for requests in flight. It is not exchanged for the next one, which would
/// belong to a thief then, and the owner be logged out. The token of open forms stays.
async fn old_secret_gets_no_newer_one(run: &CaseRun<'_>) {
    let (case, user) = classic(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar, None).await;
    let old = jar.clone();
    for roles in ["support", "editor"] {
        let (accounts, context) = (case.auth.accounts(), case.auth.accounts().context());
        let update = AdminUpdate {
            roles: Some(Roles::parse([roles]).expect("a role")),
            ..AdminUpdate::default()
        };
        let updated = accounts.update_as_admin(user.id(), update, &context).await;
        case.check(updated.is_ok(), "the change of the user");
        if jar.value(COOKIE) != old.value(COOKIE) {
            let reply = case.send(&me(&old)).await;
            case.same("the old one", reply.status, 200);
            case.same("its cookies", set_cookies(&reply), Vec::<String>::new());
        }
        let before = jar.clone();
        let reply = case.send(&me(&jar)).await;
        jar.take(&reply);
        case.same("the new one", reply.status, 200);
        case.check(jar.value(COOKIE) != before.value(COOKIE), "a new cookie");
        case.same("the token of forms", jar.value(CSRF), old.value(CSRF));
    }
    case.same("two changes ago", case.send(&me(&old)).await.status, 401);
}

/// A request with the secret of before that comes late is refused. Its reply can reach the browser after the
/// new cookie, which it leaves there.
async fn late_request_does_not_delete_the_new_cookie(run: &CaseRun<'_>) {
    let (case, _) = classic(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar, None).await;
    let late = jar.clone();
    let body = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
    let request = WireRequest::post("/users/me/change-password", &body);
    let reply = case.send(&jar.send(request.header(OURS.0, OURS.1))).await;
    jar.take(&reply);
    let reply = case.send(&me(&late)).await;
    case.same("the late request", reply.status, 401);
    jar.take(&reply);
    case.same("the new cookie", case.send(&me(&jar)).await.status, 200);
    // A session that has ended has no new cookie.
    let reply = case.send(&post(&jar, "/auth/logout")).await;
    case.same("a logout", reply.status, 204);
    let reply = case.send(&me(&jar)).await;
    jar.take(&reply);
    case.same("a cookie of no session", jar.value(COOKIE), String::new());
}

/// The id of the caller's session; the cookies of the reply go into the jar.
async fn session_id(case: &Fixture<'_>, jar: &mut Jar) -> Option<String> {
    let reply = case
        .send(&jar.send(WireRequest::get("/auth/sessions")))
        .await;
    case.same("the sessions", reply.status, 200);
    jar.take(&reply);
    let list = reply.json();
    let mut sessions = list.get("sessions")?.as_array()?.iter();
    let own = sessions.find(|session| session.get("is_current") == Some(&json!(true)))?;
    Some(own.get("session_id")?.as_str()?.to_owned())
}
