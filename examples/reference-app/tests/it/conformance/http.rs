//! The door of a server: requests over the loopback, every byte as the case has it.

use std::net::SocketAddr;

use async_trait::async_trait;
use auth_core::testing::conformance::{Client, WireReply, WireRequest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection of its own for each request.
pub(super) struct HttpClient(pub(super) SocketAddr);

#[async_trait]
impl Client for HttpClient {
    async fn send(&self, request: WireRequest) -> WireReply {
        let (mut reader, mut writer) = TcpStream::connect(self.0).await.unwrap().into_split();
        let bytes = on_the_wire(&request);
        // A server may answer and close before it has read a body that is too long.
        let writing = tokio::spawn(async move {
            let written = writer.write_all(&bytes).await;
            (writer, written)
        });
        let mut reply = Vec::new();
        let ended = reader.read_to_end(&mut reply).await;
        assert!(!reply.is_empty(), "no reply to {request}: {ended:?}");
        drop(writing.await);
        parse(&reply)
    }
}

fn on_the_wire(request: &WireRequest) -> Vec<u8> {
    let mut bytes = format!(
        "{} {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n",
        request.method, request.target
    )
    .into_bytes();
    for (name, value) in &request.headers {
        bytes.extend_from_slice(format!("{name}: ").as_bytes());
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", request.body.len()).as_bytes());
    bytes.extend_from_slice(&request.body);
    bytes
}

fn parse(reply: &[u8]) -> WireReply {
    const OF_THE_CONNECTION: [&str; 4] =
        ["date", "content-length", "connection", "transfer-encoding"];
    let end = reply
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = str::from_utf8(&reply[..end]).unwrap();
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| !OF_THE_CONNECTION.contains(name))
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
        .collect();
    WireReply {
        status,
        headers,
        body: reply[end + 4..].to_vec(),
    }
}
