//! The trusted proxies, which report the address of a client.

use std::net::IpAddr;

use super::{ForwardedHeader, InvalidIpNetwork, IpNetwork, RequestHead};

/// The proxies in front of an application, and the header in which they report the client's address.
///
/// The client's address is the peer's. If the peer lies in one of the networks, the header is read
/// from the right: each element is trusted as long as every element to its right, and the peer, are
/// proxies of these networks. The first address that is not a proxy's is the client's. An element
/// that is not an address (`unknown`, `_hidden`, garbage) ends the walk at the last valid address.
/// An IPv4-mapped IPv6 address becomes its IPv4 address.
///
/// # Security
///
/// * Name the header that the proxies write. A client can send the other one, and proxies pass it
///   through unchanged.
/// * Name networks in which there are only proxies. Any host in them can choose the address that
///   its requests are counted and logged with.
/// * Every proxy must append to the header, or replace it. A proxy that does neither passes the
///   client's own text through.
///
/// # Examples
///
/// ```
/// use auth_core::http::{BufferedRequest, TrustedProxies};
///
/// let proxies = TrustedProxies::x_forwarded_for(["10.0.0.0/8", "::1"]);
/// let request = |peer: [u8; 4]| {
///     BufferedRequest::new("GET", Vec::new())
///         .peer(peer)
///         .header("x-forwarded-for", "198.51.100.9, 203.0.113.7, 10.0.0.2")
/// };
///
/// // 10.0.0.1 and 10.0.0.2 are proxies; 203.0.113.7 is the client and wrote 198.51.100.9 itself.
/// let head = request([10, 0, 0, 1]).head;
/// assert_eq!(proxies.client_address(&head), Some([203, 0, 113, 7].into()));
///
/// // The header of another peer is ignored.
/// let head = request([192, 0, 2, 1]).head;
/// assert_eq!(proxies.client_address(&head), Some([192, 0, 2, 1].into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxies {
    header: ForwardedHeader,
    networks: Vec<IpNetwork>,
    invalid: Vec<InvalidIpNetwork>,
}

impl TrustedProxies {
    /// Trusts no proxy: the client's address is the peer's. It is the default.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            header: ForwardedHeader::Forwarded,
            networks: Vec::new(),
            invalid: Vec::new(),
        }
    }

    /// Trusts the proxies in these networks, which write `Forwarded` (RFC 7239).
    ///
    /// A network is written as an address or in CIDR notation.
    /// [`AuthBuilder::build`](crate::AuthBuilder::build) reports invalid networks.
    pub fn forwarded(networks: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::new(ForwardedHeader::Forwarded, networks)
    }

    /// Trusts the proxies in these networks, which write `X-Forwarded-For`.
    ///
    /// A network is written as an address or in CIDR notation.
    /// [`AuthBuilder::build`](crate::AuthBuilder::build) reports invalid networks.
    pub fn x_forwarded_for(networks: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::new(ForwardedHeader::XForwardedFor, networks)
    }

    /// Trusts the proxies in these networks, which write `header`.
    pub fn new(
        header: ForwardedHeader,
        networks: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Self {
        let mut proxies = Self {
            header,
            ..Self::none()
        };
        for network in networks {
            match network.as_ref().parse() {
                Ok(network) => proxies.networks.push(network),
                Err(error) => proxies.invalid.push(error),
            }
        }
        proxies
    }

    /// Returns the address of the client that sent a request; `None` if the peer's is not known.
    #[must_use]
    pub fn client_address(&self, head: &dyn RequestHead) -> Option<IpAddr> {
        let peer = head.peer()?;
        Some(
            self.header
                .client(head, peer, |address| self.trusts(address)),
        )
    }

    /// Returns whether a proxy at this address is trusted.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }

    /// Returns the texts that are not networks, and networks that contain every address.
    pub(crate) fn mistakes(&self) -> impl Iterator<Item = String> {
        let invalid = self.invalid.iter().map(ToString::to_string);
        let everything = self.networks.iter().filter(|network| network.prefix() == 0);
        invalid.chain(everything.map(|network| {
            format!("`{network}` contains every address, so that every client could choose its own")
        }))
    }
}

impl Default for TrustedProxies {
    fn default() -> Self {
        Self::none()
    }
}
