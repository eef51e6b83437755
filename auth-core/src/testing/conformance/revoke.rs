//! `Auth::revoke`: the end of one access token by the application, as requests see it.

use serde_json::json;

use super::expected::Expected;
use super::fixture::{Backends, Fixture, Setup, login};
use super::refresh::case_of;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::auth::RevokeError;
use crate::event::EventKind;
use crate::testing::PASSWORD;

group!("revoke": revoked_token_is_refused, revocation_that_is_not_recorded_is_an_error,
    revocation_during_an_outage_is_an_error, token_of_an_ended_session_is_not_accepted);

/// The backends that record revocations: in a store of the strategy, or in the session.
const RECORDING: [(Backends, &str); 3] = [
    (Backends::Jwt, "jwt"),
    (Backends::Opaque, "api"),
    (Backends::JwtSessions, "api"),
];

/// Logs in and returns the access and the refresh token; the second one is empty without sessions.
async fn log_in(case: &Fixture<'_>) -> (String, String) {
    let reply = case.send(&login("ada@example.com", PASSWORD)).await;
    let body = reply.json();
    let refresh = body.get("refresh_token").and_then(|text| text.as_str());
    let refresh = refresh.map(str::to_owned);
    (reply.text("access_token"), refresh.unwrap_or_default())
}

async fn revoke(case: &Fixture<'_>, backend: &str, token: &str) -> Result<(), RevokeError> {
    let context = case.auth.accounts().context();
    case.auth.revoke(backend, token, &context).await
}

/// A revoked token is refused, the second revocation says that there is nothing to revoke, and the session
/// continues with the next refresh. Other logins stay valid.
async fn revoked_token_is_refused(run: &CaseRun<'_>) {
    for (backends, name) in RECORDING {
        let case = case_of(run, backends, None).await;
        let (access, refresh) = log_in(&case).await;
        let (other, _) = log_in(&case).await;
        case.check(case.accepts(&access).await, "the token");
        let revoked = revoke(&case, name, &access).await;
        case.check(revoked.is_ok(), "it is revoked");
        case.check(case.raised(EventKind::TokenRevoked), "the event");
        case.check(!case.accepts(&access).await, "the token is refused");
        case.check(case.accepts(&other).await, "the other login");
        let again = revoke(&case, name, &access).await;
        let is_known = matches!(again, Err(RevokeError::NotAccepted(_)));
        case.check(is_known, "a second revocation");
        if backends == Backends::Jwt {
            continue;
        }
        let request = WireRequest::post("/auth/refresh", &json!({ "refresh_token": refresh }));
        let reply = case.expect(request, Expected::in_session()).await;
        let next = reply.text("access_token");
        case.check(case.accepts(&next).await, "the token of a refresh");
        case.check(!case.accepts(&access).await, "the revoked token");
        // A revoked token ends no session either.
        let logout = WireRequest::new("POST", "/auth/logout").bearer(&access);
        case.expect(logout, Expected::empty(204)).await;
        case.check(case.accepts(&next).await, "the session continues");
    }
}

/// Where nothing records it, and for a backend that does not exist, it is an error, and no event.
async fn revocation_that_is_not_recorded_is_an_error(run: &CaseRun<'_>) {
    let case = case_of(run, Backends::JwtAtRefresh, None).await;
    let (access, _) = log_in(&case).await;
    let outcome = revoke(&case, "api", &access).await;
    let is_told = matches!(outcome, Err(RevokeError::Unsupported(_)));
    case.check(is_told, "a backend that records nothing");
    let outcome = revoke(&case, "nowhere", &access).await;
    let is_told = matches!(outcome, Err(RevokeError::UnknownBackend(_)));
    case.check(is_told, "an unknown backend");
    case.check(case.accepts(&access).await, "the token stays valid");
    let is_raised = case.raised(EventKind::TokenRevoked);
    case.check(!is_raised, "no event");
}

/// A revocation that cannot be recorded is an error.
async fn revocation_during_an_outage_is_an_error(run: &CaseRun<'_>) {
    for (backends, name) in RECORDING {
        let case = case_of(run, backends, None).await;
        let (access, _) = log_in(&case).await;
        let faults = [&case.session_faults, &case.expiring_faults];
        // Each call of the revocation fails once.
        for calls in 0..2 {
            for faults in faults {
                faults.fail_after(calls);
            }
            let outcome = revoke(&case, name, &access).await;
            let is_told = matches!(outcome, Err(RevokeError::Unavailable(_)));
            case.check(is_told, "a store that cannot answer");
            for faults in faults {
                faults.fail(false);
            }
            case.check(case.accepts(&access).await, "the token stays valid");
        }
        let is_raised = case.raised(EventKind::TokenRevoked);
        case.check(!is_raised, "no event");
    }
}

/// A token whose session ended with the user's epoch is not accepted, so there is nothing to revoke.
async fn token_of_an_ended_session_is_not_accepted(run: &CaseRun<'_>) {
    for (backends, name) in [(Backends::Opaque, "api"), (Backends::JwtSessions, "api")] {
        let setup = Setup {
            backends,
            ..Setup::default()
        };
        let case = run.case_with(setup).await;
        let ada = case.user("ada@example.com").await;
        let (access, _) = log_in(&case).await;
        let accounts = case.auth.accounts();
        let context = accounts.context();
        let ended = accounts.end_all_sessions(&ada.id, &context);
        let ended = ended.await.is_ok_and(|ended| ended);
        case.check(ended, "the sessions have ended");
        let outcome = revoke(&case, name, &access).await;
        let is_told = matches!(outcome, Err(RevokeError::NotAccepted(_)));
        case.check(is_told, "a token that is not accepted");
    }
}
