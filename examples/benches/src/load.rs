//! A client that keeps its connections and sends each request as soon as the previous reply arrives.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The result of a run.
pub(crate) struct Figures {
    pub(crate) per_second: f64,
    pub(crate) p99: Duration,
}

/// Returns the bytes of a request.
pub(crate) fn get(path: &str, token: Option<&str>) -> Vec<u8> {
    let authorization = token
        .map(|t| format!("authorization: Bearer {t}\r\n"))
        .unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{authorization}\r\n").into_bytes()
}

/// Returns the bytes of a request with a cookie.
pub(crate) fn get_with_cookie(path: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\ncookie: {cookie}\r\n\r\n").into_bytes()
}

/// Returns the bytes of a request with a JSON body.
pub(crate) fn post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nsec-fetch-site: same-origin\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Sends one request on a new connection, and returns the whole reply.
pub(crate) async fn ask(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut reply = Vec::new();
    stream.write_all(request).await.unwrap();
    read_reply(&mut stream, &mut reply).await;
    String::from_utf8(reply).unwrap()
}

/// Sends requests over `connections` for `duration`; every reply must be a success.
pub(crate) async fn run(
    address: SocketAddr,
    request: Vec<u8>,
    connections: usize,
    duration: Duration,
) -> Figures {
    let begin = Instant::now();
    let clients: Vec<_> = (0..connections)
        .map(|_| tokio::spawn(client(address, request.clone(), begin + duration)))
        .collect();
    let mut latencies = Vec::new();
    for client in clients {
        latencies.extend(client.await.unwrap());
    }
    let seconds = begin.elapsed().as_secs_f64();
    latencies.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
    let per_second = latencies.len() as f64 / seconds;
    let p99 = latencies
        .get(latencies.len() * 99 / 100)
        .copied()
        .unwrap_or_default();
    Figures { per_second, p99 }
}

async fn client(address: SocketAddr, request: Vec<u8>, end: Instant) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut latencies = Vec::new();
    let mut buffer = Vec::with_capacity(4096);
    while Instant::now() < end {
        let begin = Instant::now();
        stream.write_all(&request).await.unwrap();
        read_reply(&mut stream, &mut buffer).await;
        latencies.push(begin.elapsed());
    }
    latencies
}

/// Reads one reply with a `Content-Length`.
pub(crate) async fn read_reply(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    buffer.clear();
    loop {
        let read = stream.read_buf(buffer).await.unwrap();
        assert!(read > 0, "the server closed the connection");
        let Some(head_end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let (head, body) = buffer.split_at(head_end + 4);
        let head = str::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 20"), "{head}");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse::<usize>().unwrap());
        if body.len() >= length {
            return;
        }
    }
}
