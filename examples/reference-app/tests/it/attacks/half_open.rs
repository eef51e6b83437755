//! Connections whose client never finishes the head of a request.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::app::{Home, in_each_framework};
use crate::client::get;

in_each_framework! { half_open_connections_are_closed }

/// The program gives a client ten seconds for the head of a request, on a new connection and after a
/// reply. A connection without an end would hold a file descriptor for ever.
fn half_open_connections_are_closed(home: &Home) {
    let app = home.start(&[]);
    let request = "GET /public HTTP/1.1\r\nhost: localhost\r\n";
    let beginnings = ["", "GET ", request, &format!("{request}\r\n")];
    let streams = beginnings.map(|beginning| {
        let mut stream = TcpStream::connect(app.client.address).unwrap();
        stream.write_all(beginning.as_bytes()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        (beginning, stream)
    });
    app.client.send(&get("/public")).expect(200);
    for (beginning, mut stream) in streams {
        let closed = stream.read_to_end(&mut Vec::new());
        assert!(closed.is_ok(), "after {beginning:?}: {closed:?}");
    }
    app.client.send(&get("/public")).expect(200);
}
