//! What users write is shown as text.

use crate::html::PAGES;
use crate::program::{PASSWORD, Program};
use crate::visitor::{Reply, Visitor};

const CANARY: &str = "<img src=x onerror=alert(1)>";

/// B-56: markup in every field that the site shows arrives as text.
#[test]
fn markup_of_users_is_shown_as_text() {
    let program = Program::start();
    let mut visitor = Visitor::new(&program);
    visitor.agent = format!("{CANARY}\"'&");

    // What was typed comes back with the refused form.
    let page = visitor.open("/sign-up");
    let fields = [("email", CANARY), ("password", PASSWORD)];
    is_text(&visitor.submit(&page, "/auth/register", &fields));
    let page = visitor.open("/login");
    let fields = [("identifier", CANARY), ("password", PASSWORD)];
    is_text(&visitor.submit(&page, "/auth/login", &fields));
    let page = visitor.open("/forgot");
    is_text(&visitor.submit(&page, "/auth/forgot-password", &[("email", CANARY)]));
    // Links can have any query.
    let canary = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%22%27%26";
    for path in ["/login?next=", "/verify?token=", "/reset?token="] {
        is_text(&visitor.open(&format!("{path}{canary}")));
    }

    // An address can have quotes and ampersands, a role and a user agent any character.
    let mut root = Visitor::logged_in(&program, "root@example.com");
    program.appoint("root@example.com");
    let odd = "a&b'c@example.com";
    let page = visitor.open("/sign-up");
    visitor.submit(
        &page,
        "/auth/register",
        &[("email", odd), ("password", PASSWORD)],
    );
    let page = visitor.log_in(odd, PASSWORD);
    page.shows("<strong>a&amp;b'c@example.com</strong>");
    is_text(&page);
    let fields = [("email", CANARY), ("current_password", PASSWORD)];
    is_text(&visitor.submit(&page, "/account/address", &fields));
    let page = root.open("/admin?email=a%26b%27c%40example.com");
    let form = page.forms().into_iter();
    let mut forms = form.filter(|form| form.action.starts_with("/admin/users/"));
    let action = forms.next().unwrap().action;
    is_text(&root.submit(&page, &action, &[("roles", CANARY)]));
    is_text(&root.open(&format!("/admin?email={canary}")));
    for path in PAGES {
        root.open(path).hides("<img");
        visitor.open(path).hides("<img");
    }
}

#[track_caller]
fn is_text(page: &Reply) {
    page.hides("<img");
    page.shows("&lt;img src=x onerror=alert(1)&gt;");
    page.hides("alert(1)&gt;\"'");
}
