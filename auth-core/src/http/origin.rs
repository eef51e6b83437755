//! The origin of a page, as browsers write it.

/// A serialised origin (RFC 6454 §6.2): scheme, host and, where it is not the usual one, port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin(String);

impl Origin {
    /// Reads an origin in the one form in which browsers send it; `None` for any other text, such as
    /// one with a slash at its end, a wildcard, or the usual port of its scheme.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let usual_port = match scheme {
            "https" => ":443",
            "http" => ":80",
            scheme => return Self::of_scheme(scheme, authority, text),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let is_port = port.is_none_or(|port| {
            port.parse::<u16>()
                .is_ok_and(|number| number > 0 && number.to_string() == port)
        });
        let is_host = is_name(host) || is_ipv6(host);
        let fits = is_host && is_port && !authority.ends_with(usual_port);
        fits.then(|| Self(text.to_owned()))
    }

    /// Reads the origin of an application or an extension, such as `capacitor://localhost` and
    /// `chrome-extension://…`. It has no port and is compared literally. Schemes of the network are
    /// refused: a browser loads no pages by them.
    fn of_scheme(scheme: &str, host: &str, text: &str) -> Option<Self> {
        const REFUSED: [&str; 7] = ["ftp", "ws", "wss", "file", "data", "blob", "javascript"];
        let is_of_scheme = |c: char| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '+' || c == '-' || c == '.'
        };
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme.chars().all(is_of_scheme)
            && !REFUSED.contains(&scheme);
        (is_scheme && is_name(host)).then(|| Self(text.to_owned()))
    }

    /// Returns whether it is a loopback origin.
    pub(crate) fn is_loopback(&self) -> bool {
        let authority = self.0.split_once("://").map(|(_, authority)| authority);
        authority.is_some_and(|authority| is_loopback(authority.as_bytes()))
    }

    /// Returns the origin as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether a header names this origin.
    pub(crate) fn is(&self, header: &[u8]) -> bool {
        self.0.as_bytes() == header
    }
}

/// Returns whether a host, with or without a port, is a loopback host.
pub(crate) fn is_loopback(authority: &[u8]) -> bool {
    let Ok(authority) = str::from_utf8(authority) else {
        return false;
    };
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    };
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
}

fn is_name(host: &str) -> bool {
    let is_of_label =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let is_label = |label: &str| !label.is_empty() && label.chars().all(is_of_label);
    host.len() <= 253 && host.split('.').all(is_label)
}

fn is_ipv6(host: &str) -> bool {
    let inside = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inside.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn loopback_hosts_are_recognised() {
        let check = |text: &str, expected: bool| {
            assert_eq!(
                Origin::parse(text).unwrap().is_loopback(),
                expected,
                "{text}"
            );
        };
        for own in [
            "http://localhost:3000",
            "https://app.localhost",
            "http://127.0.0.1",
            "http://[::1]:3000",
        ] {
            check(own, true);
        }
        for other in [
            "https://shop.example",
            "http://10.0.0.1",
            "https://localhost.example",
        ] {
            check(other, false);
        }
    }

    #[test]
    fn only_serialised_origins_are_parsed() {
        for good in [
            "https://example.com",
            "https://app.example.com:8443",
            "http://localhost:3000",
            "http://127.0.0.1",
            "http://[::1]:3000",
            "capacitor://localhost",
            "ionic://localhost",
            "tauri://localhost",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            "moz-extension://0d6f3a52-7c1e-4a86-9b1f-5e2c8d7a4b10",
        ] {
            assert!(
                Origin::parse(good).is_some_and(|o| o.is(good.as_bytes())),
                "{good}"
            );
        }
        for bad in [
            "",
            "null",
            "*",
            "https://*.example.com",
            "https://example.com/",
            "https://example.com:443",
            "http://example.com:80",
            "https://Example.com",
            "https://user@example.com",
            "https://example.com:0",
            "https://example.com:080",
            "https://example.com:99999",
            "https://",
            "https://a..b",
            "ftp://example.com",
            "ws://example.com",
            "file://localhost",
            "tauri://",
            "tauri://localhost/",
            "tauri://Localhost",
            "Tauri://localhost",
            "1tauri://localhost",
            "tauri://*",
            "example.com",
            "https://exämple.com",
            "http://[::1",
        ] {
            assert_eq!(Origin::parse(bad), None, "{bad}");
        }
    }
}
