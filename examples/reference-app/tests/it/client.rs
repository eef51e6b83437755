//! HTTP/1.1 over a socket, without a client library, so that the test controls every byte.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// The time limit for a reply.
const PATIENCE: Duration = Duration::from_mins(1);

/// A client of the server at this address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
}

/// A reply.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    line: String,
    headers: String,
    body: Option<Value>,
}

/// Returns a request `GET path`.
pub(crate) fn get(path: &str) -> Request {
    request("GET", path)
}

/// Returns a request `POST path` with a JSON body.
pub(crate) fn post(path: &str, body: Value) -> Request {
    request("POST", path).json(body)
}

/// Returns a request without a body.
pub(crate) fn request(method: &str, path: &str) -> Request {
    Request {
        line: format!("{method} {path} HTTP/1.1"),
        headers: String::new(),
        body: None,
    }
}

impl Request {
    /// Sets a JSON body.
    pub(crate) fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Adds an `Authorization: Bearer` header.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.extend([name, ": ", value, "\r\n"]);
        self
    }

    /// Returns the bytes of the request.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{}\r\nhost: localhost\r\nconnection: close\r\n", self.line);
        text += &self.headers;
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        if self.body.is_some() {
            text += "content-type: application/json\r\n";
        }
        if self.body.is_some() || self.line.starts_with("POST") {
            let length = body.len().to_string();
            text.extend(["content-length: ", &length, "\r\n"]);
        }
        text += "\r\n";
        text += &body;
        text.into_bytes()
    }
}

impl Client {
    /// Opens a connection. A server that hangs fails the test.
    pub(crate) fn connect(self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends a request and reads the whole reply.
    pub(crate) fn send(self, request: &Request) -> Response {
        exchange(self.connect(), request)
    }

    /// Sends a request to a server that may end before it or during it.
    pub(crate) fn try_send(self, request: &Request) -> io::Result<Response> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        try_exchange(stream, request)
    }
}

/// Sends a request on an open connection and reads the whole reply.
pub(crate) fn exchange(stream: TcpStream, request: &Request) -> Response {
    let reply = try_exchange(stream, request);
    reply.unwrap_or_else(|error| panic!("no reply to {}: {error}", request.line))
}

fn try_exchange(mut stream: TcpStream, request: &Request) -> io::Result<Response> {
    stream.write_all(&request.to_bytes())?;
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(reply) = Response::parse(&bytes) {
            return Ok(reply);
        }
        match stream.read(&mut chunk)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}

/// Sends each request on a separate connection; all are open before the first byte is sent.
pub(crate) fn at_once(requests: &[(Client, Request)]) -> Vec<Response> {
    let barrier = &Barrier::new(requests.len());
    thread::scope(|scope| {
        let send = |(client, request): &(Client, Request)| {
            let (stream, request) = (client.connect(), request.clone());
            scope.spawn(move || {
                barrier.wait();
                exchange(stream, &request)
            })
        };
        let threads: Vec<_> = requests.iter().map(send).collect();
        let replies = threads.into_iter().map(|thread| thread.join().unwrap());
        replies.collect()
    })
}

impl Response {
    /// Parses a reply; `None` if it is incomplete. A reply without a length has no body.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = bytes[end + 4..].to_vec();
        let reply = Self { status, head, body };
        let length = reply.header("content-length");
        let length = length.map_or(0, |length| length.parse().unwrap());
        (reply.body.len() >= length).then_some(reply)
    }

    /// Returns the first header of this name, given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// Returns the headers of this name, given in lower case.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head.lines().filter_map(move |line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Returns the body as JSON; `null` for an empty body.
    pub(crate) fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Checks the status and returns the body.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{}\n\n{body}", self.head);
        self.json()
    }

    /// Returns the code of an error.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}
