//! A network of IP addresses: an address and the length of its prefix.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// A network of IPv4 or IPv6 addresses, written as an address or in CIDR notation (RFC 4632 §3.1,
/// RFC 4291 §2.3).
///
/// An IPv4-mapped IPv6 network with a prefix of at least 96 bits becomes its IPv4 network, because
/// the addresses of clients are converted in the same way. A network of one family contains no
/// address of the other: `::/0` contains no IPv4 address.
///
/// # Examples
///
/// ```
/// use auth_core::http::IpNetwork;
///
/// let network: IpNetwork = "10.0.0.0/8".parse()?;
/// assert!(network.contains([10, 1, 2, 3].into()));
/// assert!(!network.contains([11, 1, 2, 3].into()));
///
/// let address: IpNetwork = "::1".parse()?;
/// assert_eq!(address.to_string(), "::1/128");
///
/// assert!("10.0.0.1/8".parse::<IpNetwork>().is_err(), "bits beyond the prefix are set");
/// # Ok::<(), auth_core::http::InvalidIpNetwork>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IpNetwork {
    first: IpAddr,
    prefix: u8,
}

/// The text is not an IP network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidIpNetwork {
    /// The part before the slash is not an address.
    #[error("`{}` is not an IP address or network", .0.escape_default())]
    Address(String),
    /// The part after the slash is not a number of bits for this kind of address.
    #[error("`{}` has an invalid prefix: 0 to 32 bits are possible for IPv4 and 0 to 128 for IPv6", .0.escape_default())]
    Prefix(String),
    /// The address has bits beyond its prefix: one of the two is mistyped.
    #[error("`{text}` has bits beyond its prefix: the network that contains it is `{network}`")]
    HostBits {
        /// The text.
        text: String,
        /// The network with this prefix that contains the address.
        network: IpNetwork,
    },
}

impl IpNetwork {
    /// Returns the network with a prefix of `bits` bits that contains `address`; more bits than the
    /// address has mean all of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::http::IpNetwork;
    ///
    /// let network = IpNetwork::containing("2001:db8:1:2:3:4:5:6".parse()?, 64);
    /// assert_eq!(network.to_string(), "2001:db8:1:2::/64");
    /// # Ok::<(), std::net::AddrParseError>(())
    /// ```
    #[must_use]
    pub const fn containing(address: IpAddr, bits: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let prefix = if bits < 32 { bits } else { 32 };
                let mask = u32::MAX.checked_shl(32 - prefix as u32);
                let mask = if let Some(mask) = mask { mask } else { 0 };
                Self {
                    first: IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask)),
                    prefix,
                }
            }
            IpAddr::V6(address) => {
                let prefix = if bits < 128 { bits } else { 128 };
                let mask = u128::MAX.checked_shl(128 - prefix as u32);
                let mask = if let Some(mask) = mask { mask } else { 0 };
                Self {
                    first: IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask)),
                    prefix,
                }
            }
        }
    }

    /// Returns whether `address` lies in this network. An IPv4-mapped IPv6 address counts as its
    /// IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && Self::containing(address, self.prefix) == *self
    }

    /// Returns the first address of the network.
    #[must_use]
    pub const fn first(&self) -> IpAddr {
        self.first
    }

    /// Returns the length of the prefix in bits: 0 to 32 for IPv4, 0 to 128 for IPv6.
    #[must_use]
    pub const fn prefix(&self) -> u8 {
        self.prefix
    }
}

/// Reads an address (`192.0.2.1`, `::1`) or a network (`10.0.0.0/8`, `fd00::/8`).
impl FromStr for IpNetwork {
    type Err = InvalidIpNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidIpNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address
            .parse()
            .map_err(|_| InvalidIpNetwork::Address(text.to_owned()))?;
        let Some(bits) = bits else {
            return Ok(Self::containing(address, u8::MAX));
        };
        let bits =
            prefix(bits, address).ok_or_else(|| InvalidIpNetwork::Prefix(text.to_owned()))?;
        let network = Self::containing(address, bits);
        if network.first == address.to_canonical() {
            Ok(network)
        } else {
            Err(InvalidIpNetwork::HostBits {
                text: text.to_owned(),
                network,
            })
        }
    }
}

/// Reads the length of a prefix and counts it in bits of the canonical form of `address`.
fn prefix(bits: &str, address: IpAddr) -> Option<u8> {
    // `parse` accepts `+8` and `08`, which are mistakes here.
    let is_plain = bits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain || (bits.len() > 1 && bits.starts_with('0')) {
        return None;
    }
    let bits: u8 = bits.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    if bits > most {
        return None;
    }
    let is_mapped = address.is_ipv6() && address.to_canonical().is_ipv4();
    if is_mapped {
        // A mapped address with a shorter prefix is a network that contains IPv6 addresses too.
        bits.checked_sub(96)
    } else {
        Some(bits)
    }
}

/// Writes the network in CIDR notation: `10.0.0.0/8`, `::1/128`.
impl fmt::Display for IpNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidIpNetwork, IpNetwork};
    use std::net::IpAddr;

    fn network(text: &str) -> IpNetwork {
        text.parse().unwrap()
    }

    #[test]
    fn address_or_network_is_read_and_written() {
        for (text, written) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("192.0.2.1", "192.0.2.1/32"),
            ("192.0.2.1/32", "192.0.2.1/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::1", "::1/128"),
            ("::/0", "::/0"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("fe80::/10", "fe80::/10"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:10.0.0.1", "10.0.0.1/32"),
        ] {
            assert_eq!(network(text).to_string(), written, "{text}");
            assert_eq!(network(written), network(text), "{text}");
        }
    }

    #[test]
    fn invalid_text_is_rejected_with_its_reason() {
        for text in [
            "",
            "/8",
            "10.0.0/8",
            "10.0.0.0.0",
            "localhost",
            "fe80::1%eth0",
            "[::1]",
            "010.0.0.0/8",
            " 10.0.0.0/8",
        ] {
            let error = text.parse::<IpNetwork>().unwrap_err();
            assert_eq!(error, InvalidIpNetwork::Address(text.to_owned()), "{text}");
        }
        for text in [
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "10.0.0.0/08",
            "10.0.0.0/8/8",
            "::/129",
            "::/999",
            "::ffff:10.0.0.0/95",
        ] {
            let error = text.parse::<IpNetwork>().unwrap_err();
            assert_eq!(error, InvalidIpNetwork::Prefix(text.to_owned()), "{text}");
        }
        for (text, containing) in [
            ("10.0.0.1/8", "10.0.0.0/8"),
            ("2001:db8::1/64", "2001:db8::/64"),
            ("1.0.0.0/0", "0.0.0.0/0"),
        ] {
            let error = text.parse::<IpNetwork>().unwrap_err();
            let sentence = error.to_string();
            assert!(sentence.contains(containing), "{text}: {sentence}");
        }
    }

    #[test]
    fn network_contains_its_addresses_and_no_others() {
        for (text, address, expected) in [
            ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("10.0.0.0/8", "::10.0.0.1", false),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("192.0.2.128/25", "192.0.2.128", true),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "::1", true),
            ("::/0", "192.0.2.1", false),
            ("::/0", "::ffff:192.0.2.1", false),
            ("2001:db8::/32", "2001:db8:ffff::", true),
            ("2001:db8::/32", "2001:db9::", false),
            ("::1", "::1", true),
            ("::1", "::2", false),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(
                network(text).contains(address),
                expected,
                "{text} {address}"
            );
        }
    }
}
