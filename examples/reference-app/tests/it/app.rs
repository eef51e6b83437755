//! The program under test: its folder, its process, and the usual requests.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Client, Request, get, post};
use crate::database::{Database, Engine};

/// 32 random bytes, for tests only.
pub(crate) const SECRET: &str = "5b1f0c93d7a84e26f0917b3ce48d2a6590c3fe1774ab8d02e6395cd18f47ba20";
pub(crate) const PASSWORD: &str = "a mill that weaves algebra";
/// The lowest cost of hashes, for speed.
const FAST: &str = "--argon2=8,1,1";

/// A database, and a folder with an outbox in which the program can run several times.
#[derive(Debug)]
pub(crate) struct Home {
    folder: TempDir,
    framework: &'static str,
    database: Database,
}

/// Defines a test per framework for each of these functions, which take a [`Home`].
macro_rules! in_each_framework {
    ($($test:ident),+ $(,)?) => {
        $(mod $test {
            #[test]
            fn axum() {
                super::$test(&crate::app::Home::of("axum"));
            }

            #[test]
            fn poem() {
                super::$test(&crate::app::Home::of("poem"));
            }
        })+
    };
}
pub(crate) use in_each_framework;

/// Defines a test per framework and engine for each of these functions, which take a [`Home`].
/// An engine without a server is left out with a notice.
macro_rules! in_each_framework_and_engine {
    ($($test:ident),+ $(,)?) => {
        $(mod $test {
            crate::app::in_each_framework_and_engine! { @ $test
                axum_over_sqlite: "axum", Sqlite;
                axum_over_postgres: "axum", Postgres;
                axum_over_mysql: "axum", Mysql;
                poem_over_sqlite: "poem", Sqlite;
                poem_over_postgres: "poem", Postgres;
                poem_over_mysql: "poem", Mysql;
            }
        })+
    };
    (@ $test:ident $($name:ident: $framework:literal, $engine:ident;)+) => {
        $(#[test]
        fn $name() {
            let engine = crate::database::Engine::$engine;
            if let Some(home) = crate::app::Home::over($framework, engine) {
                super::$test(&home);
            }
        })+
    };
}
pub(crate) use in_each_framework_and_engine;

/// The running server. It is killed when dropped.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) client: Client,
    child: Child,
    /// The rest of standard output after the first line.
    stdout: Option<JoinHandle<String>>,
    outbox: PathBuf,
}

impl Home {
    /// Returns a home for tests that do not depend on the framework.
    pub(crate) fn new() -> Self {
        Self::of("axum")
    }

    /// Returns a home for servers of this framework, over SQLite.
    pub(crate) fn of(framework: &'static str) -> Self {
        Self::over(framework, Engine::Sqlite).unwrap()
    }

    /// Returns a home for servers of this framework over this engine; `None` without a server, after
    /// a notice.
    pub(crate) fn over(framework: &'static str, engine: Engine) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(engine, folder.path())?;
        Some(Self {
            folder,
            framework,
            database,
        })
    }

    /// Returns a home for servers of this framework over this database.
    pub(crate) fn on(framework: &'static str, database: Database) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            framework,
            database,
        }
    }

    /// Returns the framework of its servers.
    pub(crate) fn framework(&self) -> &'static str {
        self.framework
    }

    /// Returns the URL of the database, which may contain a password.
    pub(crate) fn database_url(&self) -> &str {
        self.database.url()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the program with the database of this home.
    pub(crate) fn command(&self) -> Command {
        self.command_with(self.database_url())
    }

    /// Returns the program with another database.
    pub(crate) fn command_with(&self, database_url: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reference-app"));
        command
            .current_dir(self.folder.path())
            .env("AUTH_SECRET", SECRET)
            .env("AUTH_DATABASE_URL", database_url)
            .arg(FAST);
        command
    }

    /// Starts the server on a free port, with the database and the outbox of this folder.
    pub(crate) fn start(&self, flags: &[&str]) -> App {
        let mut command = self.command();
        command.args(flags);
        self.launch(command)
    }

    /// Starts the server with this command, on a free port and with the outbox of this folder.
    pub(crate) fn launch(&self, mut command: Command) -> App {
        let outbox = self.path("outbox.jsonl");
        let stderr = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.path("stderr"));
        command
            .arg("--listen=127.0.0.1:0")
            .arg(format!("--framework={}", self.framework))
            .arg(format!("--outbox={}", outbox.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr.unwrap());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("{line:?}, {}", self.stderr()));
        let rest = std::thread::spawn(move || {
            let mut rest = String::new();
            stdout.read_to_string(&mut rest).unwrap();
            rest
        });
        App {
            client: Client {
                address: address.parse().unwrap(),
            },
            child,
            stdout: Some(rest),
            outbox,
        }
    }

    /// Runs `create-user` with these arguments and this password.
    pub(crate) fn create_user(&self, arguments: &[&str], password: &str) -> Output {
        let mut command = self.command();
        command.arg("create-user").args(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that rejects its arguments does not read its input.
        let _ = writeln!(stdin, "{password}");
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    /// Returns the text of the outbox.
    pub(crate) fn outbox(&self) -> String {
        fs::read_to_string(self.path("outbox.jsonl")).unwrap()
    }

    /// Returns the number of mails to an address.
    pub(crate) fn mails(&self, email: &str) -> usize {
        let outbox = self.outbox();
        let letters = outbox.lines().map(serde_json::from_str::<Value>);
        letters
            .filter(|letter| letter.as_ref().unwrap()["email"] == email)
            .count()
    }

    /// Returns the output of all servers of this folder on standard error.
    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.path("stderr")).unwrap()
    }
}

impl App {
    pub(crate) fn register(&self, email: &str) -> Value {
        self.client.send(&registration(email)).expect(201)
    }

    /// Logs in and returns the token.
    pub(crate) fn log_in(&self, email: &str, password: &str) -> String {
        let reply = self.client.send(&login(email, password)).expect(200);
        reply["access_token"].as_str().unwrap().to_owned()
    }

    /// Returns the status of `/protected` with this token.
    pub(crate) fn protected(&self, token: &str) -> u16 {
        self.client.send(&get("/protected").bearer(token)).status
    }

    /// Returns the addresses of all users, page by page, with the token of a superuser.
    pub(crate) fn all_emails(&self, token: &str) -> Vec<String> {
        let mut emails = Vec::new();
        let mut path = "/users?limit=100&after=".to_owned();
        loop {
            let page = self.client.send(&get(&path).bearer(token)).expect(200);
            let items = page["items"].as_array().unwrap().iter();
            emails.extend(items.map(|user| user["email"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => path = format!("/users?limit=100&after={next}"),
                None => return emails,
            }
        }
    }

    /// Requests a reset and returns the mailed token.
    pub(crate) fn forgot(&self, email: &str) -> String {
        let before = self.mailed("reset", email).len();
        let request = post("/auth/forgot-password", json!({ "email": email }));
        self.client.send(&request).expect(202);
        self.mail("reset", email, before + 1)
    }

    /// Returns the token of the `number`th mail of a kind to an address. Mails may be written after the
    /// reply, so this sends other requests until the mail exists.
    pub(crate) fn mail(&self, kind: &str, email: &str, number: usize) -> String {
        for _ in 0..10_000 {
            if let Some(token) = self.mailed(kind, email).into_iter().nth(number - 1) {
                return token;
            }
            self.client.send(&get("/health")).expect(200);
        }
        panic!("no mail of the kind {kind} to {email}");
    }

    fn mailed(&self, kind: &str, email: &str) -> Vec<String> {
        let text = fs::read_to_string(&self.outbox).unwrap();
        // A last line without a line break is incomplete.
        let lines = text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        let letters = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        letters
            .filter(|letter| letter["kind"] == kind && letter["email"] == email)
            .map(|letter| letter["token"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Kills the server with SIGKILL.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Sends the server a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Stops the server like a service manager, and returns its status and its output
    /// on standard output after the first line.
    pub(crate) fn stop(mut self) -> (ExitStatus, String) {
        self.signal("-TERM");
        let status = self.child.wait().unwrap();
        (status, self.stdout.take().unwrap().join().unwrap())
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn registration(email: &str) -> Request {
    post(
        "/auth/register",
        json!({ "email": email, "password": PASSWORD }),
    )
}

pub(crate) fn login(identifier: &str, password: &str) -> Request {
    login_at("/auth/login", identifier, password)
}

/// Returns a login at the route of a backend.
pub(crate) fn login_at(path: &str, identifier: &str, password: &str) -> Request {
    post(
        path,
        json!({ "identifier": identifier, "password": password }),
    )
}

pub(crate) fn verification(token: &str) -> Request {
    post("/auth/verify", json!({ "token": token }))
}

pub(crate) fn reset(token: &str, password: &str) -> Request {
    post(
        "/auth/reset-password",
        json!({ "token": token, "password": password }),
    )
}
