//! Forged requests in a real browser: a page of another origin sends requests with the cookies of
//! a logged-in user.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use setup::browser::{Browser, Gate, Seen, empty_page};

use crate::app::{App, Home, PASSWORD, in_each_framework};

in_each_framework! {
    forged_requests_are_refused,
    forged_requests_are_refused_with_cookies_over_plain_http,
    same_requests_succeed_from_an_allowed_origin,
}

const ADA: &str = "ada@example.com";
const COOKIES: &str = "--backend=web=cookie+opaque";
/// The time limit of each step, far above its usual duration.
const PATIENCE: Duration = Duration::from_mins(2);

/// Routes that change something. `/echo` represents the routes of an application.
const TARGETS: [&str; 4] = ["/echo", "/auth/logout", "/auth/refresh", "/auth/login"];

/// Browsers treat `http://localhost` like HTTPS: they send secure cookies with prefixes.
fn forged_requests_are_refused(home: &Home) {
    in_a_browser(home, &[COOKIES, "--rotating"]);
}

fn forged_requests_are_refused_with_cookies_over_plain_http(home: &Home) {
    in_a_browser(home, &[COOKIES, "--rotating", "--insecure-cookies"]);
}

/// Shows that the attack works without protection.
fn same_requests_succeed_from_an_allowed_origin(home: &Home) {
    let page = format!("http://localhost:{}", empty_page());
    let flag = format!("--allow-origin={page}");
    let Some(victim) = Victim::start(home, &[COOKIES, "--rotating", &flag]) else {
        return;
    };
    for attack in [form_in_a_frame, form_in_the_tab, fetch_of_text] {
        victim.browser.open(&page);
        victim.gate.passed("");
        attack(&victim, "/echo");
        for seen in victim.gate.passed("POST") {
            assert_eq!((seen.status, seen.has_cookie), (200, true), "{seen:?}");
            assert_eq!(seen.site, "same-site");
        }
    }
    victim.browser.open(&page);
    fetch_without_body(&victim, "/auth/logout");
    assert_eq!(victim.protected(), 401);
}

fn in_a_browser(home: &Home, flags: &[&str]) {
    let Some(victim) = Victim::start(home, flags) else {
        return;
    };
    let port = empty_page();
    // Another host is another site, whose requests have no cookie with `SameSite`. Another port is
    // another origin of the same site: the requests have the cookies, and only the server can reject them.
    for (host, site) in [("127.0.0.1", "cross-site"), ("localhost", "same-site")] {
        let page = format!("http://{host}:{port}/");
        for attack in [
            form_in_a_frame,
            form_in_the_tab,
            fetch_without_body,
            fetch_of_text,
            fetch_of_json,
        ] {
            for target in TARGETS {
                victim.gate.passed("");
                victim.browser.open(&page);
                attack(&victim, target);
                for seen in victim.gate.passed("POST") {
                    assert_refused(&seen, site);
                }
                victim.is_logged_in();
            }
        }
    }
    victim.assert_own_pages_work();
}

/// The attacked user.
struct Victim {
    browser: Browser,
    gate: Gate,
    origin: String,
    _app: App,
}

#[track_caller]
fn assert_refused(seen: &Seen, site: &str) {
    assert_eq!(seen.site, site, "{seen:?}");
    assert_eq!(seen.has_cookie, site == "same-site", "{seen:?}");
    let needs_a_cookie = seen.what == "POST /echo";
    if needs_a_cookie && !seen.has_cookie {
        assert_eq!(seen.status, 401, "{seen:?}");
    } else {
        assert_eq!(seen.status, 403, "{seen:?}");
        assert!(seen.body.contains("\"CSRF_FAILED\""), "{seen:?}");
    }
}

/// Submits a form into an invisible frame.
fn form_in_a_frame(victim: &Victim, target: &str) {
    victim.submit(target, "frame");
    victim.has_arrived(target);
}

/// Submits a form that replaces the page.
fn form_in_the_tab(victim: &Victim, target: &str) {
    victim.submit(target, "_top");
    victim.has_arrived(target);
}

/// Sends a request without a preflight, whose reply the page cannot read.
fn fetch_of_text(victim: &Victim, target: &str) {
    let options = json!({
        "method": "POST", "mode": "no-cors", "credentials": "include",
        "headers": { "content-type": "text/plain" }, "body": credentials().to_string(),
    });
    let reply = victim.fetch(target, &options);
    assert_eq!(reply, json!([0, "opaque"]));
    victim.has_arrived(target);
}

/// Sends a request without a body, which needs no content type.
fn fetch_without_body(victim: &Victim, target: &str) {
    let options = json!({ "method": "POST", "mode": "no-cors", "credentials": "include" });
    let reply = victim.fetch(target, &options);
    assert_eq!(reply, json!([0, "opaque"]));
    victim.has_arrived(target);
}

/// Sends a request with a preflight, which the server does not allow.
fn fetch_of_json(victim: &Victim, target: &str) {
    let options = json!({
        "method": "POST", "mode": "cors", "credentials": "include",
        "headers": { "content-type": "application/json" }, "body": credentials().to_string(),
    });
    let reply = victim.fetch(target, &options);
    assert_eq!(reply[0], "refused", "{reply}");
    assert_eq!(victim.gate.count(&format!("OPTIONS {target}")), 1);
    assert_eq!(victim.gate.count(&format!("POST {target}")), 0);
}

impl Victim {
    /// Logs a user in; `None` if no browser is installed.
    fn start(home: &Home, flags: &[&str]) -> Option<Self> {
        let browser = Browser::start()?;
        let app = home.start(flags);
        app.register(ADA);
        let gate = Gate::before(app.client.address);
        let victim = Self {
            origin: format!("http://localhost:{}", gate.port),
            gate,
            browser,
            _app: app,
        };
        victim.log_in();
        victim.is_logged_in();
        Some(victim)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    fn log_in(&self) {
        let options = json!({
            "method": "POST",
            "headers": { "content-type": "application/json" }, "body": credentials().to_string(),
        });
        self.browser.open(&self.url("/public"));
        let reply = self.fetch("/auth/login", &options);
        assert_eq!(reply, json!([204, ""]));
    }

    /// Returns the status of a request of the page's own script.
    fn protected(&self) -> Value {
        self.browser.open(&self.url("/public"));
        self.fetch("/protected", &json!({}))[0].take()
    }

    #[track_caller]
    fn is_logged_in(&self) {
        assert_eq!(self.protected(), 200);
    }

    /// Checks that the same requests succeed from a page of the server.
    fn assert_own_pages_work(&self) {
        self.browser.open(&self.url("/public"));
        self.gate.passed("");
        self.submit("/echo", "frame");
        self.has_arrived("/echo");
        let post = json!({ "method": "POST", "body": "hello" });
        assert_eq!(self.fetch("/echo", &post), json!([200, "hello"]));
        self.submit("/echo", "_top");
        wait("the form did not arrive", || {
            self.gate.count("POST /echo") == 3
        });
        for seen in self.gate.passed("POST") {
            assert_eq!(
                (seen.status, seen.site.as_str()),
                (200, "same-origin"),
                "{seen:?}"
            );
        }

        let post = json!({ "method": "POST" });
        self.browser.open(&self.url("/public"));
        assert_eq!(self.fetch("/auth/refresh", &post), json!([204, ""]));
        self.is_logged_in();
        assert_eq!(self.fetch("/auth/logout", &post), json!([204, ""]));
        assert_eq!(self.protected(), 401);
        let refused = self.fetch("/auth/refresh", &post);
        assert_eq!(refused[0], 401, "{refused}");
    }

    /// Sends a request from the open page, and returns the status and text that the page can read.
    fn fetch(&self, target: &str, options: &Value) -> Value {
        const SCRIPT: &str = "
            const [url, options, done] = arguments;
            fetch(url, options).then(
                async reply => done([reply.status, reply.type === 'opaque' ? 'opaque' : await reply.text()]),
                error => done(['refused', String(error)]));";
        let arguments = json!([self.url(target), options]);
        self.browser.run(SCRIPT, &arguments)
    }

    /// Submits a form from the open page. A submission in the tab replaces the page.
    fn submit(&self, target: &str, place: &str) {
        const SCRIPT: &str = "
            const [url, place, done] = arguments;
            const form = document.createElement('form');
            form.method = 'POST';
            form.action = url;
            form.target = place;
            form.enctype = 'text/plain';
            const input = document.createElement('input');
            input.name = 'a';
            input.value = 'b';
            form.append(input);
            const frame = document.createElement('iframe');
            frame.name = 'frame';
            frame.hidden = true;
            document.documentElement.append(form, frame);
            done();
            form.submit();";
        let arguments = json!([self.url(target), place]);
        self.browser.run(SCRIPT, &arguments);
    }

    /// Returns when the server has answered the request.
    fn has_arrived(&self, target: &str) {
        let what = format!("POST {target}");
        wait("a request did not arrive", || self.gate.count(&what) > 0);
    }
}

fn credentials() -> Value {
    json!({ "identifier": ADA, "password": PASSWORD })
}

fn wait(otherwise: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{otherwise}");
        thread::yield_now();
    }
}
