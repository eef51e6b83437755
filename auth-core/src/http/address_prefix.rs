//! The part of a client's address by which clients are counted.

use std::fmt;
use std::net::IpAddr;

use super::IpNetwork;

/// The network that counts as one client: by default an IPv4 address, and the 64 bits of the IPv6
/// prefix of a site, within which it can choose any address (RFC 6177 §2).
///
/// All clients without a known address share one value.
///
/// # Examples
///
/// ```
/// use auth_core::http::AddressPrefix;
///
/// let of = |text: &str| AddressPrefix::of(text.parse().ok());
/// assert_eq!(of("192.0.2.1").to_string(), "192.0.2.1/32");
/// assert_eq!(of("2001:db8::1").to_string(), "2001:db8::/64");
/// assert_eq!(of("2001:db8::1"), of("2001:db8::2"));
/// assert_eq!(AddressPrefix::of(None).to_string(), "unknown");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressPrefix(Option<IpNetwork>);

impl AddressPrefix {
    /// The default length of an IPv4 prefix, in bits.
    pub const IPV4_BITS: u8 = 32;
    /// The default length of an IPv6 prefix, in bits.
    pub const IPV6_BITS: u8 = 64;

    /// Returns the prefix of an address with the default lengths: /32 for IPv4, /64 for IPv6.
    #[must_use]
    pub const fn of(address: Option<IpAddr>) -> Self {
        Self::with_bits(address, Self::IPV4_BITS, Self::IPV6_BITS)
    }

    /// Returns the prefix of an address with `ipv4` bits (0 to 32) or `ipv6` bits (0 to 128); more
    /// mean the whole address.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::http::AddressPrefix;
    ///
    /// let prefix = AddressPrefix::with_bits(Some([192, 0, 2, 1].into()), 24, 56);
    /// assert_eq!(prefix.to_string(), "192.0.2.0/24");
    /// ```
    #[must_use]
    pub const fn with_bits(address: Option<IpAddr>, ipv4: u8, ipv6: u8) -> Self {
        let Some(address) = address else {
            return Self(None);
        };
        let address = address.to_canonical();
        let bits = if address.is_ipv4() { ipv4 } else { ipv6 };
        Self(Some(IpNetwork::containing(address, bits)))
    }

    /// Returns the network; `None` if the address is not known.
    #[must_use]
    pub const fn network(&self) -> Option<IpNetwork> {
        self.0
    }
}

/// Writes the network in CIDR notation, or `unknown`. Different prefixes have different texts, so
/// the text can be a part of a key.
impl fmt::Display for AddressPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(network) => network.fmt(f),
            None => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AddressPrefix;

    /// B-52: an IPv6 client has 2^64 addresses, and counts as one.
    #[test]
    fn addresses_of_one_prefix_are_one_client() {
        let prefix = |text: &str| AddressPrefix::of(Some(text.parse().unwrap()));
        for (one, other, same) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("2001:db8::1", "2001:db8::ffff:0:0:1", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("::1", "0.0.0.1", false),
        ] {
            assert_eq!(prefix(one) == prefix(other), same, "{one} {other}");
        }
    }

    #[test]
    fn unknown_addresses_share_one_prefix_that_is_no_network() {
        let unknown = AddressPrefix::of(None);
        assert_eq!(unknown, AddressPrefix::with_bits(None, 0, 0));
        assert_eq!(unknown.network(), None);
        let everything = AddressPrefix::with_bits(Some([0, 0, 0, 0].into()), 0, 0);
        assert_ne!(unknown, everything);
        assert_ne!(unknown.to_string(), everything.to_string());
    }
}
