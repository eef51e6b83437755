//! The account page: every part of it is a form.

use crate::program::{PASSWORD, Program};
use crate::visitor::Visitor;

const ADA: &str = "ada@example.com";
const NEW: &str = "an engine with a thousand columns";

#[test]
fn password_is_changed_and_other_browsers_are_logged_out() {
    let program = Program::start();
    let mut other = Visitor::logged_in(&program, ADA);
    let mut visitor = Visitor::new(&program);
    let page = visitor.log_in(ADA, PASSWORD);
    let wrong = [("current_password", NEW), ("new_password", NEW)];
    let page = visitor.submit(&page, "/users/me/change-password", &wrong);
    page.shows("<p class=\"alert\"");
    let weak = [("current_password", PASSWORD), ("new_password", "short")];
    let page = visitor.submit(&page, "/users/me/change-password", &weak);
    page.shows("Use at least 15 characters.");
    let good = [("current_password", PASSWORD), ("new_password", NEW)];
    let page = visitor.submit(&page, "/users/me/change-password", &good);
    page.shows("Your password is changed.");
    assert!(visitor.is_logged_in() && !other.is_logged_in());
    program.mail("notice", ADA);
}

#[test]
fn new_address_is_pending_until_its_link_is_used() {
    let program = Program::start();
    let mut visitor = Visitor::logged_in(&program, ADA);
    let ask = |visitor: &mut Visitor<'_>, email, password| {
        let page = visitor.open("/account");
        let fields = [("email", email), ("current_password", password)];
        visitor.submit(&page, "/account/address", &fields)
    };
    let page = ask(&mut visitor, "no address", PASSWORD);
    page.shows("This is not an e-mail address.");
    page.shows("value=\"no address\"");
    ask(&mut visitor, "ada@new.example", NEW).shows("This is not your password.");
    let page = ask(&mut visitor, "ada@new.example", PASSWORD);
    page.shows("Open the link that we mailed to your new address.");
    page.shows("<strong>ada@new.example</strong>");
    program.mail("notice", ADA);
    program.mailed_link("verify", "ada@new.example");
    let page = visitor.submit(&page, "/account/address/withdraw", &[]);
    page.hides("ada@new.example");

    ask(&mut visitor, "ada@newer.example", PASSWORD);
    let link = program.mailed_link("verify", "ada@newer.example");
    let page = visitor.open(&link);
    visitor.submit(&page, "/auth/verify", &[]);
    assert_eq!(
        visitor.log_in("ada@newer.example", PASSWORD).path,
        "/account"
    );
    visitor
        .log_in(ADA, PASSWORD)
        .shows("The address or the password is wrong.");
}

#[test]
fn sessions_are_listed_and_ended() {
    let program = Program::start();
    let mut phone = Visitor::logged_in(&program, ADA);
    let mut visitor = Visitor::new(&program);
    visitor.agent = "Desktop/7".to_owned();
    let page = visitor.log_in(ADA, PASSWORD);
    for agent in ["Test/1", "Desktop/7"] {
        page.shows(&format!("<p class=\"client\">{agent}</p>"));
    }
    let ends = page.forms().into_iter();
    let ends = ends.filter(|form| form.action == "/account/sessions/end");
    assert_eq!(ends.count(), 1, "the own session has no button");
    let page = visitor.submit(&page, "/account/sessions/end", &[]);
    page.hides("Test/1");
    assert!(visitor.is_logged_in() && !phone.is_logged_in());

    phone.log_in(ADA, PASSWORD);
    let page = visitor.submit(&page, "/account/sessions/end-all", &[]);
    assert_eq!(page.path, "/login");
    page.shows("You are logged out everywhere.");
    assert!(!visitor.is_logged_in() && !phone.is_logged_in());
}

/// A form that no page sends: too long, or without its fields.
#[test]
fn malformed_forms_are_refused() {
    let program = Program::start();
    let mut visitor = Visitor::logged_in(&program, ADA);
    let page = visitor.open("/account");
    let mut form = page.form("/account/address");
    for (fields, status) in [
        (vec![("email".to_owned(), "a".repeat(70_000))], 413),
        (Vec::new(), 422),
    ] {
        form.fields = fields;
        let reply = visitor.post(&form, "same-origin", "/account");
        assert_eq!(reply.status, status);
        reply.shows("<h1>That did not work</h1>");
    }
}

/// The id of a session is public: only the owner of the session can end it.
#[test]
fn session_of_another_user_is_not_ended() {
    let program = Program::start();
    let mut eve = Visitor::logged_in(&program, "eve@example.com");
    let mut ada = Visitor::logged_in(&program, ADA);
    let mut other = Visitor::new(&program);
    let page = other.log_in(ADA, PASSWORD);
    let stolen = page.form("/account/sessions/end");
    let reply = eve.post(&stolen, "same-origin", "/account");
    assert_eq!(reply.status, 303);
    assert!(ada.is_logged_in());
}

#[test]
fn account_is_deleted_with_its_password_only() {
    let program = Program::start();
    let mut visitor = Visitor::logged_in(&program, ADA);
    let page = visitor.open("/account");
    let page = visitor.submit(&page, "/account/delete", &[("current_password", NEW)]);
    page.shows("This is not your password.");
    let page = visitor.submit(&page, "/account/delete", &[("current_password", PASSWORD)]);
    assert_eq!(page.path, "/");
    page.shows("Your account is deleted.");
    visitor
        .log_in(ADA, PASSWORD)
        .shows("The address or the password is wrong.");
}
