//! The page for administrators.

use crate::program::{PASSWORD, Program};
use crate::visitor::Visitor;

const ROOT: &str = "root@example.com";
const ADA: &str = "ada@example.com";

#[test]
fn only_administrators_see_the_users() {
    let program = Program::start();
    let mut visitor = Visitor::new(&program);
    assert_eq!(visitor.open("/admin").path, "/login?next=%2Fadmin");
    let mut ada = Visitor::logged_in(&program, ADA);
    let page = ada.open("/admin");
    assert_eq!(page.status, 403);
    page.shows("<h1>Not allowed</h1>");
    page.hides("problem+json");
    ada.open("/").hides("href=\"/admin\"");
}

#[test]
fn administrator_finds_a_user_gives_roles_and_deactivates() {
    let program = Program::start();
    let mut ada = Visitor::logged_in(&program, ADA);
    let mut root = Visitor::logged_in(&program, ROOT);
    program.appoint(ROOT);
    root.open("/").shows("href=\"/admin\"");
    root.open("/admin").shows(ADA);
    let page = root.open("/admin?email=Ada%40");
    page.shows(ADA);
    page.hides(&format!("<strong>{ROOT}</strong>"));

    let forms = page.forms();
    let form = forms
        .iter()
        .find(|form| form.action.starts_with("/admin/users/"));
    let action = form.unwrap().action.clone();
    let page = root.submit(
        &page,
        &action,
        &[("active", "true"), ("roles", "billing, Support")],
    );
    page.shows("The user is changed.");
    page.shows("value=\"billing, support\"");
    assert!(ada.is_logged_in());

    let mut form = page.form(&action);
    form.fields.retain(|(name, _)| name != "active");
    assert_eq!(root.post(&form, "same-origin", "/admin").status, 303);
    root.open("/admin").shows(">deactivated<");
    assert!(!ada.is_logged_in());
    ada.log_in(ADA, PASSWORD)
        .shows("This account is deactivated.");

    form.action = action.replace("/admin/users/", "/admin/users/x");
    assert_eq!(root.post(&form, "same-origin", "/admin").status, 400);
}
