//! A page of another origin sends every form of the site, with the cookies of a logged-in user.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use setup::browser::{Browser, Gate, Seen, empty_page};

use crate::html::{PAGES, administrator};
use crate::program::{PASSWORD, Program};
use crate::visitor::Form;

/// The time limit of each step, far above its usual duration.
const PATIENCE: Duration = Duration::from_mins(1);

/// The attacked user, who sees the site through a proxy.
struct Victim {
    browser: Browser,
    gate: Gate,
    _program: Program,
}

/// A3.5.1: the forms of the site, with good values, sent by a page of another site and of another origin of the
/// same site.
#[test]
fn forms_of_other_origins_are_refused() {
    let Some((victim, forms)) = Victim::start() else {
        return;
    };
    let port = empty_page();
    for (host, site) in [("127.0.0.1", "cross-site"), ("localhost", "same-site")] {
        for form in &forms {
            let page = format!("http://{host}:{port}/");
            let seen = victim.send_from(&page, form);
            // Another port is another origin of the same site: the cookies come along, and the server refuses.
            assert_eq!(seen.site, site, "{seen:?}");
            assert_eq!(seen.has_cookie, site == "same-site", "{seen:?}");
            // Without a cookie the request is anonymous: refused, or redirected to the login page.
            let is_anonymous = !seen.has_cookie && needs_a_login(form);
            let expected = if is_anonymous {
                &[401, 303][..]
            } else {
                &[403]
            };
            assert!(expected.contains(&seen.status), "{seen:?}");
        }
        victim.is_logged_in();
    }
    // The same forms from a page of the site pass, except those that end the login: they come last.
    let page = victim.url("/nowhere");
    for form in forms.iter().filter(|form| !ends_the_login(form)) {
        let seen = victim.send_from(&page, form);
        assert_eq!(
            (seen.status, seen.site.as_str()),
            (303, "same-origin"),
            "{seen:?}"
        );
    }
    for form in forms.iter().filter(|form| ends_the_login(form)) {
        victim.log_in();
        assert_eq!(victim.send_from(&page, form).status, 303);
    }
}

/// A visitor without a login who opens a page of an attacker, which logs in by an account of the attacker.
#[test]
fn login_by_another_origin_is_refused() {
    let Some((victim, _)) = Victim::start() else {
        return;
    };
    victim.browser.open(&victim.url("/"));
    victim.browser.follow("form[action='/auth/logout'] button");
    let fields = [("identifier", "ada@example.com"), ("password", PASSWORD)];
    let form = Form {
        action: "/auth/login".to_owned(),
        fields: fields
            .map(|(name, value)| (name.into(), value.into()))
            .to_vec(),
    };
    let port = empty_page();
    for host in ["127.0.0.1", "localhost"] {
        let seen = victim.send_from(&format!("http://{host}:{port}/"), &form);
        assert_eq!(seen.status, 403, "{seen:?}");
        victim.browser.open(&victim.url("/account"));
        assert_eq!(victim.browser.url(), victim.url("/login?next=%2Faccount"));
    }
    assert_eq!(victim.send_from(&victim.url("/login"), &form).status, 303);
    victim.is_logged_in();
}

fn needs_a_login(form: &Form) -> bool {
    !form.action.starts_with("/auth/")
}

fn ends_the_login(form: &Form) -> bool {
    ["/auth/logout", "/account/sessions/end-all"].contains(&form.action.as_str())
}

impl Victim {
    /// Logs an administrator in, and returns every form of the site; `None` if no browser is installed.
    fn start() -> Option<(Self, Vec<Form>)> {
        let browser = Browser::start()?;
        let program = Program::start();
        let mut visitor = administrator(&program);
        let mut forms: Vec<Form> = Vec::new();
        for form in PAGES.iter().flat_map(|path| visitor.open(path).forms()) {
            if !forms.iter().any(|other| other.action == form.action) {
                forms.push(form);
            }
        }
        assert_eq!(forms.len(), 12, "every form once");
        let gate = Gate::before(([127, 0, 0, 1], program.port).into());
        let victim = Self {
            browser,
            gate,
            _program: program,
        };
        victim.log_in();
        Some((victim, forms))
    }

    fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.gate.port)
    }

    fn log_in(&self) {
        self.browser.open(&self.url("/login"));
        let form = "form[action='/auth/login']";
        self.browser.fill(
            &format!("{form} input[name='identifier']"),
            "root@example.com",
        );
        self.browser
            .fill(&format!("{form} input[name='password']"), PASSWORD);
        self.browser.follow(&format!("{form} button"));
        self.is_logged_in();
    }

    #[track_caller]
    fn is_logged_in(&self) {
        self.browser.open(&self.url("/account"));
        assert_eq!(self.browser.url(), self.url("/account"));
    }

    /// Sends a form from a page, into the tab, and returns what the server saw.
    fn send_from(&self, page: &str, form: &Form) -> Seen {
        const SCRIPT: &str = "
            const [url, fields, done] = arguments;
            const form = document.createElement('form');
            form.method = 'POST';
            form.action = url;
            for (const [name, value] of fields) {
                const input = document.createElement('input');
                input.name = name;
                input.value = value;
                form.append(input);
            }
            document.documentElement.append(form);
            done();
            form.submit();";
        self.browser.open(page);
        self.gate.passed("");
        // A page of another origin cannot read the token.
        let fields = form.fields.iter().filter(|(name, _)| name != "csrf_token");
        let fields: Vec<_> = fields.collect();
        self.browser
            .run(SCRIPT, &json!([self.url(&form.action), fields]));
        let what = format!("POST {}", form.action);
        let deadline = Instant::now() + PATIENCE;
        while self.gate.count(&what) == 0 {
            assert!(Instant::now() < deadline, "{what} did not arrive");
            thread::yield_now();
        }
        self.gate.passed("POST").remove(0)
    }
}
