//! A table of cases for the client's address, and properties of the parser.

use std::net::IpAddr;

use proptest::prelude::*;

use super::{ForwardedHeader, FromRight, MAX_ELEMENT, MAX_ELEMENTS, forwarded_for, node};
use crate::http::{BufferedHead, BufferedRequest, TrustedProxies};

const CLIENT: &str = "203.0.113.7";
const PROXY: &str = "10.0.0.1";
const NETWORKS: [&str; 3] = ["10.0.0.0/8", "fd00::/8", "2001:db8:ffff::/48"];

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn head(peer: &str, name: &str, lines: &[&[u8]]) -> BufferedHead {
    let mut request = BufferedRequest::new("GET", Vec::new()).peer(address(peer));
    for line in lines {
        request = request.header(name, *line);
    }
    request.head
}

/// Asserts the client's address; every header line is one text.
fn check(header: ForwardedHeader, peer: &str, lines: &[&str], expected: &str) {
    let bytes: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
    let head = head(peer, header.name(), &bytes);
    let client = TrustedProxies::new(header, NETWORKS).client_address(&head);
    assert_eq!(client, Some(address(expected)), "{peer} {lines:?}");
}

/// A15.3.4: the client's address comes from the peer, or from trusted proxies.
#[test]
fn x_forwarded_for_is_read_from_trusted_proxies_only() {
    let check = |peer, lines: &[&str], expected| {
        check(ForwardedHeader::XForwardedFor, peer, lines, expected);
    };
    // Without a proxy, the header is ignored.
    check(CLIENT, &[], CLIENT);
    check(CLIENT, &["198.51.100.1"], CLIENT);
    check(CLIENT, &["10.0.0.1"], CLIENT);
    // With one proxy.
    check(PROXY, &[], PROXY);
    check(PROXY, &[""], PROXY);
    check(PROXY, &[CLIENT], CLIENT);
    check(PROXY, &["198.51.100.1, 203.0.113.7"], CLIENT);
    check(PROXY, &["198.51.100.1,203.0.113.7"], CLIENT);
    check(PROXY, &["198.51.100.1 ,\t203.0.113.7  "], CLIENT);
    // With several proxies in a row; an untrusted one ends the row.
    check(PROXY, &["203.0.113.7, 10.0.0.3, 10.0.0.2"], CLIENT);
    check(PROXY, &["198.51.100.1, 203.0.113.7, 10.0.0.2"], CLIENT);
    check(
        PROXY,
        &["198.51.100.1, 10.0.0.3, 203.0.113.7, 10.0.0.2"],
        CLIENT,
    );
    // Only proxies: the farthest of them.
    check(PROXY, &["10.0.0.3, 10.0.0.2"], "10.0.0.3");
    // Several lines are one list, in their order.
    check(PROXY, &["198.51.100.1", CLIENT], CLIENT);
    check(
        PROXY,
        &["198.51.100.1, 203.0.113.7", "10.0.0.3", "10.0.0.2"],
        CLIENT,
    );
    check(PROXY, &[CLIENT, ""], CLIENT);
    // Empty elements are skipped.
    check(PROXY, &["203.0.113.7,"], CLIENT);
    check(PROXY, &["203.0.113.7, , 10.0.0.2,,"], CLIENT);
    check(PROXY, &[" , ,"], PROXY);
}

#[test]
fn address_forms_in_x_forwarded_for() {
    let check = |element: &str, expected| {
        let line = format!("198.51.100.1, {element}");
        check(ForwardedHeader::XForwardedFor, PROXY, &[&line], expected);
    };
    for (element, expected) in [
        ("203.0.113.7:4711", CLIENT),
        ("203.0.113.7:65535", CLIENT),
        ("::ffff:203.0.113.7", CLIENT),
        ("::ffff:cb00:7107", CLIENT),
        ("[::ffff:203.0.113.7]", CLIENT),
        ("2001:db8::7", "2001:db8::7"),
        ("2001:DB8:0:0:0:0:0:7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
    ] {
        check(element, expected);
    }
    // An element that is not an address ends the walk at the proxy, never at an element to its left.
    for element in [
        "unknown",
        "_hidden",
        "UNKNOWN",
        "localhost",
        "203.0.113",
        "203.0.113.7.1",
        "203.0.113.256",
        "0203.0.113.7",
        "0xcb.0.113.7",
        "3405803783",
        "203.0.113.7:",
        "203.0.113.7:65536",
        "203.0.113.7:+80",
        "203.0.113.7:80:80",
        "203.0.113.7 10.0.0.1",
        "203.0.113.7;",
        "203.0.113.7/32",
        "[203.0.113.7]",
        "[2001:db8::7",
        "2001:db8::7]",
        "[2001:db8::7]4711",
        "[[2001:db8::7]]",
        "[]",
        "[]:80",
        ":80",
        ":",
        "2001:db8:::7",
        "fe80::1%eth0",
        "[fe80::1%25eth0]",
        "\"203.0.113.7\"",
        "for=203.0.113.7",
        "-",
        "203。0。113。7",
        "\u{0}",
    ] {
        check(element, PROXY);
    }
}

/// A15.3.4: the client's address comes from the peer, or from trusted proxies.
#[test]
fn forwarded_is_read_from_trusted_proxies_only() {
    let check = |peer, lines: &[&str], expected| {
        check(ForwardedHeader::Forwarded, peer, lines, expected);
    };
    check(CLIENT, &["for=198.51.100.1"], CLIENT);
    check(PROXY, &[], PROXY);
    check(PROXY, &["for=203.0.113.7"], CLIENT);
    check(PROXY, &["for=198.51.100.1, for=203.0.113.7"], CLIENT);
    check(
        PROXY,
        &[
            "for=198.51.100.1",
            "for=203.0.113.7;proto=https",
            "For=10.0.0.2",
        ],
        CLIENT,
    );
    check(
        PROXY,
        &["for=198.51.100.1, for=203.0.113.7, for=10.0.0.2"],
        CLIENT,
    );
    check(
        PROXY,
        &["for=198.51.100.1, for=unknown, for=10.0.0.2"],
        "10.0.0.2",
    );
    check("fd00::1", &["for=203.0.113.7, for=\"[fd00::2]\""], CLIENT);
    check("::ffff:10.0.0.1", &["for=203.0.113.7"], CLIENT);
    check("fe80::1", &["for=203.0.113.7"], "fe80::1");
}

#[test]
fn forms_of_elements_in_forwarded() {
    let check = |element: &str, expected| {
        let line = format!("for=198.51.100.1,{element}");
        check(ForwardedHeader::Forwarded, PROXY, &[&line], expected);
    };
    for (element, expected) in [
        // The examples of RFC 7239 §4 and §7.1.
        ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
        ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
        ("for=192.0.2.43", "192.0.2.43"),
        ("for=\"192.0.2.43:47011\"", "192.0.2.43"),
        // Quotes, escapes, order, case, ports that are hidden.
        ("for=\"203.0.113.7\"", CLIENT),
        ("for=\"203.0\\.113.7\"", CLIENT),
        ("FOR=203.0.113.7", CLIENT),
        ("by=\"[fd00::1]\";proto=https;for=203.0.113.7", CLIENT),
        ("host=\"a,for=1.2.3.4;b\\\"c\";for=203.0.113.7", CLIENT),
        ("host=\"a\\\\\";for=203.0.113.7", CLIENT),
        ("for=\"203.0.113.7:_gazonk\"", CLIENT),
        ("for=203.0.113.7;secret=_x.1-2", CLIENT),
        (";for=203.0.113.7;", CLIENT),
        ("for=203.0.113.7 ; proto=https", CLIENT),
        ("for=\"[::ffff:203.0.113.7]\"", CLIENT),
        // Proxies that forget the quotes.
        ("for=203.0.113.7:80", CLIENT),
        ("for=[2001:db8::7]:80", "2001:db8::7"),
        ("for=2001:db8::7", "2001:db8::7"),
    ] {
        check(element, expected);
    }
    for element in [
        "for=unknown",
        "for=_hidden",
        "for=\"_SEVKISEK\"",
        "for=",
        "for=\"\"",
        "for",
        "=203.0.113.7",
        "by=203.0.113.7",
        "proto=https",
        "203.0.113.7",
        "for=203.0.113.7;for=203.0.113.7",
        "for=203.0.113.7;For=198.51.100.1",
        "for=\"203.0.113.7",
        "for=\"203.0.113.7\\\"",
        "for=\"203.0.113.7\"x",
        "for=203.0.113.7;proto",
        "for=203.0.113.7;a b=c",
        "for = 203.0.113.7",
        "fo r=203.0.113.7",
        "for=203.0.113.7=",
        "for='203.0.113.7'",
        "for=\"203.0.113.7:port\"",
        "for=\"203.0.113.7:_\"",
        "for=\"[203.0.113.7]\"",
        "for=\" 203.0.113.7\"",
        "f\u{fc}r=203.0.113.7",
    ] {
        check(element, PROXY);
    }
}

/// B-52: a client cannot choose the address that its requests are counted with.
#[test]
fn text_of_client_never_changes_appended_address() {
    for left in [
        "for=\"",
        "for=\"\\",
        "\"",
        "\\\"",
        "for=\"a\\\"",
        ",,,",
        "for=\"1.2.3.4\", for=\"",
        "\u{0}",
        ";;=;\"",
        &"x".repeat(100_000),
        &",".repeat(25),
        &"\\".repeat(2_000),
    ] {
        for right in [
            "for=203.0.113.7",
            "for=\"203.0.113.7:80\"",
            "by=\"a,b\";for=203.0.113.7",
        ] {
            let joined = format!("{left}, {right}");
            check(ForwardedHeader::Forwarded, PROXY, &[&joined], CLIENT);
            check(ForwardedHeader::Forwarded, PROXY, &[left, right], CLIENT);
        }
        let joined = format!("{left}, {CLIENT}");
        check(ForwardedHeader::XForwardedFor, PROXY, &[&joined], CLIENT);
    }
}

#[test]
fn bytes_that_are_not_text_are_not_an_address() {
    for header in [ForwardedHeader::Forwarded, ForwardedHeader::XForwardedFor] {
        let proxies = TrustedProxies::new(header, NETWORKS);
        let garbage: &[u8] = b"for=203.0.113.7\xff";
        let head = head(PROXY, header.name(), &[b"for=203.0.113.7", garbage]);
        assert_eq!(proxies.client_address(&head), Some(address(PROXY)));
    }
}

#[test]
fn other_header_is_never_read() {
    let head = BufferedRequest::new("GET", Vec::new())
        .peer(address(PROXY))
        .header("forwarded", "for=198.51.100.1")
        .header("x-real-ip", "198.51.100.2")
        .header("x-forwarded-for", CLIENT)
        .head;
    let client = |proxies: TrustedProxies| proxies.client_address(&head).unwrap().to_string();
    assert_eq!(client(TrustedProxies::x_forwarded_for(NETWORKS)), CLIENT);
    assert_eq!(client(TrustedProxies::forwarded(NETWORKS)), "198.51.100.1");
    assert_eq!(client(TrustedProxies::none()), PROXY);
}

#[test]
fn request_without_peer_has_no_address() {
    let head = BufferedRequest::new("GET", Vec::new())
        .header("x-forwarded-for", CLIENT)
        .head;
    let proxies = TrustedProxies::x_forwarded_for(NETWORKS);
    assert_eq!(proxies.client_address(&head), None);
}

#[test]
fn over_long_elements_and_lists_end_the_walk() {
    let long = format!("for=203.0.113.7;secret={}", "x".repeat(MAX_ELEMENT));
    check(ForwardedHeader::Forwarded, PROXY, &[&long], PROXY);
    let spaces = format!("{CLIENT}{}", " ".repeat(MAX_ELEMENT + 1));
    check(ForwardedHeader::XForwardedFor, PROXY, &[&spaces], PROXY);
    let proxies = vec!["10.0.0.9"; MAX_ELEMENTS - 1].join(",");
    let fits = format!("{CLIENT},{proxies}");
    check(ForwardedHeader::XForwardedFor, PROXY, &[&fits], CLIENT);
    let exceeds = format!("{CLIENT},10.0.0.8,{proxies}");
    check(
        ForwardedHeader::XForwardedFor,
        PROXY,
        &[&exceeds],
        "10.0.0.8",
    );
}

#[test]
fn invalid_or_unlimited_network_is_reported() {
    let mistakes = |networks: &[&str]| TrustedProxies::forwarded(networks).mistakes().count();
    assert_eq!(mistakes(&[]), 0);
    assert_eq!(mistakes(&NETWORKS), 0);
    assert_eq!(mistakes(&["proxy.internal", "10.0.0.1/8", "10.0.0.0/8"]), 2);
    assert_eq!(mistakes(&["0.0.0.0/0", "::/0"]), 2);
}

/// A well-formed element of `Forwarded`: parameters with tokens and quoted strings.
fn element() -> impl Strategy<Value = String> {
    let pair = prop_oneof![
        "[a-z]{1,5}=[a-z0-9._]{1,9}",
        r#"[a-z]{1,5}="([ !#-\[\]-~]|\\[ -~]){0,20}""#,
    ];
    prop::collection::vec(pair, 1..4).prop_map(|pairs| pairs.join(";"))
}

proptest! {
    #[test]
    fn elements_from_the_right_are_the_elements(list in prop::collection::vec(element(), 1..6)) {
        let line = list.join(" , ");
        let parts = FromRight { rest: Some(line.as_bytes()), quotes: true };
        let mut read: Vec<_> = parts.map(|part| String::from_utf8_lossy(part).trim().to_owned()).collect();
        read.reverse();
        prop_assert_eq!(read, list);
    }

    #[test]
    fn arbitrary_bytes_give_an_address(lines in prop::collection::vec(any::<Vec<u8>>(), 0..4), trusted: bool) {
        let peer = if trusted { PROXY } else { CLIENT };
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        for header in [ForwardedHeader::Forwarded, ForwardedHeader::XForwardedFor] {
            let head = head(peer, header.name(), &lines);
            let client = TrustedProxies::new(header, NETWORKS).client_address(&head);
            prop_assert!(client.is_some());
            prop_assert!(trusted || client == Some(address(CLIENT)));
        }
    }

    #[test]
    fn text_like_a_header_gives_an_address(line in r#"(for|by|=|"|\\|,|;|:|\[|\]|10\.0\.0\.1|::1|_| ){0,40}"#, left in ".{0,40}") {
        let _ = (node(&line), forwarded_for(&line));
        check(ForwardedHeader::Forwarded, PROXY, &[&left, &line, "for=203.0.113.7"], CLIENT);
        check(ForwardedHeader::XForwardedFor, PROXY, &[&left, &line, CLIENT], CLIENT);
        let joined = format!("{left}{line},for=203.0.113.7");
        check(ForwardedHeader::Forwarded, PROXY, &[&joined], CLIENT);
    }

    #[test]
    fn written_address_is_read_back(bits: u128, v4: u32, port: u16) {
        let v6 = std::net::Ipv6Addr::from_bits(bits);
        let v4 = std::net::Ipv4Addr::from_bits(v4);
        for (text, expected) in [
            (format!("{v4}"), IpAddr::from(v4)),
            (format!("{v4}:{port}"), v4.into()),
            (format!("{v6}"), IpAddr::from(v6)),
            (format!("[{v6}]"), v6.into()),
            (format!("[{v6}]:{port}"), v6.into()),
        ] {
            prop_assert_eq!(node(&text), Some(expected.to_canonical()));
        }
    }
}
