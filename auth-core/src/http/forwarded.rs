//! Reads `Forwarded` (RFC 7239) and `X-Forwarded-For` from the right, where the nearest proxy writes.
//!
//! Only the right end of such a header is written by a proxy that the application knows; the rest may
//! be any text of a client. That text can mislead a parser that begins at the left, for example by a
//! quote that is never closed. This parser begins at the right and reads one element at a time, so
//! that an element never depends on the text to its left.

#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv6Addr};

use super::RequestHead;

/// The header in which proxies report the address of the client.
///
/// Only one of the two headers is read: a proxy that writes one of them passes the other through as
/// the client sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ForwardedHeader {
    /// `Forwarded`, the standard header (RFC 7239).
    Forwarded,
    /// `X-Forwarded-For`, the header that most proxies write.
    XForwardedFor,
}

/// The longest element that is read, in bytes. A longer one is not an address.
const MAX_ELEMENT: usize = 512;
/// The most elements that are read. More proxies in a row than this are a loop.
const MAX_ELEMENTS: usize = 32;

impl ForwardedHeader {
    /// Returns the name of the header, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Forwarded => "forwarded",
            Self::XForwardedFor => "x-forwarded-for",
        }
    }

    /// Returns the client's address: the peer's, or the address reported by an unbroken row of
    /// proxies, from the peer on, whose addresses `trusts` accepts.
    ///
    /// An element that is not an address ends the walk at the last address before it.
    pub(super) fn client(
        self,
        head: &dyn RequestHead,
        peer: IpAddr,
        trusts: impl Fn(IpAddr) -> bool,
    ) -> IpAddr {
        let mut client = peer.to_canonical();
        if !trusts(client) {
            return client;
        }
        for element in self.elements(&self.lines(head)).take(MAX_ELEMENTS) {
            let Some(address) = self.address(element) else {
                break;
            };
            client = address;
            if !trusts(client) {
                break;
            }
        }
        client
    }

    /// Returns the values of the header in the order of the wire.
    fn lines(self, head: &dyn RequestHead) -> Vec<&[u8]> {
        (0..)
            .map_while(|index| head.header(self.name(), index))
            .collect()
    }

    /// Returns the elements of all lines from the right, without empty ones (RFC 9110 §5.6.1.2).
    fn elements<'v>(self, lines: &[&'v [u8]]) -> impl Iterator<Item = &'v [u8]> {
        let quotes = self == Self::Forwarded;
        let lines = lines.iter().rev();
        lines
            .flat_map(move |line| FromRight {
                rest: Some(line),
                quotes,
            })
            .filter(|element| !element.trim_ascii().is_empty())
    }

    /// Returns the address in an element.
    fn address(self, element: &[u8]) -> Option<IpAddr> {
        if element.len() > MAX_ELEMENT {
            return None;
        }
        let element = std::str::from_utf8(element.trim_ascii()).ok()?;
        match self {
            Self::XForwardedFor => node(element),
            Self::Forwarded => node(&forwarded_for(element)?),
        }
    }
}

/// The elements of a comma-separated list from the right, with the white space around them.
struct FromRight<'v> {
    /// The unread part; `None` at the end.
    rest: Option<&'v [u8]>,
    /// Whether a comma within quotes belongs to the element.
    quotes: bool,
}

impl<'v> Iterator for FromRight<'v> {
    type Item = &'v [u8];

    fn next(&mut self) -> Option<&'v [u8]> {
        let rest = self.rest.take()?;
        let mut quoted = false;
        let mut comma = None;
        // One byte more than the longest element shows whether the element is longer.
        for (at, byte) in rest.iter().enumerate().rev().take(MAX_ELEMENT + 1) {
            match byte {
                b'"' if self.quotes && !is_escaped(rest, at) => quoted = !quoted,
                b',' if !quoted => {
                    comma = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let Some(at) = comma else {
            return Some(rest);
        };
        self.rest = rest.get(..at);
        rest.get(at + 1..)
    }
}

/// Returns whether the quote at `at` is escaped: whether an odd number of backslashes precedes it.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default().iter().rev();
    let backslashes = before.take(MAX_ELEMENT).take_while(|byte| **byte == b'\\');
    backslashes.count() % 2 == 1
}

/// Returns the value of the parameter `for` of an element of `Forwarded`; `None` if the element has
/// none, more than one (RFC 7239 §4), or is malformed.
fn forwarded_for(element: &str) -> Option<String> {
    let mut found = None;
    let mut rest = element;
    loop {
        rest = rest.trim_ascii_start();
        if let Some(next) = rest.strip_prefix(';') {
            rest = next;
            continue;
        }
        if rest.is_empty() {
            return found;
        }
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after)?;
        let after = after.trim_ascii_start();
        if !is_token(name) || !(after.is_empty() || after.starts_with(';')) {
            return None;
        }
        if name.eq_ignore_ascii_case("for") && found.replace(value).is_some() {
            return None;
        }
        rest = after;
    }
}

/// Reads a token or a quoted string (RFC 9110 §5.6.4) and returns it with the text behind it.
///
/// Colons and brackets belong into a quoted string; several proxies forget the quotes, so both are
/// read without them as well.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end)?;
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"\\,=".contains(&byte);
        return value
            .bytes()
            .all(is_plain)
            .then(|| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            other => value.push(other),
        }
    }
}

/// Returns whether a name is a token (RFC 9110 §5.6.2).
fn is_token(name: &str) -> bool {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token_byte)
}

/// Returns the address of a node (RFC 7239 §6): an IPv4 address, an IPv6 address in brackets, each
/// with or without a port, or an IPv6 address without either. `unknown`, obfuscated identifiers
/// (`_hidden`), names of hosts and everything else have no address.
fn node(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    let (address, port) = if let Some(bracketed) = text.strip_prefix('[') {
        let (address, after) = bracketed.split_once(']')?;
        (IpAddr::V6(address.parse::<Ipv6Addr>().ok()?), after)
    } else {
        let (address, _) = text.split_once(':')?;
        let after = text.get(address.len()..)?;
        (IpAddr::V4(address.parse().ok()?), after)
    };
    let is_known = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    is_known.then(|| address.to_canonical())
}

/// Returns whether a text is a port, or an obfuscated one (RFC 7239 §6.3): `_` and letters.
fn is_port(text: &str) -> bool {
    if let Some(name) = text.strip_prefix('_') {
        let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        return !name.is_empty() && name.bytes().all(is_name_byte);
    }
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain && text.len() <= 5 && text.parse::<u16>().is_ok()
}
