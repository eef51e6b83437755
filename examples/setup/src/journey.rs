//! The README's journey against a built program, as a test of each example: register, log in, open the protected page,
//! restart the program, verify, log out.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a failed set-up fails the test"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

const ACCOUNT: &str = r#"{"email":"ada@example.com","password":"a mill that weaves algebra"}"#;
const LOGIN: &str = r#"{"identifier":"ada@example.com","password":"a mill that weaves algebra"}"#;

/// Runs the program at this path twice, in a temporary folder.
pub fn check(program: &str) {
    let path = program;
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(path, folder.path());
    let (status, _) = program.ask("POST", "/auth/register", None, ACCOUNT);
    assert_eq!(status, 201);
    let mail: serde_json::Value = serde_json::from_str(&program.line_with("\"verify\"")).unwrap();
    let token = program.token();
    assert_eq!(program.ask("GET", "/protected", Some(&token), "").0, 200);
    assert_eq!(program.ask("GET", "/protected", None, "").0, 401);
    drop(program);

    let program = Program::start(path, folder.path());
    assert_eq!(
        program.ask("GET", "/protected", Some(&token), "").0,
        200,
        "the secret was kept"
    );
    let token = program.token();
    let body = serde_json::json!({"token": mail["token"]}).to_string();
    let (status, user) = program.ask("POST", "/auth/verify", None, &body);
    assert_eq!(status, 200);
    assert!(user.contains(r#""is_verified":true"#));
    assert_eq!(program.ask("POST", "/auth/logout", Some(&token), "").0, 204);
    assert_eq!(program.ask("GET", "/protected", Some(&token), "").0, 401);
}

struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
    address: String,
}

impl Program {
    fn start(program: &str, folder: &Path) -> Self {
        let mut child = Command::new(program)
            .current_dir(folder)
            .env("AUTH_LISTEN", "127.0.0.1:0")
            .env_remove("AUTH_SECRET")
            .env_remove("DATABASE_URL")
            .env_remove("DATABASE_PATH")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut program = Self {
            child,
            output,
            address: String::new(),
        };
        let line = program.line_with("listening on http://");
        let address = line.split("http://").nth(1).unwrap();
        program.address.push_str(address.split(';').next().unwrap());
        program
    }

    /// Returns the next line of the output that contains this text.
    fn line_with(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(
                self.output.read_line(&mut line).unwrap(),
                0,
                "the program ended"
            );
            if line.contains(text) {
                return line;
            }
        }
    }

    fn token(&self) -> String {
        let (status, body) = self.ask("POST", "/auth/login", None, LOGIN);
        assert_eq!(status, 200);
        let reply: serde_json::Value = serde_json::from_str(&body).unwrap();
        reply["access_token"].as_str().unwrap().to_owned()
    }

    fn ask(&self, method: &str, path: &str, token: Option<&str>, body: &str) -> (u16, String) {
        let bearer = token
            .map(|t| format!("authorization: Bearer {t}\r\n"))
            .unwrap_or_default();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{bearer}\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        (
            head.split(' ').nth(1).unwrap().parse().unwrap(),
            body.to_owned(),
        )
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
