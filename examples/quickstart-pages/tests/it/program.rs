//! The built program in a temporary folder, and the mails that it prints.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// The time limit for a mail, far above its usual duration.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) const PASSWORD: &str = "a mill that weaves algebra";

/// A running site. It ends when this is dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) port: u16,
    lines: Arc<Lines>,
    folder: TempDir,
}

/// What the program has printed.
#[derive(Default)]
struct Lines {
    mails: Mutex<Vec<Value>>,
    printed: Condvar,
}

fn command(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart-pages"));
    command
        .current_dir(folder.path())
        .env("AUTH_LISTEN", "127.0.0.1:0")
        .env_remove("AUTH_PUBLIC_URL")
        .env_remove("AUTH_SECRET")
        .env_remove("DATABASE_URL");
    command
}

impl Program {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = command(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let port = line.split("localhost:").nth(1).unwrap();
        let port = port.split('/').next().unwrap().parse().unwrap();
        let lines = Arc::new(Lines::default());
        let read = Arc::clone(&lines);
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let mail = serde_json::from_str(&line).unwrap();
                read.mails.lock().unwrap().push(mail);
                read.printed.notify_all();
            }
        });
        Self {
            child,
            port,
            lines,
            folder,
        }
    }

    /// Makes a user an administrator by the command of the program.
    pub(crate) fn appoint(&self, address: &str) {
        let mut command = command(&self.folder);
        let done = command.args(["administrator", address]).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }

    /// Takes the next mail to an address, and returns the path of its link.
    pub(crate) fn mailed_link(&self, kind: &str, address: &str) -> String {
        let mail = self.mail(kind, address);
        let link = mail["link"].as_str().unwrap();
        let site = format!("http://localhost:{}", self.port);
        link.strip_prefix(&site).unwrap().to_owned()
    }

    /// Takes the next mail of a kind to an address.
    pub(crate) fn mail(&self, kind: &str, address: &str) -> Value {
        let wanted = |mail: &Value| mail["kind"] == kind && mail["email"] == address;
        let mails = self.lines.mails.lock().unwrap();
        let printed = &self.lines.printed;
        let is_missing = |mails: &mut Vec<Value>| !mails.iter().any(wanted);
        let (mut mails, timer) = printed
            .wait_timeout_while(mails, PATIENCE, is_missing)
            .unwrap();
        assert!(!timer.timed_out(), "no mail `{kind}` to {address}");
        let place = mails.iter().position(wanted).unwrap();
        mails.remove(place)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
