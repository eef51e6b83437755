//! The client of a server on the loopback: every byte is sent as the case has it.

use std::net::SocketAddr;

use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Client, WireReply, WireRequest};

/// Sends each request over HTTP/1.1, on a connection of its own.
#[derive(Debug, Clone, Copy)]
pub struct HttpClient(SocketAddr);

impl HttpClient {
    /// Creates a client of the server at this address.
    #[must_use]
    pub const fn new(server: SocketAddr) -> Self {
        Self(server)
    }

    /// Sends these bytes, and reads until the server closes the connection; `None` if it sent no reply.
    /// A body in chunks is returned with its framing.
    pub async fn send_raw(&self, request: Vec<u8>) -> Option<WireReply> {
        let (mut reader, mut writer) = self.connect().await.into_split();
        // A server may answer and close before it has read a body that is too long.
        let writing = tokio::spawn(async move {
            let written = writer.write_all(&request).await;
            (writer, written)
        });
        let mut reply = Vec::new();
        // The reply is complete also where the server resets the connection after it.
        let _ = reader.read_to_end(&mut reply).await;
        drop(writing.await);
        parse(&reply)
    }

    /// Sends these bytes, ends the connection for the server's reader, and reads until the server
    /// closes: a client that disconnects in the middle of a request.
    pub(crate) async fn send_and_hang_up(&self, request: &[u8]) -> Option<WireReply> {
        let mut stream = self.connect().await;
        stream.write_all(request).await.expect("the server reads");
        stream.shutdown().await.expect("the connection is open");
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply).await;
        parse(&reply)
    }

    async fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.0).await;
        stream.expect("the server accepts connections")
    }
}

#[async_trait]
impl Client for HttpClient {
    async fn send(&self, request: WireRequest) -> WireReply {
        let reply = self.send_raw(on_the_wire(&request)).await;
        reply.expect("the server replies")
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

fn parse(reply: &[u8]) -> Option<WireReply> {
    const OF_THE_CONNECTION: [&str; 4] =
        ["date", "content-length", "connection", "transfer-encoding"];
    let end = reply.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, body) = reply.split_at_checked(end)?;
    let mut lines = str::from_utf8(head).ok()?.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.as_bytes().to_vec()))
        .filter(|(name, _)| !OF_THE_CONNECTION.contains(&&**name))
        .collect();
    Some(WireReply {
        status,
        headers,
        body: body.get(4..)?.to_vec(),
    })
}
