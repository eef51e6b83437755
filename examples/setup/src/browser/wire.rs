//! The JSON over HTTP that a driver speaks.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// The time limit for a command.
const PATIENCE: Duration = Duration::from_mins(1);

/// A connection to a driver, one for each command.
#[derive(Debug)]
pub(super) struct Wire {
    port: u16,
}

impl Wire {
    pub(super) const fn to(port: u16) -> Self {
        Self { port }
    }

    /// Sends a command and returns its value.
    pub(super) fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let reply = self.try_send(method, path, body);
        let (status, mut reply) = reply.unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(status, 200, "{path}: {reply}");
        reply["value"].take()
    }

    /// Sends a command to a driver that may end before it answers.
    pub(super) fn try_send(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> io::Result<(u16, Value)> {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let (mut reply, mut chunk) = (Vec::new(), [0; 4096]);
        loop {
            if let Some(reply) = parse(&reply) {
                return Ok(reply);
            }
            match stream.read(&mut chunk)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                read => reply.extend_from_slice(&chunk[..read]),
            }
        }
    }
}

/// Returns the status and the body of a reply; `None` if it is incomplete. A driver keeps the connection open.
fn parse(reply: &[u8]) -> Option<(u16, Value)> {
    let text = str::from_utf8(reply).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|(_, length)| length.trim().parse::<usize>().ok());
    let is_whole = body.len() >= length.unwrap_or(0);
    is_whole.then(|| (status, serde_json::from_str(body).unwrap_or_default()))
}
