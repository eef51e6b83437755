//! What events say about a request: its client, its actor, its time.

use serde_json::json;

use super::expected::Expected;
use super::fixture::{Fixture, Setup, WRONG_PASSWORD, login};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::context::Actor;
use crate::event::{AuthEvent, EventData, EventKind, LoginRefusal};
use crate::http::TrustedProxies;
use crate::testing::PASSWORD;

group!("context":
    forwarded_header_of_an_untrusted_peer_is_ignored,
    forwarded_header_of_a_trusted_peer_is_used,
    forwarded_is_read_as_rfc_7239_says,
    events_name_actor_client_and_time,
);

const CLIENT: [u8; 4] = [203, 0, 113, 7];

/// The peer of every request of a suite lies in one of them.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1"];

/// The last event of this kind.
fn last(case: &Fixture<'_>, kind: EventKind) -> Option<AuthEvent> {
    let mut events = case.events.events().into_iter().rev();
    let event = events.find(|event| event.kind == kind);
    case.check(event.is_some(), "the event was raised");
    event
}

/// Fails to log in with these headers, and returns the event.
async fn event_of(case: &Fixture<'_>, headers: &[(&str, &str)]) -> Option<AuthEvent> {
    let mut request = login("unknown@example.com", WRONG_PASSWORD);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    case.expect(request, Expected::problem(400, "LOGIN_BAD_CREDENTIALS"))
        .await;
    last(case, EventKind::LoginFailed)
}

async fn behind<'t>(run: &'t CaseRun<'_>, proxies: TrustedProxies) -> Fixture<'t> {
    let setup = Setup {
        proxies,
        ..Setup::default()
    };
    run.case_with(setup).await
}

/// A15.3.4, O-18: without configured proxies the client is the peer, whatever a header says.
async fn forwarded_header_of_an_untrusted_peer_is_ignored(run: &CaseRun<'_>) {
    let elsewhere = TrustedProxies::x_forwarded_for(["10.0.0.0/8"]);
    for proxies in [TrustedProxies::none(), elsewhere] {
        let case = behind(run, proxies).await;
        let headers = [
            ("x-forwarded-for", "203.0.113.7"),
            ("forwarded", "for=203.0.113.7"),
            ("x-real-ip", "203.0.113.7"),
        ];
        let Some(event) = event_of(&case, &headers).await else {
            continue;
        };
        let address = event.client.address();
        case.check(
            address.is_some_and(|address| address.is_loopback()),
            "the client is the peer, which is a loopback address",
        );
    }
}

/// A15.3.4: a trusted peer reports the client, on the right of what the client wrote itself.
async fn forwarded_header_of_a_trusted_peer_is_used(run: &CaseRun<'_>) {
    let case = behind(run, TrustedProxies::x_forwarded_for(LOOPBACK)).await;
    for headers in [
        &[("x-forwarded-for", "203.0.113.7")][..],
        &[("x-forwarded-for", "198.51.100.1, 203.0.113.7:4711")],
        // Several lines are one list, in the order of the wire.
        &[
            ("x-forwarded-for", "198.51.100.1, 198.51.100.2"),
            ("x-forwarded-for", "203.0.113.7"),
            ("forwarded", "for=198.51.100.3"),
        ],
    ] {
        let event = event_of(&case, headers).await;
        let address = event.and_then(|event| event.client.address());
        case.same("the client", address, Some(CLIENT.into()));
    }
}

async fn forwarded_is_read_as_rfc_7239_says(run: &CaseRun<'_>) {
    let case = behind(run, TrustedProxies::forwarded(LOOPBACK)).await;
    for (value, expected) in [
        ("for=203.0.113.7;proto=https", "203.0.113.7"),
        ("for=\", For=\"[2001:db8::7]:4711\"", "2001:db8::7"),
    ] {
        let headers = [("forwarded", value), ("x-forwarded-for", "198.51.100.1")];
        let event = event_of(&case, &headers).await;
        let address = event.and_then(|event| event.client.address());
        case.same("the client", address, expected.parse().ok());
    }
    let hidden = event_of(&case, &[("forwarded", "for=1.2.3.4, for=_hidden")]).await;
    let address = hidden.and_then(|event| event.client.address());
    case.check(
        address.is_some_and(|address| address.is_loopback()),
        "an obfuscated client leaves the proxy",
    );
}

/// A16.4.1: events name their actor, client and time; characters that could forge a line of a log are
/// removed.
async fn events_name_actor_client_and_time(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.admin("root@example.com").await;
    let user = case.user("ada@example.com").await;

    let refused = login("ada@example.com", WRONG_PASSWORD).header("user-agent", "cli/1 \u{202e}x");
    case.send(&refused).await;
    if let Some(event) = last(&case, EventKind::LoginFailed) {
        case.same("the actor of a refusal", event.actor, Actor::Anonymous);
        case.same(
            "its user",
            event.user.as_deref(),
            Some(&*user.id.to_string()),
        );
        let reason = EventData::LoginRefused(LoginRefusal::BadCredentials);
        case.same("its reason", event.data, reason);
        case.same("its client", event.client.user_agent(), Some("cli/1 x"));
        case.same("its backend", event.backend.as_deref(), Some("jwt"));
        case.same("its time", event.at, case.auth.accounts().now());
    }
    case.token("ada@example.com").await;
    if let Some(event) = last(&case, EventKind::LoginSucceeded) {
        case.same("the actor of a login", event.actor, Actor::user(&user.id));
    }
    let admin = case.token("root@example.com").await;
    let path = format!("/users/{}", user.id);
    let body = json!({"roles": ["support"]});
    case.send(&WireRequest::patch(&path, &body).bearer(&admin))
        .await;
    if let Some(event) = last(&case, EventKind::PrivilegesChanged) {
        case.same(
            "the actor is an administrator",
            event.actor.kind(),
            "administrator",
        );
        case.same(
            "what was changed",
            event.data.to_string(),
            "roles".to_owned(),
        );
        case.same(
            "the user",
            event.user.as_deref(),
            Some(&*user.id.to_string()),
        );
    }
    let token = case.token("ada@example.com").await;
    let body = json!({"current_password": PASSWORD, "new_password": super::fixture::NEW_PASSWORD});
    let change = WireRequest::post("/users/me/change-password", &body).bearer(&token);
    case.send(&change).await;
    if let Some(event) = last(&case, EventKind::PasswordChanged) {
        case.same("the actor of a change", event.actor, Actor::user(&user.id));
    }
}
