//! One request on a new connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::Request;

/// A reply to a request.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The status line and the headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Sends a request, and returns the reply, which is a success.
pub(crate) fn ask(address: SocketAddr, request: &Request) -> Reply {
    let reply = exchange(address, request);
    let Reply { head, body } = &reply;
    assert!(
        head.starts_with("HTTP/1.1 20"),
        "{}: {head}\n{body}",
        request.path
    );
    reply
}

/// Sends a request, and returns the reply, whatever its status is.
pub(crate) fn exchange(address: SocketAddr, request: &Request) -> Reply {
    let request = request.clone().header("connection", "close");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&request.bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    Reply {
        head: head.to_owned(),
        body: body.to_owned(),
    }
}
