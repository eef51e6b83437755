//! The head of a request, as an adapter presents it.

use std::net::IpAddr;

/// The head of a request, borrowed from the framework.
///
/// An adapter implements it on a newtype around the framework's own head, without copies.
pub trait RequestHead: Send + Sync {
    /// Returns the method, in upper case.
    fn method(&self) -> &str;
    /// Returns the query without its `?`; `None` if the target has no query.
    fn query(&self) -> Option<&str>;
    /// Returns the `index`-th value of the header `name`, in the order of the wire; `None` beyond the
    /// last. All values must be reachable: HTTP/2 splits `Cookie`.
    ///
    /// The name may have any case (RFC 9110 §5.1): a transport of the application may write
    /// `X-API-Key`. The core itself writes names in lower case.
    fn header(&self, name: &str, index: usize) -> Option<&[u8]>;
    /// Returns the address at the other end of the connection, as the server sees it: the client's,
    /// or the nearest proxy's. `None` if the server does not know it, and for a Unix socket.
    ///
    /// The implementer never takes it from a header: [`TrustedProxies`](super::TrustedProxies) does
    /// that.
    fn peer(&self) -> Option<IpAddr>;
}
