//! The head of a request, as an adapter presents it.

use std::net::IpAddr;

/// The head of a request, borrowed from whatever the framework holds.
///
/// An adapter implements it on a newtype around the framework's own head; nothing is copied.
pub trait RequestHead: Send + Sync {
    /// The method, in upper case.
    fn method(&self) -> &str;
    /// The query without its `?`; `None` where there is none.
    fn query(&self) -> Option<&str>;
    /// The `index`-th value of the header `name` (given in lower case), in the order of the wire;
    /// `None` beyond the last. All values must be reachable: HTTP/2 splits `Cookie`.
    fn header(&self, name: &str, index: usize) -> Option<&[u8]>;
    /// Returns the address at the other end of the connection, as the server sees it: the client's,
    /// or the nearest proxy's. `None` if the server does not know it, and for a Unix socket.
    ///
    /// The implementer never takes it from a header: [`TrustedProxies`](super::TrustedProxies) does
    /// that.
    fn peer(&self) -> Option<IpAddr>;
}
