//! `GET A/sessions`, `DELETE A/sessions/{id}`, `POST A/sessions/revoke-others`, and the end by logout.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "where a reply has not what is looked for, the case has failed"
)]

use serde_json::{Value, json};
use time::Duration;

use super::expected::Expected;
use super::fixture::{Backends, Fixture, Setup, WRONG_PASSWORD};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::session::AtSessionLimit;
use crate::testing::PASSWORD;
use crate::user::User;

group!("sessions": listed, one_is_ended, others_are_ended, logout_ends_one,
    session_of_another_user_is_not_found, administrator_ends_sessions, requires_a_user,
    uses_are_recorded, list_has_pages, invalid_page_is_refused, limit_ends_the_oldest,
    limit_refuses_the_login);

struct Login {
    access: String,
    refresh: String,
}

async fn case_of<'t>(run: &'t CaseRun<'t>, backends: Backends) -> (Fixture<'t>, User) {
    let setup = Setup {
        backends,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    let user = case.user("ada@example.com").await;
    (case, user)
}

async fn log_in(case: &Fixture<'_>, address: &str, agent: Option<&str>) -> Login {
    let body = json!({"identifier": address, "password": PASSWORD});
    let mut request = WireRequest::post("/auth/login", &body);
    if let Some(agent) = agent {
        request = request.header("user-agent", agent);
    }
    case.clock.advance(Duration::seconds(1));
    let reply = case.expect(request, Expected::in_session()).await;
    Login {
        access: reply.text("access_token"),
        refresh: reply.text("refresh_token"),
    }
}

/// The sessions that the caller sees, from the one used last.
async fn list(case: &Fixture<'_>, login: &Login) -> Vec<Value> {
    let request = WireRequest::get("/auth/sessions").bearer(&login.access);
    let reply = case
        .expect(request, Expected::members(200, &["sessions"]))
        .await;
    reply.json()["sessions"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

fn id(session: &Value) -> String {
    session["session_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

async fn is_alive(case: &Fixture<'_>, login: &Login) -> bool {
    let body = json!({ "refresh_token": login.refresh });
    let reply = case.send(&WireRequest::post("/auth/refresh", &body)).await;
    let accepted = case.accepts(&login.access).await;
    case.same("both tokens", accepted, reply.status == 200);
    accepted
}

/// Each session with its times, its client and a mark on the caller's own; no token.
async fn listed(run: &CaseRun<'_>) {
    for backends in [Backends::Opaque, Backends::JwtSessions] {
        let (case, _) = case_of(run, backends).await;
        let first = log_in(
            &case,
            "ada@example.com",
            Some("Firefox \u{202e}\u{200b} on  a\tdesk"),
        )
        .await;
        let second = log_in(&case, "ada@example.com", None).await;
        let sessions = list(&case, &second).await;
        let members = "client created_at expires_at is_current last_used_at session_id";
        for session in &sessions {
            let object = session.as_object().cloned().unwrap_or_default();
            let mut names: Vec<_> = object.keys().cloned().collect();
            names.sort();
            case.same("the members", names.join(" "), members.to_owned());
            let text = session.to_string();
            for login in [&first, &second] {
                case.check(!text.contains(&login.refresh[22..]), "no token in a list");
            }
        }
        let marks: Vec<_> = sessions
            .iter()
            .map(|s| s["is_current"] == json!(true))
            .collect();
        case.same(
            "the caller's own, which was used last",
            marks,
            vec![true, false],
        );
        let clients: Vec<_> = sessions.iter().map(|s| s["client"].clone()).collect();
        let desk = json!({"user_agent": "Firefox on a desk"});
        case.same("the clients", clients, vec![Value::Null, desk]);
        let now = crate::Clock::now(&case.clock);
        let shown = |time: time::OffsetDateTime| {
            let format = &time::format_description::well_known::Rfc3339;
            time.replace_nanosecond(0)
                .ok()
                .and_then(|time| time.format(format).ok())
        };
        let newest = &sessions[0];
        case.same(
            "made now",
            newest["created_at"].as_str().map(str::to_owned),
            shown(now),
        );
        case.same(
            "ends in thirty days",
            newest["expires_at"].as_str().map(str::to_owned),
            shown(now + Duration::days(30)),
        );
    }
}

/// 50 sessions on the first page, and the caller's own in addition; the pages have each session once, those
/// that were used last first.
async fn list_has_pages(run: &CaseRun<'_>) {
    for backends in [Backends::Opaque, Backends::JwtSessions] {
        let (case, _) = case_of(run, backends).await;
        let own = log_in(&case, "ada@example.com", None).await;
        let first = id(&list(&case, &own).await[0]);
        for _ in 0..54 {
            log_in(&case, "ada@example.com", None).await;
        }
        let page = list(&case, &own).await;
        case.same("the first page and the own session", page.len(), 51);
        case.same("the own session", id(&page[0]), first.clone());
        let marks = page.iter().filter(|one| one["is_current"] == json!(true));
        case.same("one is current", marks.count(), 1);
        for limit in [7, 55, 100] {
            let (mut seen, mut after) = (Vec::new(), String::new());
            for _ in 0..9 {
                let target = format!("/auth/sessions?limit={limit}&after={after}");
                let request = WireRequest::get(&target).bearer(&own.access);
                let members = Expected::members(200, &["sessions", "next"]);
                let body = case.expect(request, members).await.json();
                let sessions = body["sessions"].as_array().cloned().unwrap_or_default();
                seen.extend(sessions.iter().map(|one| {
                    let used = one["last_used_at"].as_str().unwrap_or_default();
                    (used.to_owned(), id(one))
                }));
                match body["next"].as_str() {
                    Some(next) => next.clone_into(&mut after),
                    None => break,
                }
            }
            let ids: std::collections::BTreeSet<_> = seen.iter().map(|(_, id)| id).collect();
            case.same("each session once", (seen.len(), ids.len()), (55, 55));
            seen.retain(|(_, id)| *id != first);
            let is_sorted = seen.is_sorted_by(|one, next| one.0 >= next.0);
            case.check(is_sorted, "those that were used last first");
        }
    }
}

async fn invalid_page_is_refused(run: &CaseRun<'_>) {
    let (case, _) = case_of(run, Backends::Opaque).await;
    let own = log_in(&case, "ada@example.com", None).await;
    for (query, field, code) in [
        ("limit=0", "limit", "too_short"),
        ("limit=101", "limit", "too_long"),
        ("limit=x", "limit", "invalid"),
        ("limit=5&limit=6", "limit", "invalid"),
        ("after=7", "after", "invalid"),
        (
            "after=99999999999999999999999999999999999.x",
            "after",
            "invalid",
        ),
        ("offset=7", "offset", "unknown"),
    ] {
        let target = format!("/auth/sessions?{query}");
        let request = WireRequest::get(&target).bearer(&own.access);
        case.expect(request, Expected::invalid(&[(field, code)]))
            .await;
    }
}

/// A10.4.9: a user ends one of its sessions, whose tokens are dead at once.
async fn one_is_ended(run: &CaseRun<'_>) {
    for backends in [Backends::Opaque, Backends::JwtSessions] {
        let (case, _) = case_of(run, backends).await;
        let first = log_in(&case, "ada@example.com", None).await;
        let second = log_in(&case, "ada@example.com", None).await;
        let sessions = list(&case, &second).await;
        let delete = |id: &str, by: &Login| {
            WireRequest::new("DELETE", &format!("/auth/sessions/{id}")).bearer(&by.access)
        };
        case.expect(delete(&id(&sessions[1]), &second), Expected::empty(204))
            .await;
        case.check(case.raised(EventKind::SessionEnded), "the event of an end");
        case.check(!is_alive(&case, &first).await, "it is dead at once");
        case.check(
            is_alive(&case, &second).await,
            "the caller's own session stays valid",
        );
        let gone = Expected::problem(404, "SESSION_NOT_FOUND");
        case.expect(delete(&id(&sessions[1]), &second), gone).await;
        case.same("what is left", list(&case, &second).await.len(), 1);
        case.expect(delete(&id(&sessions[0]), &second), Expected::empty(204))
            .await;
        case.check(!is_alive(&case, &second).await, "one's own, too");
    }
}

async fn others_are_ended(run: &CaseRun<'_>) {
    for backends in [Backends::Opaque, Backends::JwtSessions] {
        let (case, user) = case_of(run, backends).await;
        let mut logins = Vec::new();
        for _ in 0..4 {
            logins.push(log_in(&case, "ada@example.com", None).await);
        }
        let eve = case.user("eve@example.com").await;
        let eves = log_in(&case, "eve@example.com", None).await;
        let revoke = WireRequest::new("POST", "/auth/sessions/revoke-others");
        let revoke = revoke.bearer(&logins[2].access);
        case.expect(revoke.clone(), Expected::empty(204)).await;
        for (place, login) in logins.iter().enumerate() {
            case.same("alive", is_alive(&case, login).await, place == 2);
        }
        case.same("what is left", list(&case, &logins[2]).await.len(), 1);
        case.check(
            is_alive(&case, &eves).await,
            "another user's session stays valid",
        );
        case.expect(revoke, Expected::empty(204)).await;
        case.check(
            is_alive(&case, &logins[2]).await,
            "a second call changes nothing",
        );
        let epochs = [&user, &eve].map(|user| user.account.epoch.as_i64());
        case.same("epochs before", epochs, [0, 0]);
    }
}

/// A7.4.1, B-48: a logout ends only the session of its token.
async fn logout_ends_one(run: &CaseRun<'_>) {
    for backends in [Backends::Opaque, Backends::JwtSessions] {
        let (case, _) = case_of(run, backends).await;
        let first = log_in(&case, "ada@example.com", None).await;
        let second = log_in(&case, "ada@example.com", None).await;
        let logout = WireRequest::new("POST", "/auth/logout").bearer(&first.access);
        case.expect(logout.clone(), Expected::empty(204)).await;
        case.check(!is_alive(&case, &first).await, "dead at once");
        case.check(
            is_alive(&case, &second).await,
            "the other session stays valid",
        );
        case.expect(logout, Expected::empty(204)).await;
        case.check(is_alive(&case, &second).await, "it stays valid");
    }
}

/// A8.2.2, B-21: a session of another user, an unknown session, and an invalid id get the same 404.
async fn session_of_another_user_is_not_found(run: &CaseRun<'_>) {
    let (case, _) = case_of(run, Backends::Opaque).await;
    case.user("eve@example.com").await;
    let adas = log_in(&case, "ada@example.com", None).await;
    let eves = log_in(&case, "eve@example.com", None).await;
    let of_ada = id(&list(&case, &adas).await[0]);
    for other in [
        of_ada.as_str(),
        "0d6f3a52-7c1e-4a86-9b1f-5e2c8d7a4b10",
        &of_ada.to_uppercase(),
        "0d6f3a527c1e4a869b1f5e2c8d7a4b10",
        "null",
        "1%20OR%201=1",
        "%ff",
        "..%2f..%2fusers",
        &"x".repeat(4000),
    ] {
        let target = format!("/auth/sessions/{other}");
        let request = WireRequest::new("DELETE", &target).bearer(&eves.access);
        let gone = Expected::problem(404, "SESSION_NOT_FOUND");
        case.expect(request, gone).await;
    }
    case.check(is_alive(&case, &adas).await, "it stays valid");
}

/// The application ends one session of a user, and all of them.
async fn administrator_ends_sessions(run: &CaseRun<'_>) {
    for backends in [Backends::Opaque, Backends::JwtSessions] {
        let (case, user) = case_of(run, backends).await;
        let logins = [
            log_in(&case, "ada@example.com", None).await,
            log_in(&case, "ada@example.com", None).await,
        ];
        let accounts = case.auth.accounts();
        let listed = accounts.sessions(&user).await.unwrap_or_default();
        case.same("as the manager lists them", listed.len(), 2);
        let ended = accounts
            .end_session(&user.id, &listed[0].id, &accounts.context())
            .await;
        case.same("one", ended.ok(), Some(true));
        case.check(!is_alive(&case, &logins[1]).await, "it is dead");
        case.same(
            "all",
            accounts
                .end_all_sessions(&user.id, &accounts.context())
                .await
                .ok(),
            Some(true),
        );
        case.check(!is_alive(&case, &logins[0]).await, "and the rest");
        let row = case.row(&user).await;
        let left = match &row {
            Some(user) => accounts.sessions(user).await.unwrap_or_default().len(),
            None => 9,
        };
        case.same("none is listed", left, 0);
        let unknown = uuid::Uuid::nil();
        case.same(
            "of an unknown user",
            accounts
                .end_all_sessions(&unknown, &accounts.context())
                .await
                .ok(),
            Some(false),
        );
    }
}

async fn requires_a_user(run: &CaseRun<'_>) {
    let (case, _) = case_of(run, Backends::Opaque).await;
    for (method, target) in [
        ("GET", "/auth/sessions"),
        ("POST", "/auth/sessions/revoke-others"),
        (
            "DELETE",
            "/auth/sessions/0d6f3a52-7c1e-4a86-9b1f-5e2c8d7a4b10",
        ),
    ] {
        let request = WireRequest::new(method, target);
        case.expect(request.clone(), Expected::unauthenticated(false))
            .await;
        case.expect(request.bearer("x"), Expected::unauthenticated(true))
            .await;
    }
}

/// N-SE-07: a session that is used every day does not idle, and one that is not used does.
async fn uses_are_recorded(run: &CaseRun<'_>) {
    for backends in [Backends::Opaque, Backends::JwtSessions] {
        let (case, _) = case_of(run, backends).await;
        let mut login = log_in(&case, "ada@example.com", None).await;
        for _ in 0..3 {
            case.clock.advance(Duration::days(29));
            // A request with an access token is recorded, too.
            let body = json!({ "refresh_token": login.refresh });
            let reply = case.send(&WireRequest::post("/auth/refresh", &body)).await;
            case.same("a refresh", reply.status, 200);
            login.access = reply.text("access_token");
            login.refresh = reply.text("refresh_token");
            for _ in 0..8 {
                case.clock.advance(Duration::minutes(1));
                case.check(case.accepts(&login.access).await, "a use");
            }
            let session = list(&case, &login).await.remove(0);
            let now = crate::Clock::now(&case.clock);
            let format = &time::format_description::well_known::Rfc3339;
            let noted = now
                .replace_nanosecond(0)
                .ok()
                .and_then(|now| now.format(format).ok());
            case.same(
                "noted",
                session["last_used_at"].as_str().map(str::to_owned),
                noted,
            );
        }
    }
}

async fn case_at_limit<'t>(run: &'t CaseRun<'t>, at_limit: AtSessionLimit) -> Fixture<'t> {
    let setup = Setup {
        backends: Backends::Opaque,
        at_two_sessions: Some(at_limit),
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    case.user("ada@example.com").await;
    case.user("eve@example.com").await;
    case
}

/// A login at the limit of sessions ends the one that was not used for the longest time, and none of another user.
async fn limit_ends_the_oldest(run: &CaseRun<'_>) {
    let case = case_at_limit(run, AtSessionLimit::EndOldest).await;
    let others = log_in(&case, "eve@example.com", None).await;
    let first = log_in(&case, "ada@example.com", None).await;
    let second = log_in(&case, "ada@example.com", None).await;
    // A use is recorded once a minute.
    case.clock.advance(Duration::minutes(2));
    list(&case, &first).await;
    let third = log_in(&case, "ada@example.com", None).await;
    case.same("sessions", list(&case, &third).await.len(), 2);
    list(&case, &first).await;
    list(&case, &others).await;
    let ended = WireRequest::get("/auth/sessions").bearer(&second.access);
    case.expect(ended, Expected::unauthenticated(true)).await;
}

/// A login at the limit of sessions is refused after the right password only, until a session has ended.
async fn limit_refuses_the_login(run: &CaseRun<'_>) {
    let case = case_at_limit(run, AtSessionLimit::RefuseLogin).await;
    let first = log_in(&case, "ada@example.com", None).await;
    log_in(&case, "ada@example.com", None).await;
    let login = |password: &str| {
        let body = json!({"identifier": "ada@example.com", "password": password});
        WireRequest::post("/auth/login", &body)
    };
    let wrong = Expected::problem(400, "LOGIN_BAD_CREDENTIALS");
    case.expect(login(WRONG_PASSWORD), wrong).await;
    let refused = Expected::problem(403, "LOGIN_TOO_MANY_SESSIONS");
    case.expect(login(PASSWORD), refused).await;
    case.same("sessions", list(&case, &first).await.len(), 2);
    log_in(&case, "eve@example.com", None).await;
    let logout = WireRequest::new("POST", "/auth/logout").bearer(&first.access);
    case.expect(logout, Expected::empty(204)).await;
    log_in(&case, "ada@example.com", None).await;
}
