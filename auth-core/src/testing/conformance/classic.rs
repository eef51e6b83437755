//! Classic sessions: one cookie that lives as long as its session, and "remember me".

use serde_json::json;
use time::Duration;

use super::cookies::{OURS, me, post, set_cookies};
use super::expected::Expected;
use super::fixture::{Backends, Fixture, Setup};
use super::jar::Jar;
use super::wire::{WireReply, WireRequest};
use super::{CaseRun, group};
use crate::auth::Forms;
use crate::testing::PASSWORD;
use crate::testing::concurrent::all;
use crate::user::User;

group!("classic": one_cookie_without_refresh, deadline_moves_once_an_hour, parallel_requests_write_once,
    unused_session_ends, session_ends_after_its_longest_life, unremembered_login_ends_with_the_browser,
    remember_is_a_member_of_cookie_logins_only, checkbox_of_a_form_is_remember,
    new_login_has_a_new_id, failing_store_does_not_log_out);

pub(super) const COOKIE: &str = "__Host-auth";
pub(super) const CSRF: &str = "__Host-auth-csrf";
/// The attributes of the cookie of a remembered login: 30 days.
const MONTH: &str = "; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=2592000";

async fn case_of<'t>(run: &'t CaseRun<'t>, backends: Backends) -> (Fixture<'t>, User) {
    let setup = Setup {
        backends,
        forms: Some(Forms::new()),
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let user = case.user("ada@example.com").await;
    (case, user)
}

pub(super) async fn classic<'t>(run: &'t CaseRun<'t>) -> (Fixture<'t>, User) {
    case_of(run, Backends::Classic).await
}

/// Logs in, with this member `remember` if there is one.
pub(super) async fn log_in(case: &Fixture<'_>, jar: &mut Jar, remember: Option<bool>) -> WireReply {
    let mut body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    if let (Some(remember), Some(members)) = (remember, body.as_object_mut()) {
        members.insert("remember".to_owned(), json!(remember));
    }
    let request = WireRequest::post("/auth/login", &body).header(OURS.0, OURS.1);
    let reply = case.send(&jar.send(request)).await;
    case.same("a login", reply.status, 204);
    jar.take(&reply);
    reply
}

/// The cookies that a reply sets, by name and attributes.
fn attributes(reply: &WireReply) -> Vec<String> {
    let lines = set_cookies(reply).into_iter();
    let masked = lines.map(|line| {
        let (pair, attributes) = line.split_once("; ").unwrap_or((&line, ""));
        let name = pair.split('=').next().unwrap_or_default();
        format!("{name}; {attributes}")
    });
    masked.collect()
}

async fn one_cookie_without_refresh(run: &CaseRun<'_>) {
    let (case, user) = classic(run).await;
    let mut jar = Jar::default();
    let reply = log_in(&case, &mut jar, None).await;
    let expected = vec![
        format!("{COOKIE}{MONTH}"),
        format!("{CSRF}; Secure; SameSite=Lax; Path=/; Max-Age=2592000"),
    ];
    case.same("the cookies", attributes(&reply), expected);
    case.clock.advance(Duration::days(29));
    let reply = case.send(&me(&jar)).await;
    case.same("the user", reply.text("id"), user.id.to_string());
    let refresh = post(&jar, "/auth/refresh");
    let reply = case.send_unchecked(&refresh).await;
    case.same("no refresh route", reply.status, 404);
    let kept = jar.clone();
    let reply = case.send(&post(&jar, "/auth/logout")).await;
    jar.take(&reply);
    case.same("what the browser has left", jar.names(), Vec::<&str>::new());
    case.same("a copy", case.send(&me(&kept)).await.status, 401);
}

/// A7.3.1: a use moves the deadline, at most once an hour, and the reply has the same cookie again.
async fn deadline_moves_once_an_hour(run: &CaseRun<'_>) {
    let (case, _) = classic(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar, Some(true)).await;
    let before = jar.clone();
    let calls = case.session_faults.calls();
    let mut moved = 0;
    for _ in 0..(3 * 12) {
        case.clock.advance(Duration::minutes(5));
        let reply = case.send(&me(&jar)).await;
        case.same("a use", reply.status, 200);
        moved += usize::from(!set_cookies(&reply).is_empty());
        if moved == 1 && !set_cookies(&reply).is_empty() {
            let expected = vec![
                format!("{COOKIE}{MONTH}"),
                format!("{CSRF}; Secure; SameSite=Lax; Path=/; Max-Age=2592000"),
            ];
            case.same("the cookies again", attributes(&reply), expected);
        }
        jar.take(&reply);
    }
    case.same("how often in three hours", moved, 3);
    for name in [COOKIE, CSRF] {
        case.same("its value", jar.value(name), before.value(name));
    }
    let calls = case.session_faults.calls() - calls;
    case.same("reads and writes", calls, 3 * 12 + 3);
    // A reply that sets cookies itself keeps them.
    case.clock.advance(Duration::hours(2));
    let reply = case.send(&post(&jar, "/auth/logout")).await;
    case.check(
        set_cookies(&reply)
            .iter()
            .all(|line| line.contains("Max-Age=0")),
        "a logout only clears",
    );
}

/// Of requests at the same moment one writes the use. Which one it is differs from run to run, so the
/// transcript has none of them.
async fn parallel_requests_write_once(run: &CaseRun<'_>) {
    let (case, _) = classic(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar, None).await;
    case.clock.advance(Duration::minutes(61));
    let request = me(&jar);
    let replies = all((0..20).map(|_| case.send_unchecked(&request))).await;
    let is_good = replies.iter().all(|reply| reply.status == 200);
    case.check(is_good, "every request is answered");
    let moved = replies
        .iter()
        .filter(|reply| !set_cookies(reply).is_empty());
    case.same("replies with a new deadline", moved.count(), 1);
}

async fn unused_session_ends(run: &CaseRun<'_>) {
    let (case, _) = classic(run).await;
    for (after, status) in [(-Duration::SECOND, 200), (Duration::ZERO, 401)] {
        let mut jar = Jar::default();
        log_in(&case, &mut jar, None).await;
        case.clock.advance(Duration::days(30) + after);
        case.same("the session", case.send(&me(&jar)).await.status, status);
    }
}

/// A7.3.2: 90 days, however often it is used; the cookie says so.
async fn session_ends_after_its_longest_life(run: &CaseRun<'_>) {
    let (case, _) = classic(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar, None).await;
    for _ in 0..3 {
        case.clock.advance(Duration::days(29));
        let reply = case.send(&me(&jar)).await;
        case.same("a use", reply.status, 200);
        jar.take(&reply);
    }
    case.clock.advance(Duration::days(2));
    let reply = case.send(&me(&jar)).await;
    let line = format!("{COOKIE}; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=86400");
    case.same("the last day", attributes(&reply).first(), Some(&line));
    case.clock.advance(Duration::days(1) - Duration::SECOND);
    case.same("the last second", case.send(&me(&jar)).await.status, 200);
    case.clock.advance(Duration::SECOND);
    case.same("the end", case.send(&me(&jar)).await.status, 401);
}

/// Without "remember me" the cookies have no `Max-Age`, whatever the backend, and the session ends after a
/// day without use.
async fn unremembered_login_ends_with_the_browser(run: &CaseRun<'_>) {
    for backends in [Backends::Classic, Backends::JwtCookies, Backends::Browser] {
        let (case, _) = case_of(run, backends).await;
        let mut jar = Jar::default();
        let reply = log_in(&case, &mut jar, Some(false)).await;
        case.check(is_of_browser(&reply), "no Max-Age at the login");
        let refreshes = backends != Backends::Classic;
        for _ in 0..3 {
            case.clock.advance(Duration::hours(23));
            let reply = if refreshes {
                case.send(&post(&jar, "/auth/refresh")).await
            } else {
                case.send(&me(&jar)).await
            };
            case.check([200, 204].contains(&reply.status), "it was used");
            case.check(is_of_browser(&reply), "no Max-Age at a use");
            jar.take(&reply);
        }
        case.clock.advance(Duration::hours(24));
        let reply = if refreshes {
            case.send(&post(&jar, "/auth/refresh")).await
        } else {
            case.send(&me(&jar)).await
        };
        case.same("a day without use", reply.status, 401);
    }
}

/// Whether no cookie of a reply outlives the browser.
pub(super) fn is_of_browser(reply: &WireReply) -> bool {
    set_cookies(reply)
        .iter()
        .all(|line| !line.contains("Max-Age"))
}

async fn remember_is_a_member_of_cookie_logins_only(run: &CaseRun<'_>) {
    let (case, _) = case_of(run, Backends::Browser).await;
    let login = |path: &str, remember| {
        let body = json!({
            "identifier": "ada@example.com", "password": PASSWORD, "remember": remember,
        });
        WireRequest::post(path, &body).header(OURS.0, OURS.1)
    };
    let invalid =
        |fault| Expected::problem_with(422, "LOGIN_PAYLOAD_INVALID", &[("remember", fault)]);
    case.expect(login("/auth/api/login", json!(true)), invalid("unknown"))
        .await;
    for wrong in [json!("true"), json!(1), json!([true])] {
        case.expect(login("/auth/login", wrong), invalid("wrong_type"))
            .await;
    }
    let reply = case.send(&login("/auth/login", json!(null))).await;
    case.same("null is the default", reply.status, 204);
    case.check(!is_of_browser(&reply), "the cookies have a Max-Age");
}

/// A browser sends nothing for a checkbox that is not set.
async fn checkbox_of_a_form_is_remember(run: &CaseRun<'_>) {
    let (case, _) = classic(run).await;
    let fields = "identifier=ada%40example.com&password=";
    let password: String = form_urlencoded::byte_serialize(PASSWORD.as_bytes()).collect();
    for (box_of, is_kept) in [
        ("", false),
        ("&remember=on", true),
        ("&remember=true", true),
    ] {
        let request = WireRequest::new("POST", "/auth/login")
            .header(OURS.0, OURS.1)
            .text(
                "application/x-www-form-urlencoded",
                format!("{fields}{password}{box_of}"),
            );
        let reply = case.send(&request).await;
        case.same("a login", reply.status, 303);
        case.same(box_of, !is_of_browser(&reply), is_kept);
    }
}

/// C-SM-04: a login never continues a session, and ends the one that its cookie had.
async fn new_login_has_a_new_id(run: &CaseRun<'_>) {
    let (case, _) = classic(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar, None).await;
    let first = jar.clone();
    log_in(&case, &mut jar, None).await;
    case.check(jar.value(COOKIE) != first.value(COOKIE), "a new cookie");
    case.same("the new one", case.send(&me(&jar)).await.status, 200);
    case.same("the old one", case.send(&me(&first)).await.status, 401);
    let planted = "A".repeat(64);
    let mut jar = Jar::default();
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let request = WireRequest::post("/auth/login", &body)
        .header(OURS.0, OURS.1)
        .header("cookie", format!("{COOKIE}={planted}"));
    jar.take(&case.send(&request).await);
    case.check(jar.value(COOKIE) != planted, "a planted cookie");
}

/// A store that cannot write does not stop a request that it could read for; one that cannot read is 503,
/// and deletes no cookie.
async fn failing_store_does_not_log_out(run: &CaseRun<'_>) {
    let (case, _) = classic(run).await;
    let mut jar = Jar::default();
    log_in(&case, &mut jar, None).await;
    case.clock.advance(Duration::minutes(61));
    case.session_faults.fail_after(1);
    let reply = case.send(&me(&jar)).await;
    case.same("without the write", reply.status, 200);
    case.check(set_cookies(&reply).is_empty(), "no new deadline");
    case.session_faults.fail(true);
    let reply = case.send(&me(&jar)).await;
    case.same("without the read", reply.status, 503);
    case.check(set_cookies(&reply).is_empty(), "no cookie is deleted");
    case.session_faults.fail(false);
    let reply = case.send(&me(&jar)).await;
    case.same("again", (reply.status, set_cookies(&reply).len()), (200, 2));
}
