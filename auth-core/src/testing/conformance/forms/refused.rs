//! Forms that a route does not take.

use super::super::CaseRun;
use super::super::cookies::OURS;
use super::super::expected::Expected;
use super::super::fixture::{Backends, NEW_PASSWORD, Setup};
use super::super::jar::Jar;
use super::super::wire::WireRequest;
use super::{ADA, FORM, body, case_of, form, login_form, raw_form};
use crate::flash::FlashField;
use crate::testing::PASSWORD;

pub(super) async fn malformed_forms_are_refused(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    for broken in [
        "identifier=a&identifier=b&password=c",
        "identifier=%zz&password=c",
        "identifier=%ff&password=c",
        "next=/a&next=/b&identifier=a&password=c",
    ] {
        let request = raw_form("/auth/login", broken);
        let expected = Expected::problem(400, "REQUEST_BODY_INVALID");
        case.expect(request, expected).await;
    }
    let long = body(&[("identifier", &"a".repeat(70_000))]);
    let request = raw_form("/auth/login", long);
    case.expect(request, Expected::problem(413, "PAYLOAD_TOO_LARGE"))
        .await;
    let packed = login_form(PASSWORD).header("content-encoding", "gzip");
    case.expect(packed, Expected::problem(415, "UNSUPPORTED_MEDIA_TYPE"))
        .await;

    let mut jar = Jar::default();
    let fields = [
        ("identifier", ADA),
        ("password", PASSWORD),
        ("is_superuser", "on"),
    ];
    case.submit(&mut jar, form("/auth/login", &fields), "/login")
        .await;
    let message = case.flash(&jar).await;
    let field = message
        .as_ref()
        .and_then(|message| message.field("is_superuser"));
    case.same(
        "an unknown field",
        field.map(FlashField::code),
        Some("unknown"),
    );
}

/// C-CS-03, C-CS-04: a form of another site fails on every route, also before a login.
pub(super) async fn forms_of_other_sites_are_refused(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    let mut jar = Jar::default();
    case.submit(&mut jar, login_form(PASSWORD), "/home").await;
    let password = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    let login = [("identifier", ADA), ("password", PASSWORD)];
    for (path, fields) in [
        ("/auth/login", &login[..]),
        ("/auth/logout", &[]),
        ("/users/me/change-password", &password),
        (
            "/auth/register",
            &[("email", "eve@example.com"), ("password", PASSWORD)],
        ),
        ("/auth/verify", &[("token", "x")]),
        ("/auth/request-verify-token", &[("email", ADA)]),
        ("/auth/forgot-password", &[("email", ADA)]),
        (
            "/auth/reset-password",
            &[("token", "x"), ("password", PASSWORD)],
        ),
    ] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("accept", "text/html"),
        ] {
            let request = WireRequest::new("POST", path).header(name, value);
            let request = jar.send(request.text(FORM, body(fields)));
            case.expect(request, Expected::problem(403, "CSRF_FAILED"))
                .await;
        }
    }
    // Without both headers the hidden field is the proof.
    let token = jar.value("__Host-auth-csrf");
    for (sent, status) in [(token.as_str(), 303), ("x", 403), ("", 403)] {
        let fields = [("csrf_token", sent)];
        let request = WireRequest::new("POST", "/auth/logout").text(FORM, body(&fields));
        let reply = case.send(&jar.send(request)).await;
        case.same("the status", reply.status, status);
    }
}

pub(super) async fn failing_stores_keep_their_status(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    case.user_faults.fail(true);
    let reply = case.send(&login_form(PASSWORD)).await;
    case.same("an outage", reply.status, 503);
    let cookies: Vec<_> = reply.header("set-cookie").collect();
    case.check(cookies.is_empty(), "no message");
}

pub(super) async fn only_pages_take_forms(run: &CaseRun<'_>) {
    let unsupported = || Expected::problem(415, "UNSUPPORTED_MEDIA_TYPE");
    let setup = Setup {
        backends: Backends::Browser,
        ..Setup::default()
    };
    let case = run.case_with(setup).await;
    case.user(ADA).await;
    case.expect(login_form(PASSWORD), unsupported()).await;

    let case = case_of(run).await;
    // A backend without cookies, and routes without a page.
    for path in ["/auth/api/login", "/auth/refresh"] {
        let request = form(path, &[("identifier", ADA), ("password", PASSWORD)]);
        case.expect(request, unsupported()).await;
    }
    for content_type in [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded, application/json",
        "application/x-www-form-urlencoded-x",
    ] {
        let fields = body(&[("identifier", ADA), ("password", PASSWORD)]);
        let request = WireRequest::new("POST", "/auth/login").header(OURS.0, OURS.1);
        case.expect(request.text(content_type, fields), unsupported())
            .await;
    }
    let twice = login_form(PASSWORD).header("content-type", "application/json");
    case.expect(twice, unsupported()).await;
    let json = serde_json::json!({"identifier": ADA, "password": PASSWORD});
    let request = WireRequest::post("/auth/login", &json).header(OURS.0, OURS.1);
    let reply = case.send(&request).await;
    case.same("JSON beside forms", reply.status, 204);
}

/// A redirect has no body, in which the client would get its new tokens.
pub(super) async fn form_with_a_bearer_token_is_refused(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    let json = serde_json::json!({"identifier": ADA, "password": PASSWORD});
    let login = case
        .send(&WireRequest::post("/auth/api/login", &json))
        .await;
    let token = login.text("access_token");
    let fields = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    let change = form("/users/me/change-password", &fields).bearer(&token);
    let unsupported = Expected::problem(415, "UNSUPPORTED_MEDIA_TYPE");
    case.expect(change, unsupported).await;
    let reply = case
        .send(&WireRequest::get("/users/me").bearer(&token))
        .await;
    case.same("the token", reply.status, 200);
}
