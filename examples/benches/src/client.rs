//! The client: `wrk` if it is installed, and another process of this program otherwise.

pub(crate) mod http;
pub(crate) mod own;
mod wrk;

use std::fmt::Write as _;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// The connections of a run, unless a row needs others.
pub(crate) const CONNECTIONS: usize = 32;

/// A request that is sent again and again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// What a client does, and for how long.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) address: SocketAddr,
    pub(crate) request: Request,
    pub(crate) connections: usize,
    pub(crate) seconds: u64,
    /// Whether this program is the client although `wrk` is installed.
    pub(crate) own_client: bool,
    /// Refresh tokens, one for each connection: each reply has the token of the next request.
    pub(crate) refresh_tokens: Vec<String>,
}

/// The result of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) requests: f64,
    pub(crate) per_second: f64,
    pub(crate) p99_us: f64,
}

impl Request {
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// Returns a request with a JSON body.
    pub(crate) fn post(path: &str, body: &str) -> Self {
        let request = Self {
            method: "POST".to_owned(),
            body: body.to_owned(),
            ..Self::get(path)
        };
        request
            .header("content-type", "application/json")
            .header("sec-fetch-site", "same-origin")
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns the bytes of the request.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let Self { method, path, .. } = self;
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
        for (name, value) in &self.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        if method == "POST" {
            let _ = write!(text, "content-length: {}\r\n", self.body.len());
        }
        (text + "\r\n" + &self.body).into_bytes()
    }
}

impl Job {
    /// Returns a job with the usual number of connections.
    pub(crate) fn new(address: SocketAddr, request: &Request, seconds: u64) -> Self {
        Self {
            address,
            request: request.clone(),
            connections: CONNECTIONS,
            seconds,
            own_client: false,
            refresh_tokens: Vec::new(),
        }
    }

    /// Runs the job. Every reply must be a success.
    pub(crate) fn run(&self) -> Figures {
        let figures = if self.own_client || !wrk::is_installed() {
            own::start(self)
        } else {
            wrk::run(self)
        };
        figures.unwrap_or_else(|error| panic!("{}: {error}", self.request.path))
    }
}

/// Returns the name and the version of the client.
pub(crate) fn name() -> String {
    wrk::version().unwrap_or_else(|| "own client, in a process of its own".to_owned())
}

#[cfg(test)]
mod tests {
    use super::Request;

    #[test]
    fn request_has_its_headers_and_the_length_of_its_body() {
        let request = Request::post("/a", "{}").header("x", "y");
        let text = String::from_utf8(request.bytes()).unwrap();
        assert!(
            text.starts_with("POST /a HTTP/1.1\r\nhost: localhost\r\n"),
            "{text}"
        );
        assert!(
            text.ends_with("x: y\r\ncontent-length: 2\r\n\r\n{}"),
            "{text}"
        );
    }
}
