//! A small HTTP/1.1 client for programs on this machine: one request per connection.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// The time limit of a reply. A debug build hashes a password in about a second.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client of a server on a local port.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client {
    pub(crate) port: u16,
}

/// A status and a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Client {
    /// Returns whether a server listens on the port.
    pub(crate) fn connects(self) -> bool {
        TcpStream::connect_timeout(&self.address(), Duration::from_secs(1)).is_ok()
    }

    /// Sends a `GET` request, with an access token or without one.
    pub(crate) fn get(self, path: &str, token: Option<&str>) -> io::Result<Reply> {
        let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n"));
        self.send(
            &format!("GET {path}"),
            &authorization.unwrap_or_default(),
            "",
        )
    }

    /// Sends a `POST` request with a JSON body.
    pub(crate) fn post(self, path: &str, json: &str) -> io::Result<Reply> {
        let headers = format!(
            "content-type: application/json\r\ncontent-length: {}\r\n",
            json.len()
        );
        self.send(&format!("POST {path}"), &headers, json)
    }

    fn send(self, line: &str, headers: &str, body: &str) -> io::Result<Reply> {
        let address = self.address();
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        let request = format!(
            "{line} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}\r\n{body}"
        );
        stream.write_all(request.as_bytes())?;
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply)?;
        parse(&String::from_utf8_lossy(&reply))
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "invalid HTTP reply"))
    }

    fn address(self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }
}

fn parse(reply: &str) -> Option<Reply> {
    let (head, body) = reply.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some(Reply {
        status,
        body: body.to_owned(),
    })
}

/// Returns the value of a string member of a flat JSON object, without escapes.
pub(crate) fn text_member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{name}\""))?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let (value, _) = rest.strip_prefix('"')?.split_once('"')?;
    (!value.contains('\\')).then_some(value)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::{Client, Reply, parse, text_member};

    #[test]
    fn reply_is_split_into_status_and_body() {
        let reply = parse("HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno").unwrap();
        let expected = Reply {
            status: 401,
            body: "no".to_owned(),
        };
        assert_eq!(reply, expected);
        assert_eq!(parse("HTTP/1.1 401 Unauthorized\r\n"), None);
    }

    #[test]
    fn string_members_are_read() {
        let json = r#"{"token_type":"bearer","access_token" : "a.b","expires_in":900}"#;
        assert_eq!(text_member(json, "access_token"), Some("a.b"));
        assert_eq!(text_member(json, "expires_in"), None);
        assert_eq!(text_member(json, "refresh_token"), None);
    }

    #[test]
    fn request_reaches_the_server() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = Client {
            port: listener.local_addr().unwrap().port(),
        };
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nhello").unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });

        let reply = client.get("/protected", Some("t")).unwrap();

        assert_eq!((reply.status, reply.body.as_str()), (200, "hello"));
        let request = server.join().unwrap();
        assert!(
            request.starts_with("GET /protected HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(request.contains("authorization: Bearer t\r\n"), "{request}");
    }
}
