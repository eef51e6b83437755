//! Forged forms: each form of the site is refused if another site caused it.

use crate::html::{PAGES, administrator};
use crate::program::{PASSWORD, Program};
use crate::visitor::{Form, Visitor};

/// A3.5.1, A3.5.2: a form of another site, and one that does not state its source, changes nothing.
#[test]
fn forged_forms_are_refused_on_every_route() {
    let program = Program::start();
    let mut visitor = administrator(&program);
    let mut actions = Vec::new();
    for path in PAGES {
        for mut form in visitor.open(path).forms() {
            form.fields.retain(|(name, _)| name != "csrf_token");
            for site in ["cross-site", "same-site", ""] {
                let reply = visitor.post(&form, site, path);
                assert_eq!(reply.status, 403, "{site} {}", form.action);
                reply.shows("<h1>Not allowed</h1>");
            }
            actions.push(form.action);
        }
        assert!(visitor.is_logged_in());
    }
    for action in [
        "/auth/login",
        "/auth/logout",
        "/auth/register",
        "/auth/verify",
        "/auth/request-verify-token",
        "/auth/forgot-password",
        "/auth/reset-password",
        "/users/me/change-password",
        "/account/address",
        "/account/sessions/end-all",
        "/account/delete",
    ] {
        assert!(actions.iter().any(|other| other == action), "{action}");
    }
    assert!(
        actions
            .iter()
            .any(|action| action.starts_with("/admin/users/"))
    );
}

/// A form by which another site would log a visitor in to an account of its own.
#[test]
fn forged_login_is_refused() {
    let program = Program::start();
    Visitor::logged_in(&program, "eve@example.com");
    let mut visitor = Visitor::new(&program);
    let fields = [("identifier", "eve@example.com"), ("password", PASSWORD)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let form = Form {
        action: "/auth/login".to_owned(),
        fields: fields.to_vec(),
    };
    for site in ["cross-site", "same-site", ""] {
        assert_eq!(visitor.post(&form, site, "/").status, 403, "{site}");
    }
    assert!(!visitor.is_logged_in());
    assert_eq!(visitor.post(&form, "same-origin", "/login").status, 303);
    assert!(visitor.is_logged_in());
}

/// A browser that states no source sends the token of the hidden field.
#[test]
fn hidden_field_proves_the_source() {
    let program = Program::start();
    let mut visitor = Visitor::new(&program);
    let page = visitor.open("/sign-up");
    let mut form = page.form("/auth/register");
    form.fields.retain(|(name, _)| name == "csrf_token");
    for (name, value) in [("email", "ada@example.com"), ("password", PASSWORD)] {
        form.fields.push((name.to_owned(), value.to_owned()));
    }
    assert_eq!(visitor.post(&form, "", "/sign-up").status, 303);
    assert_eq!(visitor.log_in("ada@example.com", PASSWORD).path, "/account");
}
