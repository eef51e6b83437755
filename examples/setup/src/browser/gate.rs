//! A proxy in front of a server that records the requests of the browser and their replies.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A proxy that records requests. For the browser its origin is that of the server.
#[derive(Debug)]
pub struct Gate {
    /// The port of the proxy on the loopback addresses.
    pub port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A request of the browser, and its reply.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The method and the path.
    pub what: String,
    /// The origin of the request according to the browser.
    pub site: String,
    /// Whether the browser sent the login cookie.
    pub has_cookie: bool,
    /// The status of the reply.
    pub status: u16,
    /// The body of the reply.
    pub body: String,
}

impl Gate {
    /// Starts a proxy in front of a server.
    pub fn before(server: SocketAddr) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&seen);
        let port = listen(move |stream| {
            let _ = pass(stream, server, &all);
        });
        Self { port, seen }
    }

    /// Returns the requests with this method since the previous call.
    pub fn passed(&self, method: &str) -> Vec<Seen> {
        let mut seen = std::mem::take(&mut *self.seen.lock().unwrap());
        seen.retain(|it| it.what.starts_with(method));
        seen
    }

    /// Returns the number of these requests since then.
    pub fn count(&self, what: &str) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|it| it.what == what).count()
    }
}

/// Serves an empty page for every request; returns the port.
pub fn empty_page() -> u16 {
    serve_page("<!doctype html>")
}

/// Serves this page for every request; returns the port.
pub fn serve_page(html: &'static str) -> u16 {
    let length = html.len();
    let page = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{html}"
    );
    listen(move |mut stream| {
        if read_request(&mut stream).is_some() {
            let _ = stream.write_all(page.as_bytes());
        }
    })
}

/// Handles each connection in a thread of its own, until the tests end.
fn listen(handle: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handle = handle.clone();
            thread::spawn(move || handle(stream));
        }
    });
    port
}

/// Forwards one request per connection, with its `Host` unchanged.
fn pass(
    mut browser: TcpStream,
    server: SocketAddr,
    seen: &Mutex<Vec<Seen>>,
) -> std::io::Result<()> {
    let Some((head, body)) = read_request(&mut browser) else {
        // A browser may open a connection without sending a request.
        return Ok(());
    };
    let lines = head.lines();
    let kept = lines.filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let mut request: String = kept.flat_map(|line| [line, "\r\n"]).collect();
    request += "connection: close\r\n\r\n";
    let mut stream = TcpStream::connect(server)?;
    stream.write_all(request.as_bytes())?;
    stream.write_all(&body)?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply)?;

    let text = String::from_utf8_lossy(&reply);
    let status = text.split(' ').nth(1).and_then(|it| it.parse().ok());
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    let (what, _) = head.split_once(" HTTP/").unwrap_or_default();
    let cookies = header(&head, "cookie").unwrap_or_default();
    seen.lock().unwrap().push(Seen {
        what: what.to_owned(),
        site: header(&head, "sec-fetch-site").unwrap_or_default(),
        has_cookie: cookies
            .split("; ")
            .any(|it| it.starts_with("auth=") || it.starts_with("__Host-auth=")),
        status: status.unwrap_or_default(),
        body: body.unwrap_or_default(),
    });
    browser.write_all(&reply)
}

/// Returns the head and the body; `None` if the connection ends before them.
fn read_request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = header(&head, "content-length").and_then(|it| it.parse().ok());
            let body = &bytes[end + 4..];
            if body.len() >= length.unwrap_or(0) {
                return Some((head, body.to_vec()));
            }
        }
        match stream.read(&mut chunk) {
            Ok(read @ 1..) => bytes.extend_from_slice(&chunk[..read]),
            _ => return None,
        }
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then(|| value.to_owned())
    })
}
