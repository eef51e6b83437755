//! The CSRF check by source, origin and token of a request.
#![expect(clippy::string_slice, reason = "texts of ASCII, cut to be broken")]

use super::*;
use crate::CookieTransport;
use crate::http::BufferedRequest;
use crate::secret::{MasterSecret, Purpose};
use crate::session::SessionId;
use crate::testing::master_secret;

const HOST: &str = "shop.example";
const ANONYMOUS: &CsrfBinding = &CsrfBinding::Anonymous;

fn csrf(own: Option<&str>, takes_plain_http: bool) -> Csrf {
    let origin = |text| Origin::parse(text).unwrap();
    let keys = master_secret().keys(Purpose::CSRF_TOKEN);
    let allowed = vec![origin("https://app.example")];
    Csrf::new(Some(keys), own.map(origin), allowed, takes_plain_http)
}

fn session(byte: u8) -> CsrfBinding {
    CsrfBinding::Session(SessionId::from_uuid(uuid::Uuid::from_bytes([byte; 16])))
}

fn passes(csrf: &Csrf, method: &str, headers: &[(&str, &str)], binding: &CsrfBinding) -> bool {
    let request = BufferedRequest::new(method, Vec::new()).header("host", HOST);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(name, *value)
    });
    csrf.passes(&request.head, &CookieTransport::new(), binding)
}

/// C-CS-02, A3.5.1, A3.5.2, A3.5.3: Fetch Metadata first, then the origin, then the token.
#[test]
fn source_then_origin_then_token_decide() {
    const ORIGINS: [Option<&str>; 5] = [
        None,
        Some("https://shop.example"),
        Some("https://app.example"),
        Some("https://evil.example"),
        Some("null"),
    ];
    let csrf = csrf(None, false);
    let token = csrf.mint(&session(1)).unwrap().unwrap();
    let cookie = format!("__Host-auth-csrf={token}");
    for site in [
        None,
        Some("same-origin"),
        Some("none"),
        Some("same-site"),
        Some("cross-site"),
        Some("odd"),
    ] {
        for origin in ORIGINS {
            for has_token in [false, true] {
                let mut headers = Vec::new();
                headers.extend(site.map(|site| ("sec-fetch-site", site)));
                headers.extend(origin.map(|origin| ("origin", origin)));
                if has_token {
                    headers.extend([("cookie", cookie.as_str()), ("x-csrf-token", &token)]);
                }
                let is_own = matches!(origin, None | Some("https://shop.example"));
                let expected = match (site, origin) {
                    (_, Some("https://app.example")) | (Some("same-origin" | "none"), _) => true,
                    (None, None) => has_token,
                    (None, _) => is_own,
                    (Some(_), _) => false,
                };
                for method in ["POST", "PUT", "PATCH", "DELETE", "PURGE"] {
                    let passed = passes(&csrf, method, &headers, &session(1));
                    assert_eq!(passed, expected, "{method} {headers:?}");
                }
                for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
                    assert!(passes(&csrf, method, &headers, &session(1)), "{headers:?}");
                }
            }
        }
    }
}

/// C-CS-01, N-SE-04: a token of another session, a pre-login token, cut, doubled, or under another key.
#[test]
fn csrf_token_of_another_session_is_refused() {
    let csrf = csrf(None, false);
    let mint = |binding| csrf.mint(&binding).unwrap().unwrap();
    let check = |token: &str, header: &str, expected: bool| {
        let cookie = format!("a=b; __Host-auth-csrf={token}");
        let headers = [("cookie", cookie.as_str()), ("x-csrf-token", header)];
        let passed = passes(&csrf, "POST", &headers, &session(1));
        assert_eq!(passed, expected, "{token} {header}");
    };
    let good = mint(session(1));
    check(&good, &good, true);
    check(&good, "", false);
    check(&good, &mint(session(1)), false);
    let others = [
        mint(session(2)),
        mint(CsrfBinding::Anonymous),
        mint(CsrfBinding::User("7".to_owned())),
    ];
    for other in &others {
        check(other, other, false);
    }
    let stranger = MasterSecret::from_bytes([7; 32]).keys(Purpose::CSRF_TOKEN);
    let strange = Csrf::new(Some(stranger), None, Vec::new(), false);
    let strange = strange.mint(&session(1)).unwrap().unwrap();
    for broken in [
        strange.as_str(),
        "planted",
        "..",
        &good[1..],
        &good[..good.len() - 1],
        &format!("{good}.x"),
    ] {
        check(broken, broken, false);
    }
    // Twice, in the header or the cookie.
    let cookie = format!(
        "__Host-auth-csrf={good}; __Host-auth-csrf={}",
        mint(session(1))
    );
    let headers = [("cookie", cookie.as_str()), ("x-csrf-token", &good)];
    assert!(!passes(&csrf, "POST", &headers, &session(1)));
    let cookie = format!("__Host-auth-csrf={good}");
    let headers = [
        ("cookie", cookie.as_str()),
        ("x-csrf-token", &good),
        ("x-csrf-token", &good),
    ];
    assert!(!passes(&csrf, "POST", &headers, &session(1)));
}

/// The own origin by `Host`, by configuration behind a proxy, and over plain HTTP.
#[test]
fn own_origin_is_configured_or_from_host() {
    let own = |csrf: &Csrf, origin| passes(csrf, "POST", &[("origin", origin)], ANONYMOUS);
    let derived = csrf(None, false);
    assert!(own(&derived, "https://shop.example"));
    assert!(own(&derived, "https://SHOP.example"));
    for foreign in [
        "http://shop.example",
        "https://shop.example:8443",
        "https://shop.example.evil.example",
        "https://evil.example",
        "https://u@shop.example",
        "https://shop.example.",
        "https://shop.example/",
        "https://shop.example:443",
        "https://shop.example, https://evil.example",
        "https://shop.example https://evil.example",
        "HTTPS://shop.example",
        "//shop.example",
        "https://",
        "",
    ] {
        assert!(!own(&derived, foreign), "{foreign}");
    }
    // Without a host, or with two, no origin is the own one.
    for hosts in [&[][..], &[""], &[HOST, HOST], &[HOST, "evil.example"]] {
        let request = BufferedRequest::new("POST", Vec::new());
        let request = hosts
            .iter()
            .fold(request, |r, host| r.header("host", *host));
        for origin in ["https://", "https://shop.example", "https://evil.example"] {
            let request = request.clone().header("origin", origin);
            let passed = derived.passes(&request.head, &CookieTransport::new(), ANONYMOUS);
            assert!(!passed, "{hosts:?} {origin}");
        }
    }
    assert!(own(&csrf(None, true), "http://shop.example"));
    // A loopback host has no certificate.
    let local = |host: &str, origin: &str| {
        let request = BufferedRequest::new("POST", Vec::new()).header("host", host);
        let request = request.header("origin", origin);
        derived.passes(&request.head, &CookieTransport::new(), ANONYMOUS)
    };
    assert!(local("localhost:8000", "http://localhost:8000"));
    assert!(local("127.0.0.1:8000", "http://127.0.0.1:8000"));
    assert!(local("[::1]:8000", "http://[::1]:8000"));
    assert!(!local("localhost:8000", "http://localhost:9000"));
    assert!(!local("localhost:8000", "http://127.0.0.1:8000"));
    let proxied = csrf(Some("https://www.shop.example"), true);
    assert!(own(&proxied, "https://www.shop.example"));
    assert!(!own(&proxied, "https://shop.example"));
    let twice = [
        ("origin", "https://shop.example"),
        ("origin", "https://shop.example"),
    ];
    assert!(!passes(&derived, "POST", &twice, ANONYMOUS));
    let contradiction = [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert!(!passes(&derived, "POST", &contradiction, ANONYMOUS));
}

/// A page of any origin can open a WebSocket by a `GET` with cookies.
#[test]
fn websocket_upgrade_is_checked() {
    let csrf = csrf(None, false);
    for upgrade in ["websocket", "WebSocket", "h2c, websocket"] {
        let open = |source: &[(&str, &str)]| {
            let headers = [
                &[("connection", "upgrade"), ("upgrade", upgrade)][..],
                source,
            ]
            .concat();
            passes(&csrf, "GET", &headers, &session(1))
        };
        assert!(open(&[("sec-fetch-site", "same-origin")]));
        assert!(open(&[("origin", "https://shop.example")]));
        assert!(!open(&[("sec-fetch-site", "cross-site")]));
        assert!(!open(&[("origin", "https://evil.example")]));
        assert!(!open(&[]));
    }
    assert!(passes(&csrf, "GET", &[("upgrade", "h2c")], &session(1)));
}

/// The kind of a binding is part of the digest: a key of a user can be any text.
#[test]
fn token_of_a_user_is_refused_for_a_session_and_before_login() {
    let csrf = csrf(None, false);
    let uuid = "01010101-0101-0101-0101-010101010101";
    let user = |key: &str| CsrfBinding::User(key.to_owned());
    let bindings = [
        CsrfBinding::Anonymous,
        session(1),
        user(""),
        user(uuid),
        user(&format!("session:{uuid}")),
        user(
            "session\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}",
        ),
        user("\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}"),
    ];
    for (at, minted) in bindings.iter().enumerate() {
        let token = csrf.mint(minted).unwrap().unwrap();
        for (other, binding) in bindings.iter().enumerate() {
            assert_eq!(
                csrf.is_of(&token, binding),
                at == other,
                "{minted:?} {binding:?}"
            );
        }
    }
}
