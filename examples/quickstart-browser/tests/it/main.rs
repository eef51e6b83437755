//! The requests of the page, against the built program.
#![cfg(test)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Program {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Program {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_quickstart-browser"))
            .current_dir(folder.path())
            .env("AUTH_LISTEN", "127.0.0.1:0")
            .env_remove("AUTH_SECRET")
            .env_remove("DATABASE_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let port = line.split("localhost:").nth(1).unwrap();
        let port = port.split('/').next().unwrap().parse().unwrap();
        Self {
            child,
            port,
            _folder: folder,
        }
    }

    /// Sends a request like a page of this site.
    fn ask(&self, method: &str, path: &str, cookies: &str, body: &str) -> Reply {
        self.ask_from("same-origin", method, path, cookies, body)
    }

    fn ask_from(&self, site: &str, method: &str, path: &str, cookies: &str, body: &str) -> Reply {
        let kind = match body {
            "" => String::new(),
            _ => "content-type: application/json\r\n".to_owned(),
        };
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\n\
             sec-fetch-site: {site}\r\ncookie: {cookies}\r\n{kind}content-length: {length}\r\n\r\n{body}",
            self.port
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Reply {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }
}

impl Reply {
    /// Returns the cookies that the reply sets, as a browser sends them.
    fn cookies(&self) -> String {
        let lines = self.head.lines();
        let set = lines.filter_map(|line| line.strip_prefix("set-cookie: "));
        let pairs: Vec<_> = set.filter_map(|line| line.split(';').next()).collect();
        pairs.join("; ")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn page_logs_in_and_logs_out_with_cookies() {
    let program = Program::start();
    let page = program.ask("GET", "/", "", "");
    assert!(page.status == 200 && page.head.contains("content-security-policy"));
    for file in ["/page.js", "/page.css"] {
        assert_eq!(program.ask("GET", file, "", "").status, 200);
    }
    assert_eq!(program.ask("GET", "/whoami", "", "").body, "null");

    let account = r#"{"email":"ada@example.com","password":"a mill that weaves algebra"}"#;
    assert_eq!(
        program.ask("POST", "/auth/register", "", account).status,
        201
    );
    let login = r#"{"identifier":"ada@example.com","password":"a mill that weaves algebra"}"#;
    let entered = program.ask("POST", "/auth/login", "", login);
    assert_eq!(entered.status, 204);
    let cookies = entered.cookies();
    assert_eq!(
        program.ask("GET", "/whoami", &cookies, "").body,
        "\"ada@example.com\""
    );
    assert_eq!(program.ask("POST", "/greet", &cookies, "").status, 200);
    let forged = program.ask_from("cross-site", "POST", "/greet", &cookies, "");
    assert!(
        forged.status == 403 && forged.body.contains("CSRF_FAILED"),
        "{}",
        forged.body
    );

    let sessions = program.ask("GET", "/auth/sessions", &cookies, "").body;
    let sessions: serde_json::Value = serde_json::from_str(&sessions).unwrap();
    assert_eq!(sessions["sessions"].as_array().unwrap().len(), 1);

    assert_eq!(
        program.ask("POST", "/auth/logout", &cookies, "").status,
        204
    );
    let stale = program.ask("GET", "/whoami", &cookies, "");
    assert_eq!(stale.body, "null");
    assert!(
        stale.head.contains("set-cookie: __Host-auth=; "),
        "{}",
        stale.head
    );
}

/// Uses the bearer backend of the program.
#[test]
fn bearer_login_returns_a_refresh_token_that_works() {
    let program = Program::start();
    let account = r#"{"email":"ada@example.com","password":"a mill that weaves algebra"}"#;
    assert_eq!(
        program.ask("POST", "/auth/register", "", account).status,
        201
    );
    let login = r#"{"identifier":"ada@example.com","password":"a mill that weaves algebra"}"#;
    let entered = program.ask("POST", "/auth/api/login", "", login);
    let tokens: serde_json::Value = serde_json::from_str(&entered.body).unwrap();
    let body = serde_json::json!({"refresh_token": tokens["refresh_token"]}).to_string();
    assert_eq!(
        program.ask("POST", "/auth/api/refresh", "", &body).status,
        200
    );
}
