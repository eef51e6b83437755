//! A refresh whose reply was lost: the token before is answered until its successor was used.

use time::Duration;

use super::cookies::{browser_case, log_in as log_in_browser, me, post};
use super::expected::Expected;
use super::fixture::{Backends, Fixture};
use super::jar::Jar;
use super::refresh::{case_of, log_in, refresh, refreshed};
use super::{CaseRun, group};
use crate::event::EventKind;

group!("lost_reply": unused_successor_is_repeated, used_access_token_ends_the_window,
    used_refresh_token_ends_the_window, previous_access_token_is_no_use, window_is_bounded,
    unseen_uses_leave_the_grace, first_use_is_written_once, first_use_during_an_outage_is_accepted,
    other_tab_ends_the_window);

/// The backends whose access tokens are checked against their session.
const CHECKED: [Backends; 2] = [Backends::Opaque, Backends::JwtSessions];

async fn is_stolen(case: &Fixture<'_>, token: &str) {
    case.expect(refresh(token), Expected::refresh_refused())
        .await;
    let kinds = case.events.kinds();
    let reused = kinds.iter().filter(|kind| **kind == EventKind::TokenReused);
    case.same("events of a reuse", reused.count(), 1);
}

/// C-SM-05: a client that lost the reply gets the same successor minutes later.
async fn unused_successor_is_repeated(run: &CaseRun<'_>) {
    for backends in CHECKED {
        let case = case_of(run, backends, None).await;
        let (_, first) = log_in(&case).await;
        let (_, second) = refreshed(&case, &first).await;
        for _ in 0..4 {
            case.clock.advance(Duration::MINUTE);
            let (_, same) = refreshed(&case, &first).await;
            case.same("the successor", &same, &second);
        }
        let (access, _) = refreshed(&case, &first).await;
        case.check(case.accepts(&access).await, "its access token");
        refreshed(&case, &second).await;
        let is_reuse = case.raised(EventKind::TokenReused);
        case.check(!is_reuse, "no reuse is reported");
    }
}

/// Once the new access token was used, the token before is a stolen one.
async fn used_access_token_ends_the_window(run: &CaseRun<'_>) {
    for backends in CHECKED {
        let case = case_of(run, backends, None).await;
        let (_, first) = log_in(&case).await;
        let (access, second) = refreshed(&case, &first).await;
        case.check(case.accepts(&access).await, "the first use");
        case.clock.advance(Duration::MINUTE);
        is_stolen(&case, &first).await;
        case.check(!case.accepts(&access).await, "the session has ended");
        case.expect(refresh(&second), Expected::refresh_refused())
            .await;
    }
}

/// Once the new refresh token was used, the token before is a stolen one, also within the grace.
async fn used_refresh_token_ends_the_window(run: &CaseRun<'_>) {
    for backends in CHECKED {
        let case = case_of(run, backends, None).await;
        let (_, first) = log_in(&case).await;
        let (_, second) = refreshed(&case, &first).await;
        let (access, _) = refreshed(&case, &second).await;
        is_stolen(&case, &first).await;
        case.check(!case.accepts(&access).await, "the session has ended");
    }
}

/// The access token from before the refresh says nothing about the reply.
async fn previous_access_token_is_no_use(run: &CaseRun<'_>) {
    for backends in CHECKED {
        let case = case_of(run, backends, None).await;
        let (before, first) = log_in(&case).await;
        let (_, second) = refreshed(&case, &first).await;
        for _ in 0..3 {
            case.clock.advance(Duration::MINUTE);
            case.check(case.accepts(&before).await, "the access token of before");
        }
        let (_, same) = refreshed(&case, &first).await;
        case.same("the successor", &same, &second);
    }
}

/// Five minutes, and 30 seconds for clocks that differ.
async fn window_is_bounded(run: &CaseRun<'_>) {
    for backends in CHECKED {
        let case = case_of(run, backends, None).await;
        let (_, first) = log_in(&case).await;
        refreshed(&case, &first).await;
        case.clock.advance(Duration::seconds(329));
        refreshed(&case, &first).await;
        case.clock.advance(Duration::seconds(1));
        is_stolen(&case, &first).await;
    }
}

/// A backend that does not see the uses of access tokens has only the grace, and its 30 seconds.
async fn unseen_uses_leave_the_grace(run: &CaseRun<'_>) {
    let case = case_of(run, Backends::JwtAtRefresh, None).await;
    let (_, first) = log_in(&case).await;
    let (_, second) = refreshed(&case, &first).await;
    case.clock.advance(Duration::seconds(39));
    let (_, same) = refreshed(&case, &first).await;
    case.same("the successor", &same, &second);
    case.clock.advance(Duration::seconds(1));
    is_stolen(&case, &first).await;
}

/// The first use of a generation costs one write; later uses, and a login, cost none.
async fn first_use_is_written_once(run: &CaseRun<'_>) {
    for backends in CHECKED {
        let case = case_of(run, backends, None).await;
        let (access, first) = log_in(&case).await;
        let calls = async |access: &str| {
            let before = case.session_faults.calls();
            case.check(case.accepts(access).await, "the access token");
            case.session_faults.calls() - before
        };
        case.same("calls after a login", calls(&access).await, 1);
        let (access, _) = refreshed(&case, &first).await;
        case.same("calls of the first use", calls(&access).await, 2);
        for _ in 0..3 {
            case.same("calls of a later use", calls(&access).await, 1);
        }
    }
}

/// A use that cannot be noted is accepted, and noted the next time.
async fn first_use_during_an_outage_is_accepted(run: &CaseRun<'_>) {
    for backends in CHECKED {
        let case = case_of(run, backends, None).await;
        let (_, first) = log_in(&case).await;
        let (access, _) = refreshed(&case, &first).await;
        case.session_faults.fail_after(1);
        case.check(case.accepts(&access).await, "the use that is not noted");
        case.session_faults.fail(false);
        refreshed(&case, &first).await;
        case.check(case.accepts(&access).await, "the use that is noted");
        case.clock.advance(Duration::MINUTE);
        is_stolen(&case, &first).await;
    }
}

/// A tab that presents the new refresh cookie shows that the browser has received it.
async fn other_tab_ends_the_window(run: &CaseRun<'_>) {
    let (case, user) = browser_case(run).await;
    let mut jar = Jar::default();
    log_in_browser(&case, &mut jar).await;
    let stolen = jar.clone();
    let reply = case.send(&post(&jar, "/auth/refresh")).await;
    jar.take(&reply);
    // The reply is lost for one browser, which comes back.
    case.clock.advance(Duration::minutes(2));
    let mut late = stolen.clone();
    let reply = case.send(&post(&late, "/auth/refresh")).await;
    case.same("a lost reply", reply.status, 204);
    late.take(&reply);
    let name = "__Host-auth-refresh";
    case.same("the successor", late.value(name), jar.value(name));
    case.expect(me(&late), Expected::user(200, &user)).await;
    case.clock.advance(Duration::MINUTE);

    let mut jar = Jar::default();
    log_in_browser(&case, &mut jar).await;
    let stolen = jar.clone();
    for _ in 0..2 {
        let reply = case.send(&post(&jar, "/auth/refresh")).await;
        case.same("a tab", reply.status, 204);
        jar.take(&reply);
    }
    case.clock.advance(Duration::MINUTE);
    let reply = case.send(&post(&stolen, "/auth/refresh")).await;
    case.same("a stolen cookie", reply.status, 401);
    let reply = case.send(&me(&jar)).await;
    case.same("its session has ended", reply.status, 401);
}
