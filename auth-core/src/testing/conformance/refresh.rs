//! `POST A/refresh`.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "where a reply has not what is looked for, the case has failed"
)]

use serde_json::{Value, json};
use time::Duration;

use super::expected::Expected;
use super::fixture::{Backends, Fixture, NEW_PASSWORD, Setup, login};
use super::wire::{WireReply, WireRequest};
use super::{CaseRun, group};
use crate::event::EventKind;
use crate::store::{Precondition, UserChange};
use crate::testing::PASSWORD;

group!("refresh": rotates, lost_reply_is_repeated_within_grace, one_generation, strict,
    old_spent_token_ends_the_session, forged, deadlines, bodies, without_sessions,
    token_of_another_backend_is_refused, ended_session_is_not_refreshed, changed_password,
    checked_at_refresh);

/// The backends whose tokens are rotated.
const KINDS: [Backends; 3] = [
    Backends::Opaque,
    Backends::JwtSessions,
    Backends::JwtAtRefresh,
];

pub(super) fn refresh(token: &str) -> WireRequest {
    WireRequest::post("/auth/refresh", &json!({ "refresh_token": token }))
}

pub(super) async fn case_of<'t>(
    run: &'t CaseRun<'t>,
    backends: Backends,
    grace: Option<u64>,
) -> Fixture<'t> {
    let setup = Setup {
        backends,
        grace,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    case.user("ada@example.com").await;
    case
}

/// Logs in and returns the access and the refresh token.
pub(super) async fn log_in(case: &Fixture<'_>) -> (String, String) {
    let request = login("ada@example.com", PASSWORD);
    tokens(&case.expect(request, Expected::in_session()).await)
}

pub(super) async fn refreshed(case: &Fixture<'_>, token: &str) -> (String, String) {
    tokens(&case.expect(refresh(token), Expected::in_session()).await)
}

fn tokens(reply: &WireReply) -> (String, String) {
    (reply.text("access_token"), reply.text("refresh_token"))
}

/// A7.2.2: each exchange returns new valid tokens; the session continues; another login has its own.
async fn rotates(run: &CaseRun<'_>) {
    for backends in KINDS {
        let case = case_of(run, backends, None).await;
        let (mut access, mut token) = log_in(&case).await;
        let other = log_in(&case).await;
        for _ in 0..5 {
            case.check(case.accepts(&access).await, "the access token");
            let (next_access, next) = refreshed(&case, &token).await;
            case.check(next != token, "a new refresh token");
            case.check(next_access != access, "a new access token");
            (access, token) = (next_access, next);
            case.clock.advance(Duration::minutes(10));
        }
        case.check(
            case.raised(EventKind::SessionRenewed),
            "the event of a renewal",
        );
        refreshed(&case, &other.1).await;
        case.check(
            !case.raised(EventKind::TokenReused),
            "nothing was used twice",
        );
    }
}

/// C-SM-05: within ten seconds, and 30 for clocks that differ, the token before is answered with the same
/// successor although that was used, and not after.
async fn lost_reply_is_repeated_within_grace(run: &CaseRun<'_>) {
    for backends in KINDS {
        let case = case_of(run, backends, None).await;
        let (_, first) = log_in(&case).await;
        let (access, second) = refreshed(&case, &first).await;
        case.clock.advance(Duration::seconds(39));
        let (again, same) = refreshed(&case, &first).await;
        case.same("the successor", &same, &second);
        case.check(case.accepts(&again).await, "its access token");
        case.check(case.accepts(&access).await, "the one that was lost");
        case.clock.advance(Duration::seconds(1));
        case.expect(refresh(&first), Expected::refresh_refused())
            .await;
        case.same("events of a reuse", count(&case, EventKind::TokenReused), 1);
        case.expect(refresh(&second), Expected::refresh_refused())
            .await;
        let is_checked = backends != Backends::JwtAtRefresh;
        case.same("the access token", case.accepts(&again).await, !is_checked);
        case.same("events of a reuse", count(&case, EventKind::TokenReused), 1);
    }
}

fn count(case: &Fixture<'_>, kind: EventKind) -> usize {
    let kinds = case.events.kinds();
    kinds.iter().filter(|raised| **raised == kind).count()
}

/// Two rotations back is too far, also within the grace.
async fn one_generation(run: &CaseRun<'_>) {
    for backends in KINDS {
        let case = case_of(run, backends, None).await;
        let (_, first) = log_in(&case).await;
        let (_, second) = refreshed(&case, &first).await;
        let (access, third) = refreshed(&case, &second).await;
        case.expect(refresh(&first), Expected::refresh_refused())
            .await;
        for token in [&second, &third] {
            case.expect(refresh(token), Expected::refresh_refused())
                .await;
        }
        let is_checked = backends != Backends::JwtAtRefresh;
        case.same("the access token", case.accepts(&access).await, !is_checked);
    }
}

/// A10.4.5, O-09: without a grace a token that comes twice ends its session, and no other.
async fn strict(run: &CaseRun<'_>) {
    for backends in KINDS {
        let case = case_of(run, backends, Some(0)).await;
        let (_, other) = log_in(&case).await;
        let (_, first) = log_in(&case).await;
        let (_, second) = refreshed(&case, &first).await;
        case.expect(refresh(&first), Expected::refresh_refused())
            .await;
        case.expect(refresh(&second), Expected::refresh_refused())
            .await;
        refreshed(&case, &other).await;
        case.same("events of a reuse", count(&case, EventKind::TokenReused), 1);
    }
}

/// A10.4.5, A16.3.3: the time since it was spent does not matter.
async fn old_spent_token_ends_the_session(run: &CaseRun<'_>) {
    let case = case_of(run, Backends::Opaque, None).await;
    let (_, first) = log_in(&case).await;
    let mut token = first.clone();
    for _ in 0..40 {
        case.clock.advance(Duration::DAY);
        token = refreshed(&case, &token).await.1;
    }
    case.expect(refresh(&first), Expected::refresh_refused())
        .await;
    case.expect(refresh(&token), Expected::refresh_refused())
        .await;
    case.check(case.raised(EventKind::TokenReused), "the event of a reuse");
}

/// C-SM-03: a forged token ends and starts no session.
async fn forged(run: &CaseRun<'_>) {
    let case = case_of(run, Backends::Opaque, None).await;
    let (access, token) = log_in(&case).await;
    let (_, other) = log_in(&case).await;
    let swapped = format!("{}{}", &token[..21], &other[21..]);
    let flipped = |at: usize| {
        let mut text = token.clone().into_bytes();
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(text).unwrap_or_default()
    };
    for text in [
        swapped,
        flipped(30),
        flipped(5),
        "A".repeat(107),
        access.clone(),
        "x".to_owned(),
        format!("{token}="),
        token.to_uppercase(),
    ] {
        case.expect(refresh(&text), Expected::refresh_refused())
            .await;
        let bearer = WireRequest::get("/users/me").bearer(&text);
        if text != access {
            case.expect(bearer, Expected::unauthenticated(true)).await;
        }
    }
    let as_access = WireRequest::get("/users/me").bearer(&token);
    case.expect(as_access, Expected::unauthenticated(true))
        .await;
    case.check(case.accepts(&access).await, "the session stays valid");
    refreshed(&case, &token).await;
}

/// A7.3.1, A7.3.2, N-SE-07, A10.4.8: thirty days without a use, ninety in all; a use extends the first only.
async fn deadlines(run: &CaseRun<'_>) {
    for backends in KINDS {
        let case = case_of(run, backends, None).await;
        let (_, token) = log_in(&case).await;
        case.clock.advance(Duration::days(30) - Duration::SECOND);
        let (_, token) = refreshed(&case, &token).await;
        case.clock.advance(Duration::days(30));
        case.expect(refresh(&token), Expected::refresh_refused())
            .await;

        let (_, mut token) = log_in(&case).await;
        for _ in 0..89 {
            case.clock.advance(Duration::DAY);
            token = refreshed(&case, &token).await.1;
        }
        case.clock.advance(Duration::DAY - Duration::SECOND);
        let (access, token) = refreshed(&case, &token).await;
        case.check(case.accepts(&access).await, "to the last second");
        case.clock.advance(Duration::SECOND);
        case.expect(refresh(&token), Expected::refresh_refused())
            .await;
        let is_checked = backends != Backends::JwtAtRefresh;
        case.same("the access token", case.accepts(&access).await, !is_checked);
        case.check(
            !case.raised(EventKind::TokenReused),
            "an end is not a reuse",
        );
    }
}

async fn bodies(run: &CaseRun<'_>) {
    let case = case_of(run, Backends::Opaque, None).await;
    let (_, token) = log_in(&case).await;
    let check = async |body: Value, faults: &[(&str, &str)]| {
        let request = WireRequest::post("/auth/refresh", &body);
        case.expect(request, Expected::invalid(faults)).await;
    };
    check(
        json!({"refresh_token": 7}),
        &[("refresh_token", "wrong_type")],
    )
    .await;
    check(
        json!({"refresh_token": ""}),
        &[("refresh_token", "too_short")],
    )
    .await;
    let long = "x".repeat(513);
    check(
        json!({ "refresh_token": long }),
        &[("refresh_token", "too_long")],
    )
    .await;
    let more = json!({"refresh_token": token, "scope": "x"});
    check(more, &[("scope", "unknown")]).await;
    let nothing = WireRequest::new("POST", "/auth/refresh");
    let unsupported = Expected::problem(415, "UNSUPPORTED_MEDIA_TYPE");
    // Without a token there is nothing to exchange: a bearer backend has no cookies.
    for request in [
        nothing.clone(),
        nothing.clone().text("application/json", ""),
        nothing.clone().text("application/json", "{}"),
    ] {
        case.expect(request, Expected::refresh_refused()).await;
    }
    for other in ["text/plain", "application/x-www-form-urlencoded"] {
        let body = json!({ "refresh_token": token }).to_string();
        case.expect(nothing.clone().text(other, body), unsupported.clone())
            .await;
    }
    // A bearer backend ignores cookies.
    let cookie = nothing.header("cookie", format!("__Host-auth-refresh={token}"));
    case.expect(cookie, Expected::refresh_refused()).await;
    // A token that was pasted with blanks, or wrapped by a mail program.
    let pasted = format!("  {}\r\n{} \n", &token[..76], &token[76..]);
    refreshed(&case, &pasted).await;
}

/// Without sessions there is no such route.
async fn without_sessions(run: &CaseRun<'_>) {
    let case = run.case().await;
    for path in [
        "/auth/refresh",
        "/auth/sessions",
        "/auth/sessions/revoke-others",
    ] {
        let reply = case
            .send_unchecked(&WireRequest::post(path, &json!({})))
            .await;
        case.same("the status", reply.status, 404);
    }
}

/// A session belongs to the backend that started it.
async fn token_of_another_backend_is_refused(run: &CaseRun<'_>) {
    let setup = Setup {
        backends: Backends::Browser,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    case.user("ada@example.com").await;
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let request = WireRequest::post("/auth/api/login", &body);
    let (access, token) = tokens(&case.expect(request, Expected::in_session()).await);
    let elsewhere = refresh(&token).header("origin", "https://localhost");
    let refused = case.send(&elsewhere).await;
    case.same("at the other backend", refused.status, 401);
    case.same(
        "its code",
        refused.text("code"),
        "REFRESH_TOKEN_INVALID".to_owned(),
    );
    case.check(case.accepts(&access).await, "the session stays valid");
    let body = json!({ "refresh_token": token });
    let request = WireRequest::post("/auth/api/refresh", &body);
    case.expect(request, Expected::in_session()).await;
}

/// A7.4.1, A7.4.2, B-24: logout, reset, deactivation and deletion end the chain, for a reactivated user too.
async fn ended_session_is_not_refreshed(run: &CaseRun<'_>) {
    for backends in KINDS {
        let case = case_of(run, backends, None).await;
        let (access, token) = log_in(&case).await;
        let logout = WireRequest::new("POST", "/auth/logout").bearer(&access);
        case.expect(logout, Expected::empty(204)).await;
        case.expect(refresh(&token), Expected::refresh_refused())
            .await;

        let (access, token) = log_in(&case).await;
        let reset = case.reset_token("ada@example.com").await;
        let body = json!({"token": reset, "password": NEW_PASSWORD});
        let reply = case
            .send(&WireRequest::post("/auth/reset-password", &body))
            .await;
        case.same("a reset", reply.status, 200);
        case.expect(refresh(&token), Expected::refresh_refused())
            .await;
        case.check(!case.accepts(&access).await, "the access token is dead");

        let eve = case.user("eve@example.com").await;
        let request = login("eve@example.com", PASSWORD);
        let (access, token) = tokens(&case.expect(request, Expected::in_session()).await);
        let write = |is_active, bump_epoch| {
            let change = UserChange {
                is_active: Some(is_active),
                bump_epoch,
                ..UserChange::default()
            };
            case.users.update(&eve.id, change, Precondition::anything())
        };
        case.check(write(false, true).await.is_ok(), "off");
        case.expect(refresh(&token), Expected::refresh_refused())
            .await;
        case.check(!case.accepts(&access).await, "the access token is dead");
        case.check(write(true, false).await.is_ok(), "on");
        case.expect(refresh(&token), Expected::refresh_refused())
            .await;
        case.check(!case.accepts(&access).await, "and stays so");

        let request = login("eve@example.com", PASSWORD);
        let (_, token) = tokens(&case.expect(request, Expected::in_session()).await);
        let anything = Precondition::anything();
        let gone = case.users.delete(&eve.id, anything, None).await;
        case.check(gone.is_ok(), "gone");
        case.expect(refresh(&token), Expected::refresh_refused())
            .await;
    }
}

/// A7.2.4, A7.4.3: a change of the password ends the other sessions; the current one keeps its id and gets
/// new secrets, and a copy of the old ones is dead at once.
async fn changed_password(run: &CaseRun<'_>) {
    for backends in KINDS {
        let case = case_of(run, backends, None).await;
        let (access, token) = log_in(&case).await;
        let (other_access, other) = log_in(&case).await;
        let body = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
        let change = WireRequest::post("/users/me/change-password", &body).bearer(&access);
        let reply = case.expect(change, Expected::in_session()).await;
        let (new_access, new_token) = tokens(&reply);
        for dead in [&access, &other_access] {
            case.check(!case.accepts(dead).await, "an old access token is dead");
        }
        for dead in [&other, &token] {
            case.expect(refresh(dead), Expected::refresh_refused())
                .await;
        }
        // Nor does the old access token end the session.
        let logout = WireRequest::new("POST", "/auth/logout").bearer(&access);
        case.expect(logout, Expected::empty(204)).await;
        case.same("the id of the session", &new_token[..21], &token[..21]);
        case.check(case.accepts(&new_access).await, "the new access token");
        case.check(!case.raised(EventKind::TokenReused), "no reuse");
        let (newer_access, _) = refreshed(&case, &new_token).await;
        case.check(case.accepts(&newer_access).await, "after a refresh");
        let list = WireRequest::get("/auth/sessions").bearer(&newer_access);
        let list = case.send(&list).await.json();
        let count = list["sessions"].as_array().map(Vec::len);
        case.same("the sessions of the user", count, Some(1));
    }
}

/// With checks only at a refresh, an access token outlives its session by at most its lifetime.
async fn checked_at_refresh(run: &CaseRun<'_>) {
    let case = case_of(run, Backends::JwtAtRefresh, None).await;
    let (access, token) = log_in(&case).await;
    let logout = WireRequest::new("POST", "/auth/logout").bearer(&access);
    case.expect(logout, Expected::empty(204)).await;
    case.expect(refresh(&token), Expected::refresh_refused())
        .await;
    case.check(case.accepts(&access).await, "for the rest of its life");
    case.clock
        .advance(Duration::minutes(15) + Duration::seconds(30));
    case.check(!case.accepts(&access).await, "and not longer");
}
