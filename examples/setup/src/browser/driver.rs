//! A headless Chromium, controlled by the protocol of the W3C's `WebDriver` over loopback.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::wire::Wire;

/// Makes a missing browser a failure.
const REQUIRED: &str = "AUTH_REQUIRE_BROWSER";
/// How often a driver is started that finds its port taken.
const ATTEMPTS: usize = 8;
/// The browser may run as root and without a display, and connects only to the pages of tests.
const ARGUMENTS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// One browser with one tab and an empty profile. It ends when this is dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    wire: Wire,
    /// The path of the session.
    session: String,
    /// Must stay open while the driver writes to it.
    _stdout: BufReader<ChildStdout>,
    profile: TempDir,
}

impl Browser {
    /// Starts a browser; `None` if none is installed, after a notice.
    ///
    /// # Panics
    ///
    /// If a browser is required and missing, or does not start.
    pub fn start() -> Option<Self> {
        let found = on_path("chromium").zip(on_path("chromedriver"));
        let Some((chromium, chromedriver)) = found else {
            let missing = "apt-get install chromium chromium-driver";
            let is_required = env::var_os(REQUIRED).is_some_and(|value| !value.is_empty());
            assert!(!is_required, "{REQUIRED} is set: {missing}");
            leave_out(missing);
            return None;
        };
        let mut attempts = (0..ATTEMPTS).filter_map(|_| start_driver(&chromedriver));
        let (driver, stdout, port) = attempts.next().expect("chromedriver does not start");
        let profile = tempfile::tempdir().unwrap();
        let wire = Wire::to(port);
        let mut browser = Self {
            driver,
            wire,
            session: String::new(),
            _stdout: stdout,
            profile,
        };
        browser.begin(&chromium);
        Some(browser)
    }

    fn begin(&mut self, chromium: &Path) {
        let mut arguments: Vec<_> = ARGUMENTS.iter().map(|it| (*it).to_owned()).collect();
        let profile = self.profile.path().display();
        arguments.push(format!("--user-data-dir={profile}"));
        let options = json!({ "binary": chromium, "args": arguments });
        let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let wanted = json!({ "capabilities": { "alwaysMatch": wanted } });
        let reply = self.wire.send("POST", "/session", &wanted);
        let id = reply["sessionId"].as_str().unwrap();
        self.session = format!("/session/{id}");
    }

    /// Navigates to a page as if the user had typed its address.
    pub fn open(&self, url: &str) {
        self.post("url", &json!({ "url": url }));
    }

    /// Runs a script on the page, which returns its result by calling the last of its arguments.
    pub fn run(&self, script: &str, arguments: &Value) -> Value {
        let body = json!({ "script": script, "args": arguments });
        self.post("execute/async", &body)
    }

    /// Sets whether the browser runs the scripts of pages.
    pub fn allow_scripts(&self, allow: bool) {
        let command = "Emulation.setScriptExecutionDisabled";
        self.protocol(command, &json!({ "value": !allow }));
    }

    /// Sets the size of the page in CSS pixels, as on a device of this width.
    pub fn resize(&self, width: u32, height: u32) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.protocol("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Returns a picture of the page, as PNG in Base64.
    pub fn picture(&self) -> String {
        text(&self.get("screenshot"))
    }

    /// Returns the URL of the page.
    pub fn url(&self) -> String {
        text(&self.get("url"))
    }

    /// Returns the HTML of the page.
    pub fn source(&self) -> String {
        text(&self.get("source"))
    }

    /// Types into the first element of a CSS selector, like a user.
    pub fn fill(&self, selector: &str, typed: &str) {
        let element = self.find(selector);
        self.post(&format!("{element}/clear"), &json!({}));
        self.post(&format!("{element}/value"), &json!({ "text": typed }));
    }

    /// Clicks on the first element of a CSS selector, which leads to another page, and waits for that page.
    pub fn follow(&self, selector: &str) {
        let shown = self.find("html");
        self.click(selector);
        let path = format!("{}/{shown}/name", self.session);
        // The element becomes stale together with its page.
        while matches!(self.wire.try_send("GET", &path, &Value::Null), Ok((200, _))) {
            thread::yield_now();
        }
    }

    /// Clicks on the first element of a CSS selector.
    pub fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.post(&format!("{element}/click"), &json!({}));
    }

    /// Returns an attribute of the element that has the focus.
    pub fn focused(&self, attribute: &str) -> String {
        let element = element(&self.get("element/active"));
        text(&self.get(&format!("{element}/attribute/{attribute}")))
    }

    fn find(&self, selector: &str) -> String {
        let body = json!({ "using": "css selector", "value": selector });
        element(&self.post("element", &body))
    }

    /// Sends a command of Chromium's own protocol.
    fn protocol(&self, command: &str, parameters: &Value) {
        let body = json!({ "cmd": command, "params": parameters });
        self.post("goog/cdp/execute", &body);
    }

    fn get(&self, name: &str) -> Value {
        let path = format!("{}/{name}", self.session);
        self.wire.send("GET", &path, &Value::Null)
    }

    fn post(&self, name: &str, body: &Value) -> Value {
        let path = format!("{}/{name}", self.session);
        self.wire.send("POST", &path, body)
    }
}

/// Returns the path of an element of the page (`WebDriver` §12.2).
fn element(reply: &Value) -> String {
    let id = reply.as_object().and_then(|reply| reply.values().next());
    format!("element/{}", id.and_then(Value::as_str).unwrap())
}

fn text(reply: &Value) -> String {
    reply.as_str().unwrap_or_default().to_owned()
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver must end the browser, which would otherwise keep running.
        let _ = self.wire.try_send("GET", "/shutdown", &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Starts a driver; `None` if it ends at once. It listens on one port of IPv4 and of IPv6, and another program can have
/// one of the two.
fn start_driver(chromedriver: &Path) -> Option<(Child, BufReader<ChildStdout>, u16)> {
    let mut driver = Command::new(chromedriver)
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(driver.stdout.take().unwrap());
    let port = port(&mut stdout);
    if port.is_none() {
        driver.wait().unwrap();
    }
    Some((driver, stdout, port?))
}

/// Reads the port that the driver has chosen.
fn port(stdout: &mut impl BufRead) -> Option<u16> {
    let mut lines = stdout.lines().map_while(Result::ok);
    lines.find_map(|line| {
        let (_, port) = line.split_once("successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    })
}

#[expect(clippy::print_stderr, reason = "tests write notices to standard error")]
fn leave_out(missing: &str) {
    eprintln!("left out: a test in a browser, because none is installed; {missing}");
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path: OsString = env::var_os("PATH")?;
    let mut all = env::split_paths(&path).map(|folder| folder.join(program));
    all.find(|file| file.is_file())
}
