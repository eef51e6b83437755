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

group!("refresh": rotates, a_lost_reply, one_generation, strict, spent_long_ago, forged, deadlines,
    bodies, without_sessions, of_another_backend, after_the_end, changed_password, checked_at_refresh);

/// The backends whose tokens are rotated.
const KINDS: [Backends; 3] = [
    Backends::Opaque,
    Backends::JwtSessions,
    Backends::JwtAtRefresh,
];

fn refresh(token: &str) -> WireRequest {
    WireRequest::post("/auth/refresh", &json!({ "refresh_token": token }))
}

async fn stage_of<'t>(
    trial: &'t CaseRun<'t>,
    backends: Backends,
    grace: Option<u64>,
) -> Fixture<'t> {
    let setup = Setup {
        backends,
        grace,
        ..Setup::default()
    };
    let stage = trial.stage_with(setup).await;
    stage.user("ada@example.com").await;
    stage
}

/// Logs in and answers access and refresh token.
async fn log_in(stage: &Fixture<'_>) -> (String, String) {
    let request = login("ada@example.com", PASSWORD);
    tokens(&stage.expect(request, Expected::in_session()).await)
}

async fn refreshed(stage: &Fixture<'_>, token: &str) -> (String, String) {
    tokens(&stage.expect(refresh(token), Expected::in_session()).await)
}

fn tokens(reply: &WireReply) -> (String, String) {
    (reply.text("access_token"), reply.text("refresh_token"))
}

/// A7.2.2: each exchange answers new tokens that work; the session lives on; another login has its own.
async fn rotates(trial: &CaseRun<'_>) {
    for backends in KINDS {
        let stage = stage_of(trial, backends, None).await;
        let (mut access, mut token) = log_in(&stage).await;
        let other = log_in(&stage).await;
        for _ in 0..5 {
            stage.check(stage.accepts(&access).await, "the access token");
            let (next_access, next) = refreshed(&stage, &token).await;
            stage.check(next != token, "a new refresh token");
            stage.check(next_access != access, "a new access token");
            (access, token) = (next_access, next);
            stage.clock.advance(Duration::minutes(10));
        }
        stage.check(
            stage.raised(EventKind::SessionRenewed),
            "the event of a renewal",
        );
        refreshed(&stage, &other.1).await;
        stage.check(
            !stage.raised(EventKind::TokenReused),
            "nothing was used twice",
        );
    }
}

/// C-SM-05: within ten seconds the token before is answered with the same successor, and not after.
async fn a_lost_reply(trial: &CaseRun<'_>) {
    for backends in KINDS {
        let stage = stage_of(trial, backends, None).await;
        let (_, first) = log_in(&stage).await;
        let (access, second) = refreshed(&stage, &first).await;
        stage.clock.advance(Duration::seconds(9));
        let (again, same) = refreshed(&stage, &first).await;
        stage.same("the successor", &same, &second);
        stage.check(stage.accepts(&again).await, "its access token");
        stage.check(stage.accepts(&access).await, "the one that was lost");
        stage.clock.advance(Duration::seconds(1));
        stage
            .expect(refresh(&first), Expected::refresh_refused())
            .await;
        stage.same(
            "events of a reuse",
            count(&stage, EventKind::TokenReused),
            1,
        );
        stage
            .expect(refresh(&second), Expected::refresh_refused())
            .await;
        let is_checked = backends != Backends::JwtAtRefresh;
        stage.same("the access token", stage.accepts(&again).await, !is_checked);
        stage.same(
            "events of a reuse",
            count(&stage, EventKind::TokenReused),
            1,
        );
    }
}

fn count(stage: &Fixture<'_>, kind: EventKind) -> usize {
    let kinds = stage.events.kinds();
    kinds.iter().filter(|raised| **raised == kind).count()
}

/// Two rotations back is too far, also within the grace.
async fn one_generation(trial: &CaseRun<'_>) {
    for backends in KINDS {
        let stage = stage_of(trial, backends, None).await;
        let (_, first) = log_in(&stage).await;
        let (_, second) = refreshed(&stage, &first).await;
        let (access, third) = refreshed(&stage, &second).await;
        stage
            .expect(refresh(&first), Expected::refresh_refused())
            .await;
        for token in [&second, &third] {
            stage
                .expect(refresh(token), Expected::refresh_refused())
                .await;
        }
        let is_checked = backends != Backends::JwtAtRefresh;
        stage.same(
            "the access token",
            stage.accepts(&access).await,
            !is_checked,
        );
    }
}

/// Without a grace a token that comes twice ends its session, and no other.
async fn strict(trial: &CaseRun<'_>) {
    for backends in KINDS {
        let stage = stage_of(trial, backends, Some(0)).await;
        let (_, other) = log_in(&stage).await;
        let (_, first) = log_in(&stage).await;
        let (_, second) = refreshed(&stage, &first).await;
        stage
            .expect(refresh(&first), Expected::refresh_refused())
            .await;
        stage
            .expect(refresh(&second), Expected::refresh_refused())
            .await;
        refreshed(&stage, &other).await;
        stage.same(
            "events of a reuse",
            count(&stage, EventKind::TokenReused),
            1,
        );
    }
}

/// However long ago it was spent.
async fn spent_long_ago(trial: &CaseRun<'_>) {
    let stage = stage_of(trial, Backends::Opaque, None).await;
    let (_, first) = log_in(&stage).await;
    let mut token = first.clone();
    for _ in 0..40 {
        stage.clock.advance(Duration::DAY);
        token = refreshed(&stage, &token).await.1;
    }
    stage
        .expect(refresh(&first), Expected::refresh_refused())
        .await;
    stage
        .expect(refresh(&token), Expected::refresh_refused())
        .await;
    stage.check(stage.raised(EventKind::TokenReused), "the event of a reuse");
}

/// C-SM-03: what was never a token ends nothing, and makes nothing.
async fn forged(trial: &CaseRun<'_>) {
    let stage = stage_of(trial, Backends::Opaque, None).await;
    let (access, token) = log_in(&stage).await;
    let (_, other) = log_in(&stage).await;
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
        format!(" {token}"),
        token.to_uppercase(),
    ] {
        stage
            .expect(refresh(&text), Expected::refresh_refused())
            .await;
        let bearer = WireRequest::get("/users/me").bearer(&text);
        if text != access {
            stage.expect(bearer, Expected::unauthenticated(true)).await;
        }
    }
    let as_access = WireRequest::get("/users/me").bearer(&token);
    stage
        .expect(as_access, Expected::unauthenticated(true))
        .await;
    stage.check(stage.accepts(&access).await, "the session stays valid");
    refreshed(&stage, &token).await;
}

/// A7.3.1, A7.3.2, N-SE-07: thirty days without a use, ninety in all; a use extends the first only.
async fn deadlines(trial: &CaseRun<'_>) {
    for backends in KINDS {
        let stage = stage_of(trial, backends, None).await;
        let (_, token) = log_in(&stage).await;
        stage.clock.advance(Duration::days(30) - Duration::SECOND);
        let (_, token) = refreshed(&stage, &token).await;
        stage.clock.advance(Duration::days(30));
        stage
            .expect(refresh(&token), Expected::refresh_refused())
            .await;

        let (_, mut token) = log_in(&stage).await;
        for _ in 0..89 {
            stage.clock.advance(Duration::DAY);
            token = refreshed(&stage, &token).await.1;
        }
        stage.clock.advance(Duration::DAY - Duration::SECOND);
        let (access, token) = refreshed(&stage, &token).await;
        stage.check(stage.accepts(&access).await, "to the last second");
        stage.clock.advance(Duration::SECOND);
        stage
            .expect(refresh(&token), Expected::refresh_refused())
            .await;
        let is_checked = backends != Backends::JwtAtRefresh;
        stage.same(
            "the access token",
            stage.accepts(&access).await,
            !is_checked,
        );
        stage.check(
            !stage.raised(EventKind::TokenReused),
            "an end is not a reuse",
        );
    }
}

async fn bodies(trial: &CaseRun<'_>) {
    let stage = stage_of(trial, Backends::Opaque, None).await;
    let (_, token) = log_in(&stage).await;
    let check = async |body: Value, faults: &[(&str, &str)]| {
        let request = WireRequest::post("/auth/refresh", &body);
        stage.expect(request, Expected::invalid(faults)).await;
    };
    check(json!({}), &[("refresh_token", "missing")]).await;
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
    stage.expect(nothing.clone(), unsupported.clone()).await;
    for other in ["text/plain", "application/x-www-form-urlencoded"] {
        let body = json!({ "refresh_token": token }).to_string();
        stage
            .expect(nothing.clone().text(other, body), unsupported.clone())
            .await;
    }
    // A cookie is nothing to a bearer backend.
    let cookie = nothing.header("cookie", format!("__Secure-auth-refresh={token}"));
    stage.expect(cookie, unsupported).await;
    refreshed(&stage, &token).await;
}

/// Where there are no sessions there is no such route.
async fn without_sessions(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    for path in [
        "/auth/refresh",
        "/auth/sessions",
        "/auth/sessions/revoke-others",
    ] {
        let reply = stage.door_alone(&WireRequest::post(path, &json!({}))).await;
        stage.same("the status", reply.status, 404);
    }
}

/// A session belongs to the backend that started it.
async fn of_another_backend(trial: &CaseRun<'_>) {
    let setup = Setup {
        backends: Backends::Browser,
        ..Setup::default()
    };
    let stage = trial.stage_with(setup).await;
    stage.user("ada@example.com").await;
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let request = WireRequest::post("/auth/api/login", &body);
    let (access, token) = tokens(&stage.expect(request, Expected::in_session()).await);
    let elsewhere = refresh(&token).header("origin", "https://localhost");
    let refused = stage.send(&elsewhere).await;
    stage.same("at the other backend", refused.status, 401);
    stage.same(
        "its code",
        refused.text("code"),
        "REFRESH_TOKEN_INVALID".to_owned(),
    );
    stage.check(stage.accepts(&access).await, "the session stays valid");
    let body = json!({ "refresh_token": token });
    let request = WireRequest::post("/auth/api/refresh", &body);
    stage.expect(request, Expected::in_session()).await;
}

/// A7.4.1, A7.4.2, B-24: logout, reset, deactivation and deletion end the chain, for a reactivated user too.
async fn after_the_end(trial: &CaseRun<'_>) {
    for backends in KINDS {
        let stage = stage_of(trial, backends, None).await;
        let (access, token) = log_in(&stage).await;
        let logout = WireRequest::new("POST", "/auth/logout").bearer(&access);
        stage.expect(logout, Expected::empty(204)).await;
        stage
            .expect(refresh(&token), Expected::refresh_refused())
            .await;

        let (access, token) = log_in(&stage).await;
        let reset = stage.reset_token("ada@example.com").await;
        let body = json!({"token": reset, "password": NEW_PASSWORD});
        let reply = stage
            .send(&WireRequest::post("/auth/reset-password", &body))
            .await;
        stage.same("a reset", reply.status, 200);
        stage
            .expect(refresh(&token), Expected::refresh_refused())
            .await;
        stage.check(!stage.accepts(&access).await, "the access token is dead");

        let eve = stage.user("eve@example.com").await;
        let request = login("eve@example.com", PASSWORD);
        let (access, token) = tokens(&stage.expect(request, Expected::in_session()).await);
        let write = |is_active, bump_epoch| {
            let change = UserChange {
                is_active: Some(is_active),
                bump_epoch,
                ..UserChange::default()
            };
            stage
                .users
                .update(&eve.id, change, Precondition::anything())
        };
        stage.check(write(false, true).await.is_ok(), "off");
        stage
            .expect(refresh(&token), Expected::refresh_refused())
            .await;
        stage.check(!stage.accepts(&access).await, "the access token is dead");
        stage.check(write(true, false).await.is_ok(), "on");
        stage
            .expect(refresh(&token), Expected::refresh_refused())
            .await;
        stage.check(!stage.accepts(&access).await, "and stays so");

        let request = login("eve@example.com", PASSWORD);
        let (_, token) = tokens(&stage.expect(request, Expected::in_session()).await);
        let anything = Precondition::anything();
        let gone = stage.users.delete(&eve.id, anything, None).await;
        stage.check(gone.is_ok(), "gone");
        stage
            .expect(refresh(&token), Expected::refresh_refused())
            .await;
    }
}

/// A7.4.3: a change of the password ends the other sessions and keeps the current one.
async fn changed_password(trial: &CaseRun<'_>) {
    for backends in KINDS {
        let stage = stage_of(trial, backends, None).await;
        let (access, token) = log_in(&stage).await;
        let (other_access, other) = log_in(&stage).await;
        let body = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
        let change = WireRequest::post("/users/me/change-password", &body).bearer(&access);
        stage.expect(change, Expected::empty(204)).await;
        // What names no session of its own by row, but by an epoch of its own, is dead until the refresh.
        let goes_on = backends != Backends::JwtAtRefresh;
        stage.same(
            "the own access token",
            stage.accepts(&access).await,
            goes_on,
        );
        stage.check(!stage.accepts(&other_access).await, "the other is dead");
        stage
            .expect(refresh(&other), Expected::refresh_refused())
            .await;
        let (access, _) = refreshed(&stage, &token).await;
        stage.check(stage.accepts(&access).await, "after a refresh");

        let body = json!({"email": "ada@example.org", "current_password": NEW_PASSWORD});
        let change = WireRequest::patch("/users/me", &body).bearer(&access);
        stage.same("a new address", stage.send(&change).await.status, 200);
        stage.same(
            "the own access token",
            stage.accepts(&access).await,
            goes_on,
        );
    }
}

/// The one that says so by its name: an access token outlives its session by no more than its life.
async fn checked_at_refresh(trial: &CaseRun<'_>) {
    let stage = stage_of(trial, Backends::JwtAtRefresh, None).await;
    let (access, token) = log_in(&stage).await;
    let logout = WireRequest::new("POST", "/auth/logout").bearer(&access);
    stage.expect(logout, Expected::empty(204)).await;
    stage
        .expect(refresh(&token), Expected::refresh_refused())
        .await;
    stage.check(stage.accepts(&access).await, "for the rest of its life");
    stage
        .clock
        .advance(Duration::minutes(15) + Duration::seconds(30));
    stage.check(!stage.accepts(&access).await, "and not longer");
}
