//! E-mail addresses: one mailbox has one form on every way in, and what no mail server can take is
//! refused.

use serde_json::json;

use super::expected::Expected;
use super::fixture::{columns, login};
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::testing::PASSWORD;

group!("addresses": one_mailbox_is_one_account, undeliverable_addresses_are_refused);

/// The two forms of an internationalised host, and the other dots of UTS 46, name one mailbox: its
/// account is registered once, and found by each form. A browser's e-mail field submits the ASCII form.
async fn one_mailbox_is_one_account(run: &CaseRun<'_>) {
    let case = run.case().await;
    for (stored, forms) in [
        (
            "ada@bücher.example",
            [
                "ada@xn--bcher-kva.example",
                "ADA@XN--BCHER-KVA.EXAMPLE",
                "ada@bücher。example",
            ],
        ),
        (
            "ada@faß.de",
            ["ada@xn--fa-hia.de", "ada@FAẞ.de", "ada@faß｡de"],
        ),
        (
            "ada@σασ.example",
            [
                "ada@ΣΑΣ.example",
                "ada@xn--mxa9ab.example",
                "ada@ΣΑΣ。example",
            ],
        ),
    ] {
        let body = |address: &str| json!({"email": address, "password": PASSWORD});
        let [first, ..] = forms;
        let reply = case
            .send(&WireRequest::post("/auth/register", &body(first)))
            .await;
        case.same(first, reply.text("email"), stored.to_owned());
        for form in forms.iter().chain(&[stored]) {
            let taken = Expected::problem(400, "REGISTER_USER_ALREADY_EXISTS");
            case.expect(WireRequest::post("/auth/register", &body(form)), taken)
                .await;
            case.same(form, case.send(&login(form, PASSWORD)).await.status, 200);
            let forgot = WireRequest::post("/auth/forgot-password", &json!({"email": form}));
            case.expect(forgot, Expected::empty(202)).await;
        }
        case.wait_idle().await;
        case.check(case.outbox.latest("reset", stored).is_some(), "the mail");
    }
}

/// Hosts and local parts that no mail server can take, and a local part that a mail program would read
/// as an option, are refused by every route that takes an address.
async fn undeliverable_addresses_are_refused(run: &CaseRun<'_>) {
    let case = run.case().await;
    let admin = case.admin("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    let (long_local, long_label) = ("x".repeat(65), "x".repeat(64));
    let (wide_local, wide_label) = ("é".repeat(33), "ü".repeat(60));
    let long_host = vec!["x".repeat(50); 5].join(".");
    for address in [
        "ada@127.0.0.1",
        "ada@127.0.0.0x1",
        "ada@12345.67890",
        "ada@example.123",
        "ada@xn--a.example",
        "ada@exam\u{200d}ple.com",
        "ada@aa\u{5d0}.example",
        "-oProxyCommand=id@example.com",
        "－x@example.com",
        ".ada@example.com",
        "ada.@example.com",
        "a..da@example.com",
        "a\u{2025}da@example.com",
        &format!("{long_local}@example.com"),
        &format!("{wide_local}@example.com"),
        &format!("ada@{long_label}.example"),
        &format!("ada@{wide_label}.example"),
        &format!("ada@{long_host}.example"),
    ] {
        let invalid = || Expected::invalid(&[("email", "invalid")]);
        let only = json!({ "email": address });
        for request in [
            WireRequest::post(
                "/auth/register",
                &json!({"email": address, "password": PASSWORD}),
            ),
            WireRequest::post("/auth/forgot-password", &only),
            WireRequest::post("/auth/request-verify-token", &only),
            WireRequest::patch("/users/me", &only).bearer(&token),
            WireRequest::patch(&format!("/users/{}", admin.id), &only).bearer(&token),
        ] {
            case.expect(request, invalid()).await;
        }
    }
    case.same("the row", case.row_text(&admin).await, columns(&admin));
}
