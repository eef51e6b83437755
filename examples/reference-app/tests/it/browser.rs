//! Forged requests in a real browser: a page of another origin tries what pages can, with the cookies of
//! a logged-in user.

mod driver;
mod gate;

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::app::{App, Home, PASSWORD, in_each_framework};
use driver::Browser;
use gate::{Gate, Seen, empty_page};

in_each_framework! {
    forged_requests_are_refused,
    also_with_cookies_over_plain_http,
    the_same_attack_succeeds_where_it_is_allowed,
}

const ADA: &str = "ada@example.com";
const COOKIES: &str = "--backend=web=cookie+opaque";
/// Far longer than anything takes; what is waited for longer has failed.
const PATIENCE: Duration = Duration::from_mins(2);

/// What changes something. `/echo` stands for the routes of an application.
const TARGETS: [&str; 4] = ["/echo", "/auth/logout", "/auth/refresh", "/auth/login"];

/// To browsers `http://localhost` is as good as HTTPS: secure cookies with their prefixes travel.
fn forged_requests_are_refused(home: &Home) {
    in_a_browser(home, &[COOKIES]);
}

fn also_with_cookies_over_plain_http(home: &Home) {
    in_a_browser(home, &[COOKIES, "--insecure-cookies"]);
}

/// What is refused above is not refused because the attack is a bad one.
fn the_same_attack_succeeds_where_it_is_allowed(home: &Home) {
    let page = format!("http://localhost:{}", empty_page());
    let flag = format!("--allow-origin={page}");
    let Some(victim) = Victim::start(home, &[COOKIES, &flag]) else {
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
    form_in_a_frame(&victim, "/auth/logout");
    assert_eq!(victim.protected(), 401);
}

fn in_a_browser(home: &Home, flags: &[&str]) {
    let Some(victim) = Victim::start(home, flags) else {
        return;
    };
    let port = empty_page();
    // Another host is another site, to which no cookie with `SameSite` belongs. Another port is
    // another origin of the same site: the cookies go along, and only the server is left to refuse.
    for (host, site) in [("127.0.0.1", "cross-site"), ("localhost", "same-site")] {
        let page = format!("http://{host}:{port}/");
        for attack in [
            form_in_a_frame,
            form_in_the_tab,
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
    victim.own_pages_may();
}

/// Who is attacked.
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
    let needs_a_cookie = matches!(seen.what.as_str(), "POST /echo" | "POST /auth/logout");
    if needs_a_cookie && !seen.has_cookie {
        assert_eq!(seen.status, 401, "{seen:?}");
    } else {
        assert_eq!(seen.status, 403, "{seen:?}");
        assert!(seen.body.contains("\"CSRF_FAILED\""), "{seen:?}");
    }
}

/// A form that submits itself into an invisible frame.
fn form_in_a_frame(victim: &Victim, target: &str) {
    victim.submit(target, "frame");
    victim.has_arrived(target);
}

/// A form that submits itself in the place of the page.
fn form_in_the_tab(victim: &Victim, target: &str) {
    victim.submit(target, "_top");
    victim.has_arrived(target);
}

/// A request that needs no leave of the server's, and whose reply the page does not see.
fn fetch_of_text(victim: &Victim, target: &str) {
    let options = json!({
        "method": "POST", "mode": "no-cors", "credentials": "include",
        "headers": { "content-type": "text/plain" }, "body": credentials().to_string(),
    });
    let reply = victim.fetch(target, &options);
    assert_eq!(reply, json!([0, "opaque"]));
    victim.has_arrived(target);
}

/// A request that needs leave: the browser asks for it, and hears nothing of the kind.
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

    /// The status of a page for its own scripts.
    fn protected(&self) -> Value {
        self.browser.open(&self.url("/public"));
        self.fetch("/protected", &json!({}))[0].take()
    }

    #[track_caller]
    fn is_logged_in(&self) {
        assert_eq!(self.protected(), 200);
    }

    /// The very same requests are good where they come from a page of the server's own.
    fn own_pages_may(&self) {
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

    /// By the page that is open: the status and the text of the reply, as far as it may see them.
    fn fetch(&self, target: &str, options: &Value) -> Value {
        const SCRIPT: &str = "
            const [url, options, done] = arguments;
            fetch(url, options).then(
                async reply => done([reply.status, reply.type === 'opaque' ? 'opaque' : await reply.text()]),
                error => done(['refused', String(error)]));";
        let arguments = json!([self.url(target), options]);
        self.browser.run(SCRIPT, &arguments)
    }

    /// By the page that is open. What is submitted in the tab ends the page.
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

    /// Returns when the server has answered it.
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
