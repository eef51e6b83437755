//! A browser drives the whole site like a user: by typing and clicking.

use setup::browser::{Browser, serve_page};

use crate::program::{PASSWORD, Program};
use crate::visitor::Visitor;

const ADA: &str = "ada@example.com";
const ROOT: &str = "root@example.com";
const NEW: &str = "an engine with a thousand columns";
const NEWER: &str = "the order of the jacquard loom";

/// A browser on the site.
struct Tab<'p> {
    browser: &'p Browser,
    program: &'p Program,
}

#[test]
fn site_works_without_scripts() {
    in_a_browser(false);
}

#[test]
fn site_works_with_scripts() {
    in_a_browser(true);
}

fn in_a_browser(scripts: bool) {
    let Some(browser) = Browser::start() else {
        return;
    };
    browser.allow_scripts(scripts);
    let probe =
        serve_page("<!doctype html><title>off</title><script>document.title = 'on'</script>");
    browser.open(&format!("http://localhost:{probe}/"));
    assert_eq!(browser.source().contains("<title>on</title>"), scripts);

    let program = Program::start();
    let tab = Tab {
        browser: &browser,
        program: &program,
    };
    tab.sign_up_and_log_in();
    tab.change_the_password();
    tab.change_the_address();
    tab.end_sessions();
    tab.forget_the_password();
    tab.administer();
    tab.delete_the_account();
}

impl Tab<'_> {
    fn open(&self, path: &str) {
        let url = format!("http://localhost:{}{path}", self.program.port);
        self.browser.open(&url);
    }

    /// Fills in the form with this target and sends it.
    fn submit(&self, action: &str, fields: &[(&str, &str)]) {
        let form = format!("form[action='{action}']");
        for (name, typed) in fields {
            self.browser
                .fill(&format!("{form} input[name='{name}']"), typed);
        }
        self.browser.follow(&format!("{form} button"));
    }

    /// Opens the part of the page with this form, unless it is open.
    fn unfold(&self, action: &str) {
        let closed = format!("details:not([open]):has(form[action='{action}']) summary");
        self.browser.click(&closed);
    }

    #[track_caller]
    fn is_at(&self, path: &str) {
        let url = format!("http://localhost:{}{path}", self.program.port);
        assert_eq!(self.browser.url(), url, "{}", self.browser.source());
    }

    #[track_caller]
    fn shows(&self, text: &str) {
        let page = self.browser.source();
        assert!(page.contains(text), "no `{text}` in {page}");
    }

    fn log_in(&self, address: &str, password: &str) {
        self.open("/login");
        self.browser.click("label[for='remember']");
        let fields = [("identifier", address), ("password", password)];
        self.submit("/auth/login", &fields);
    }

    fn sign_up_and_log_in(&self) {
        self.open("/");
        self.browser.follow("main a[href='/sign-up']");
        self.submit("/auth/register", &[("email", ADA), ("password", "short")]);
        self.is_at("/sign-up");
        self.shows("Use at least 15 characters.");
        assert_eq!(self.browser.focused("name"), "password");
        self.submit("/auth/register", &[("password", PASSWORD)]);
        self.is_at("/login");
        self.shows("Your account is made.");
        self.submit("/auth/login", &[("identifier", ADA), ("password", NEW)]);
        self.shows("The address or the password is wrong.");
        assert_eq!(self.browser.focused("role"), "alert");
        self.submit("/auth/login", &[("password", PASSWORD)]);
        self.is_at("/account");
        self.shows(">not confirmed<");
        self.open(&self.program.mailed_link("verify", ADA));
        self.submit("/auth/verify", &[]);
        self.is_at("/account");
        self.shows(">confirmed<");
    }

    fn change_the_password(&self) {
        let action = "/users/me/change-password";
        self.unfold(action);
        self.submit(action, &[("current_password", NEW), ("new_password", NEW)]);
        self.shows("class=\"alert\"");
        // The part is open after an error.
        let fields = [("current_password", PASSWORD), ("new_password", NEW)];
        self.submit(action, &fields);
        self.is_at("/account");
        self.shows("Your password is changed.");
    }

    fn change_the_address(&self) {
        let action = "/account/address";
        let new = "ada@new.example";
        self.unfold(action);
        self.submit(action, &[("email", new), ("current_password", PASSWORD)]);
        self.shows("This is not your password.");
        assert_eq!(self.browser.focused("name"), "current_password");
        self.submit(action, &[("current_password", NEW)]);
        self.shows("waits for the link in its mail");
        self.submit("/account/address/withdraw", &[]);
        self.shows("Your address stays as it is.");
    }

    fn end_sessions(&self) {
        let mut other = Visitor::new(self.program);
        other.log_in(ADA, NEW);
        self.open("/account");
        self.shows("Test/1");
        self.submit("/account/sessions/end", &[]);
        self.shows("The session has ended.");
        assert!(!other.is_logged_in());
        self.submit("/account/sessions/end-all", &[]);
        self.is_at("/login");
        self.shows("You are logged out everywhere.");
        self.open("/account");
        self.is_at("/login?next=%2Faccount");
    }

    fn forget_the_password(&self) {
        self.browser.follow("a[href='/forgot']");
        self.submit("/auth/forgot-password", &[("email", ADA)]);
        self.shows("a mail is on its way");
        self.open(&self.program.mailed_link("reset", ADA));
        self.submit("/auth/reset-password", &[("password", NEWER)]);
        self.is_at("/login");
        self.shows("Your new password is set.");
        self.log_in(ADA, NEWER);
        self.is_at("/account");
        self.submit("/auth/logout", &[]);
        self.is_at("/");
    }

    fn administer(&self) {
        Visitor::logged_in(self.program, ROOT);
        self.program.appoint(ROOT);
        self.log_in(ROOT, PASSWORD);
        self.browser.follow("nav a[href='/admin']");
        self.browser.fill("input[name='email']", ADA);
        self.browser.follow("form[role='search'] button");
        self.browser.click("li details summary");
        self.browser.fill("li input[name='roles']", "billing");
        self.browser.follow("li button");
        self.shows("The user is changed.");
        self.shows(">billing<");
        self.submit("/auth/logout", &[]);
    }

    fn delete_the_account(&self) {
        self.log_in(ADA, NEWER);
        let action = "/account/delete";
        self.unfold(action);
        self.submit(action, &[("current_password", NEWER)]);
        self.is_at("/");
        self.shows("Your account is deleted.");
        self.log_in(ADA, NEWER);
        self.shows("The address or the password is wrong.");
    }
}
