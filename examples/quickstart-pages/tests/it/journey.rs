//! From the first visit to a login, and back in after a forgotten password.

use crate::program::{PASSWORD, Program};
use crate::visitor::Visitor;

const ADA: &str = "ada@example.com";

#[test]
fn visitor_signs_up_confirms_the_address_logs_in_and_out() {
    let program = Program::start();
    let mut visitor = Visitor::new(&program);
    visitor.open("/").shows("href=\"/sign-up\"");
    let page = visitor.open("/sign-up");
    let page = visitor.submit(
        &page,
        "/auth/register",
        &[("email", ADA), ("password", PASSWORD)],
    );
    assert_eq!(page.path, "/login");
    page.shows("Your account is made.");
    visitor.open("/login").hides("Your account is made.");

    let page = visitor.log_in(ADA, PASSWORD);
    assert_eq!(page.path, "/account");
    page.shows("<strong>ada@example.com</strong>");
    page.shows(">not confirmed<");
    let link = program.mailed_link("verify", ADA);
    for _ in 0..2 {
        visitor.open(&link).shows("Confirm the address");
        visitor.open("/account").shows(">not confirmed<");
    }
    let page = visitor.open(&link);
    let page = visitor.submit(&page, "/auth/verify", &[]);
    assert_eq!(page.path, "/account");
    page.shows("Your address is confirmed.");
    page.shows(">confirmed<");

    let page = visitor.submit(&page, "/auth/logout", &[]);
    assert_eq!(page.path, "/");
    assert!(!visitor.has_cookie("__Host-auth"));
    assert!(!visitor.is_logged_in());
}

/// The login lasts as long as its cookie: for a month, or until the browser is closed.
#[test]
fn login_outlives_the_browser_if_the_user_asks_for_it() {
    let program = Program::start();
    Visitor::logged_in(&program, ADA);
    let fields = [
        ("identifier", ADA),
        ("password", PASSWORD),
        ("remember", "true"),
    ];
    for (fields, lasts) in [(&fields[..2], false), (&fields[..], true)] {
        let mut visitor = Visitor::new(&program);
        let page = visitor.open("/login");
        let reply = visitor.send(&page, "/auth/login", fields);
        let cookie = Visitor::set(&reply, "__Host-auth");
        assert_eq!(cookie.contains("Max-Age=2592000"), lasts, "{cookie}");
        assert_eq!(cookie.contains("Max-Age"), lasts, "{cookie}");
        assert!(!visitor.has_cookie("__Host-auth-refresh"));
        assert!(visitor.is_logged_in());
    }
}

#[test]
fn page_that_needs_a_login_comes_back_after_it() {
    let program = Program::start();
    Visitor::logged_in(&program, ADA);
    let mut visitor = Visitor::new(&program);
    let page = visitor.open("/account?from=mail");
    assert_eq!(page.path, "/login?next=%2Faccount%3Ffrom%3Dmail");
    let fields = [
        ("identifier", ADA),
        ("password", "another password of hers"),
    ];
    let page = visitor.submit(&page, "/auth/login", &fields);
    assert_eq!(page.path, "/login?next=%2Faccount%3Ffrom%3Dmail");
    page.shows("The address or the password is wrong.");
    let fields = [("identifier", ADA), ("password", PASSWORD)];
    let page = visitor.submit(&page, "/auth/login", &fields);
    assert_eq!(page.path, "/account?from=mail");
}

/// O-02: a link to the login page cannot make the site send its user elsewhere.
#[test]
fn login_leads_to_no_other_site() {
    let program = Program::start();
    Visitor::logged_in(&program, ADA);
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/%5Cevil.example",
        "/%2Fevil.example",
        "javascript:alert(1)",
    ] {
        let mut visitor = Visitor::new(&program);
        let page = visitor.open(&format!("/login?next={next}"));
        let fields = [("identifier", ADA), ("password", PASSWORD)];
        let reply = visitor.send(&page, "/auth/login", &fields);
        assert_eq!(
            (reply.status, reply.header("location")),
            (303, Some("/account"))
        );
    }
}

#[test]
fn forgotten_password_is_replaced_by_the_mailed_link() {
    const NEW: &str = "an engine with a thousand columns";
    let program = Program::start();
    Visitor::logged_in(&program, ADA);
    let mut visitor = Visitor::new(&program);
    for address in ["unknown@example.com", ADA] {
        let page = visitor.open("/forgot");
        let page = visitor.submit(&page, "/auth/forgot-password", &[("email", address)]);
        page.shows("If this address has an account, a mail is on its way.");
    }
    let link = program.mailed_link("reset", ADA);
    let page = visitor.open(&link);
    let page = visitor.submit(&page, "/auth/reset-password", &[("password", "short")]);
    assert_eq!(page.path, link);
    page.shows("Use at least 15 characters.");
    let page = visitor.submit(&page, "/auth/reset-password", &[("password", NEW)]);
    assert_eq!(page.path, "/login");
    page.shows("Your new password is set.");
    visitor
        .log_in(ADA, PASSWORD)
        .shows("The address or the password is wrong.");
    assert_eq!(visitor.log_in(ADA, NEW).path, "/account");

    let page = visitor.open(&link);
    let page = visitor.submit(&page, "/auth/reset-password", &[("password", PASSWORD)]);
    page.shows("This link is used or expired.");
}

#[test]
fn another_mail_confirms_the_address() {
    let program = Program::start();
    let mut visitor = Visitor::logged_in(&program, ADA);
    program.mailed_link("verify", ADA);
    let page = visitor.open("/account");
    let page = visitor.submit(&page, "/auth/request-verify-token", &[]);
    assert_eq!(page.path, "/account");
    page.shows("a mail is on its way");
    let link = program.mailed_link("verify", ADA);
    let page = visitor.open(&link);
    visitor
        .submit(&page, "/auth/verify", &[])
        .shows(">confirmed<");
    let page = visitor.open(&link);
    let page = visitor.submit(&page, "/auth/verify", &[]);
    assert_eq!(page.path, link);
    page.shows("<p class=\"alert\"");
}
