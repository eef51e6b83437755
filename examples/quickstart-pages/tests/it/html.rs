//! The HTML of each page: labels, types, `autocomplete`, the focus after an error, and the headers.

use crate::program::{PASSWORD, Program};
use crate::visitor::{Reply, Visitor, attribute};

pub(crate) const PAGES: [&str; 11] = [
    "/",
    "/sign-up",
    "/verify",
    "/verify?token=a",
    "/login",
    "/login?next=%2Faccount",
    "/forgot",
    "/reset",
    "/reset?token=a",
    "/account",
    "/admin",
];

/// A visitor who sees every page.
pub(crate) fn administrator(program: &Program) -> Visitor<'_> {
    let visitor = Visitor::logged_in(program, "root@example.com");
    program.appoint("root@example.com");
    Visitor::logged_in(program, "ada@example.com");
    visitor
}

fn each_page(check: impl Fn(&Reply)) {
    let program = Program::start();
    let mut visitor = administrator(&program);
    for path in PAGES {
        let page = visitor.open(path);
        assert_eq!((page.status, page.path.as_str()), (200, path));
        check(&page);
    }
    let page = visitor.open("/nowhere");
    assert_eq!(page.status, 404);
    check(&page);
}

/// Returns the tags of this name, without the sign at the end.
fn tags<'r>(page: &'r Reply, name: &str) -> impl Iterator<Item = &'r str> {
    let parts = page.body.split('<');
    let parts = parts.filter_map(|part| part.split('>').next());
    let name = format!("{name} ");
    parts.filter(move |part| part.starts_with(&name))
}

/// A6.2.6, A6.2.7: passwords are masked, and a password manager can fill them in; pasting is not prevented.
#[test]
fn inputs_tell_password_managers_what_they_are() {
    each_page(|page| {
        for input in tags(page, "input") {
            let name = attribute(input, "name").unwrap_or_default();
            let kind = attribute(input, "type").unwrap();
            let filled = attribute(input, "autocomplete").unwrap_or_default();
            if name.contains("password") {
                assert_eq!(kind, "password", "{input}");
            }
            let expected: &[&str] = match name.as_str() {
                _ if kind == "hidden" || kind == "checkbox" => &[""],
                "identifier" | "" => &["username"],
                "email" if kind == "email" => &["username", "email"],
                "password" if page.path.starts_with("/login") => &["current-password"],
                "password" | "new_password" => &["new-password"],
                "current_password" => &["current-password"],
                _ => &["off"],
            };
            assert!(expected.contains(&filled.as_str()), "{input}");
        }
        for handler in ["onpaste", "onclick", "<script", "style=", "javascript:"] {
            page.hides(handler);
        }
    });
}

#[test]
fn every_input_has_a_label_and_every_id_is_there_once() {
    each_page(|page| {
        for input in tags(page, "input") {
            let is_hidden = input.contains("type=\"hidden\"") || input.ends_with(" hidden");
            if !is_hidden {
                let id = attribute(input, "id").unwrap();
                page.shows(&format!("<label for=\"{id}\">"));
            }
        }
        let ids = page.body.split(" id=\"").skip(1);
        let ids: Vec<_> = ids.filter_map(|part| part.split('"').next()).collect();
        let described = page.body.split("describedby=\"").skip(1);
        let described = described.flat_map(|part| part.split('"').next().unwrap().split(' '));
        for id in described.chain(ids.iter().copied()) {
            let count = ids.iter().filter(|other| **other == id).count();
            assert_eq!(count, 1, "{id} in {}", page.path);
        }
        for part in [
            "<html lang=\"en\">",
            "name=\"viewport\"",
            "<title>",
            "<h1>",
            "<main id=\"content\">",
        ] {
            page.shows(part);
        }
    });
}

/// A7.4.4: every page has the button that logs out, at its beginning.
#[test]
fn logout_is_on_every_page() {
    each_page(|page| {
        let header = page.body.split("<main").next().unwrap();
        assert!(header.contains("action=\"/auth/logout\""), "{}", page.path);
        assert!(header.contains("Log out"));
    });
}

/// O-20: no page can be framed, and none runs a script.
#[test]
fn pages_restrict_the_browser() {
    let policy = "default-src 'none'; style-src 'self'; form-action 'self'; \
                  frame-ancestors 'none'; base-uri 'none'";
    each_page(|page| {
        assert_eq!(page.header("content-security-policy"), Some(policy));
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8")
        );
    });
}

/// O-17, B-50: the browser gets the next page with GET, and does not send the form to it. The address of that page has
/// no token of a login.
#[test]
fn every_form_is_answered_with_303() {
    let program = Program::start();
    for path in PAGES {
        let mut visitor = Visitor::logged_in(&program, "root@example.com");
        program.appoint("root@example.com");
        for form in visitor.open(path).forms() {
            let reply = visitor.post(&form, "same-origin", path);
            assert_eq!(
                reply.status, 303,
                "{} of {path}: {}",
                form.action, reply.body
            );
            assert!(reply.body.is_empty());
            let target = reply.header("location").unwrap();
            for set in reply.headers("set-cookie") {
                let value = set.split(['=', ';']).nth(1).unwrap();
                assert!(value.is_empty() || !target.contains(value), "{target}");
            }
            visitor.log_in("root@example.com", PASSWORD);
        }
    }
}

/// The focus moves to the first field with an error, or else to the sentence above the form.
#[test]
fn refused_form_shows_where_the_error_is() {
    let program = Program::start();
    let mut visitor = Visitor::new(&program);
    let page = visitor.open("/sign-up");
    page.hides(" autofocus");
    let fields = [("email", "ada@example.com"), ("password", "short")];
    let page = visitor.submit(&page, "/auth/register", &fields);
    assert_eq!(page.path, "/sign-up");
    page.shows("<title>Error: Sign up");
    let mut inputs = tags(&page, "input");
    let password = inputs
        .find(|input| input.contains("name=\"password\""))
        .unwrap();
    assert!(password.contains(" aria-invalid=\"true\"") && password.contains(" autofocus"));
    assert!(!password.contains("value="), "a password is not sent back");
    let described = attribute(password, "aria-describedby").unwrap();
    assert_eq!(described, "register-password-hint register-password-error");
    page.shows("<p class=\"error\" id=\"register-password-error\">Use at least 15 characters.");
    page.shows(" value=\"ada@example.com\"");
    assert_eq!(page.body.matches(" autofocus").count(), 1);

    let page = visitor.log_in("ada@example.com", PASSWORD);
    let alert = tags(&page, "p")
        .find(|tag| tag.contains("class=\"alert\""))
        .unwrap();
    assert!(alert.contains(" role=\"alert\"") && alert.contains(" autofocus"));
    assert_eq!(page.body.matches(" autofocus").count(), 1);
}

/// WCAG 2.2, 1.4.3 and 1.4.11: texts have a contrast of 4.5, and borders of fields and buttons one of 3, in the light and the
/// dark colours.
#[test]
fn colours_have_contrast() {
    let style = include_str!("../../src/style.css");
    let themes = style.split(":root {").skip(1);
    let themes: Vec<_> = themes.filter_map(|theme| theme.split('}').next()).collect();
    assert_eq!(themes.len(), 2);
    for theme in themes {
        let colour = |name: &str| {
            let (_, rest) = theme.split_once(&format!("--{name}: #")).unwrap();
            luminance(rest.get(..6).unwrap())
        };
        let contrast = |one: &str, other: &str| {
            let (one, other) = (colour(one), colour(other));
            (one.max(other) + 0.05) / (one.min(other) + 0.05)
        };
        for text in ["ink", "soft", "accent", "good", "bad"] {
            assert!(contrast(text, "paper") >= 4.5, "{text} in {theme}");
        }
        assert!(contrast("on-accent", "accent") >= 4.5, "{theme}");
        assert!(
            contrast("soft", "paper") >= 3.0,
            "borders of fields in {theme}"
        );
    }
}

/// Returns the relative luminance of a colour in hexadecimal.
fn luminance(colour: &str) -> f64 {
    let part = |place: usize| {
        let part = u8::from_str_radix(colour.get(place..place + 2).unwrap(), 16).unwrap();
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}
