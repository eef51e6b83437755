//! A headless Chromium, controlled by the protocol of the W3C's `WebDriver` over loopback.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Client, post, request};

/// Makes a missing browser a failure.
const REQUIRED: &str = "AUTH_REQUIRE_BROWSER";
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
pub(super) struct Browser {
    driver: Child,
    client: Client,
    /// The path of the session.
    session: String,
    /// Must stay open while the driver writes to it.
    _stdout: BufReader<ChildStdout>,
    profile: TempDir,
}

impl Browser {
    /// Starts a browser; `None` if none is installed, after a notice.
    pub(super) fn start() -> Option<Self> {
        let found = on_path("chromium").zip(on_path("chromedriver"));
        let Some((chromium, chromedriver)) = found else {
            let missing = "apt-get install chromium chromium-driver";
            let is_required = env::var_os(REQUIRED).is_some_and(|value| !value.is_empty());
            assert!(!is_required, "{REQUIRED} is set: {missing}");
            leave_out(missing);
            return None;
        };
        let mut driver = Command::new(chromedriver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(driver.stdout.take().unwrap());
        let profile = tempfile::tempdir().unwrap();
        let client = Client {
            address: ([127, 0, 0, 1], port(&mut stdout)).into(),
        };
        let mut browser = Self {
            driver,
            client,
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
        let reply = self.client.send(&post("/session", wanted)).expect(200);
        let id = reply["value"]["sessionId"].as_str().unwrap();
        self.session = format!("/session/{id}");
    }

    /// Navigates to a page as if the user had typed its address.
    pub(super) fn open(&self, url: &str) {
        self.command("url", json!({ "url": url }));
    }

    /// Runs a script on the page, which returns its result by calling the last of its arguments.
    pub(super) fn run(&self, script: &str, arguments: &Value) -> Value {
        let body = json!({ "script": script, "args": arguments });
        self.command("execute/async", body)
    }

    fn command(&self, name: &str, body: Value) -> Value {
        let path = format!("{}/{name}", self.session);
        let mut reply = self.client.send(&post(&path, body)).expect(200);
        reply["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver must end the browser, which would otherwise keep running.
        let _ = self.client.try_send(&request("GET", "/shutdown"));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Reads the port that the driver has chosen.
fn port(stdout: &mut impl BufRead) -> u16 {
    let mut lines = stdout.lines().map(Result::unwrap);
    let said = lines.find_map(|line| {
        let (_, port) = line.split_once("successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    said.expect("chromedriver does not start")
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
