//! The own client in a process of its own: each connection sends a request as soon as the reply to its previous
//! one arrives.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Figures, Job, Request};

/// The sub-command. The standard input is the job as JSON; the figures are printed as JSON.
pub(crate) const COMMAND: &str = "client";

/// Runs a job in another process.
pub(super) fn start(job: &Job) -> Result<Figures, String> {
    let run = || {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(&serde_json::to_vec(job)?)?;
        }
        let output = child.wait_with_output()?;
        Ok(serde_json::from_slice(&output.stdout)?)
    };
    run().map_err(|error: std::io::Error| error.to_string())
}

/// Runs the job of the standard input.
pub(crate) fn run() {
    let job: Job = serde_json::from_reader(std::io::stdin().lock()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let figures = runtime.block_on(all(job));
    println!("{}", serde_json::to_string(&figures).unwrap());
}

async fn all(job: Job) -> Figures {
    let job = Arc::new(job);
    let begin = Instant::now();
    let end = begin + Duration::from_secs(job.seconds);
    let mut tokens = job.refresh_tokens.clone().into_iter();
    let connections: Vec<_> = (0..job.connections)
        .map(|_| tokio::spawn(connection(Arc::clone(&job), tokens.next(), end)))
        .collect();
    let mut latencies = Vec::new();
    for connection in connections {
        latencies.extend(connection.await.unwrap());
    }
    figures(latencies, begin.elapsed())
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
fn figures(mut latencies: Vec<Duration>, elapsed: Duration) -> Figures {
    latencies.sort_unstable();
    let p99 = latencies.get(latencies.len() * 99 / 100);
    let requests = latencies.len() as f64;
    Figures {
        requests,
        per_second: requests / elapsed.as_secs_f64(),
        p99_us: p99.copied().unwrap_or_default().as_secs_f64() * 1e6,
    }
}

async fn connection(job: Arc<Job>, mut token: Option<String>, end: Instant) -> Vec<Duration> {
    let mut stream = TcpStream::connect(job.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut latencies = Vec::new();
    let mut reply = Vec::with_capacity(4096);
    let mut request = job.request.bytes();
    while Instant::now() < end {
        if let Some(token) = &token {
            let body = format!("{{\"refresh_token\":\"{token}\"}}");
            request = Request::post(&job.request.path, &body).bytes();
        }
        let begin = Instant::now();
        stream.write_all(&request).await.unwrap();
        let body = read_reply(&mut stream, &mut reply).await;
        latencies.push(begin.elapsed());
        if token.is_some() {
            let text = reply.get(body..).unwrap_or_default();
            let body: serde_json::Value = serde_json::from_slice(text).unwrap();
            let next = body.get("refresh_token").and_then(|token| token.as_str());
            token = next.map(str::to_owned);
        }
    }
    latencies
}

/// Reads one successful reply with a `Content-Length`, and returns where its body begins.
async fn read_reply(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> usize {
    buffer.clear();
    loop {
        let read = stream.read_buf(buffer).await.unwrap();
        assert!(read > 0, "the server closed the connection");
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let (head, body) = buffer.split_at(end + 4);
        let head = str::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 20"), "{head}");
        let mut lines = head.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse::<usize>().unwrap()) {
            return end + 4;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::figures;

    #[test]
    fn p99_is_exceeded_by_one_of_a_hundred() {
        let latencies = (1..=100).rev().map(Duration::from_millis).collect();
        let figures = figures(latencies, Duration::from_secs(2));
        let seen = [figures.requests, figures.per_second, figures.p99_us];
        assert_eq!(
            seen.map(|figure| figure.to_string()),
            ["100", "50", "100000"]
        );
    }
}
