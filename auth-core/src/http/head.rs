//! The head of a request, as an adapter presents it.

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
}
