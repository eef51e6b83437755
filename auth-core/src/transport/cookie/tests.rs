//! Cookies that are set, read and refused at `build()`.

use super::*;
use crate::config::ConfigReport;
use crate::http::Header;

fn lines(reply: &Reply) -> Vec<String> {
    let lines = reply
        .headers()
        .filter(|header| header.name() == "set-cookie");
    lines.map(|header| header.value().to_owned()).collect()
}

/// The reply to a login with tokens that live this long.
fn login(transport: &CookieTransport, refresh_path: &str, life: Duration) -> Reply {
    let refresh_path = RefreshPath::new(refresh_path);
    let access = IssuedToken::new("a".into(), life);
    let refresh = IssuedToken::new("r".into(), life * 10);
    transport.login(&TokenSet {
        refresh: Some(&refresh),
        csrf: Some("c".into()),
        ..TokenSet::new(&access, &refresh_path)
    })
}

fn problems(transport: &CookieTransport) -> usize {
    let mut report = ConfigReport::default();
    transport.validate(&mut report);
    report.finish().map_or_else(|e| e.problems().len(), |_| 0)
}

/// A3.3.1, A3.3.2, A3.3.3, A3.3.4, K-01, K-02, K-04, N-SE-05, C-SM-01, K-08: the attributes of every preset.
#[test]
fn attributes_of_each_preset() {
    let check = |transport: CookieTransport, expected: [&str; 3]| {
        let reply = login(&transport, "/auth/refresh", Duration::from_mins(1));
        assert_eq!(reply.status(), 204);
        assert_eq!(lines(&reply), expected);
        assert_eq!(problems(&transport), 0);
    };
    let new = CookieTransport::new;
    check(
        new(),
        [
            "__Host-auth=a; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=60",
            "__Host-auth-refresh=r; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=600",
            "__Host-auth-csrf=c; Secure; SameSite=Lax; Path=/; Max-Age=600",
        ],
    );
    check(
        new()
            .name("shop")
            .same_site(SameSite::Strict)
            .until_browser_closes(),
        [
            "__Host-shop=a; HttpOnly; Secure; SameSite=Strict; Path=/",
            "__Host-shop-refresh=r; HttpOnly; Secure; SameSite=Strict; Path=/",
            "__Host-shop-csrf=c; Secure; SameSite=Strict; Path=/",
        ],
    );
    check(
        new().insecure_over_plain_http(),
        [
            "auth=a; HttpOnly; SameSite=Lax; Path=/; Max-Age=60",
            "auth-refresh=r; HttpOnly; SameSite=Lax; Path=/; Max-Age=600",
            "auth-csrf=c; SameSite=Lax; Path=/; Max-Age=600",
        ],
    );
    check(
        new().narrow_refresh_path(),
        [
            "__Host-auth=a; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=60",
            "__Secure-auth-refresh=r; HttpOnly; Secure; SameSite=Lax; Path=/auth/refresh; Max-Age=600",
            "__Host-auth-csrf=c; Secure; SameSite=Lax; Path=/; Max-Age=600",
        ],
    );
    // K-02, K-08: a domain, and a partition, only if configured.
    check(
        new()
            .share_with_subdomains("example.com")
            .partitioned()
            .dangerous_same_site_none(),
        [
            "__Secure-auth=a; HttpOnly; Secure; SameSite=None; Path=/; Domain=example.com; Max-Age=60; Partitioned",
            "__Secure-auth-refresh=r; HttpOnly; Secure; SameSite=None; Path=/; Domain=example.com; Max-Age=600; Partitioned",
            "__Secure-auth-csrf=c; Secure; SameSite=None; Path=/; Domain=example.com; Max-Age=600; Partitioned",
        ],
    );
}

/// K-07: a cookie is cleared with the attributes with which it was set.
#[test]
fn clearing_repeats_the_attributes() {
    let refresh_path = RefreshPath::new("/api/auth/refresh");
    for transport in [
        CookieTransport::new(),
        CookieTransport::new().narrow_refresh_path(),
        CookieTransport::new().insecure_over_plain_http(),
    ] {
        let without_value = |line: &String| {
            let (name, attributes) = line.split_once('=').unwrap();
            let (_, attributes) = attributes.split_once("; ").unwrap();
            let (attributes, _) = attributes.split_once("; Max-Age=").unwrap();
            (name.to_owned(), attributes.to_owned())
        };
        let set = lines(&login(
            &transport,
            "/api/auth/refresh",
            Duration::from_mins(1),
        ));
        let reply = transport.logout(&refresh_path);
        let cleared = lines(&reply);
        let names = |lines: &[String]| lines.iter().map(without_value).collect::<Vec<_>>();
        assert_eq!(names(&set), names(&cleared));
        for line in &cleared {
            assert!(
                line.contains("=; ") && line.ends_with("Max-Age=0"),
                "{line}"
            );
        }
        assert_eq!(transport.forget().unwrap()[0].value(), cleared[0]);
    }
}

/// A14.3.1: a logout deletes the cookies of this transport only; other cookies of the registered domain stay
/// unless the application asks for it.
#[test]
fn clear_site_data_is_sent_on_request_only() {
    let refresh_path = RefreshPath::new("/auth/refresh");
    let clear = Header::new("clear-site-data", "\"cookies\"").unwrap();
    for (transport, expected) in [
        (CookieTransport::new(), false),
        (CookieTransport::new().clear_site_data(), true),
    ] {
        let reply = transport.logout(&refresh_path);
        assert_eq!(reply.headers().any(|header| *header == clear), expected);
    }
}

/// Cookies of an earlier domain, and those that the host set for itself, are cleared at a logout, with a
/// cookie that is refused, and (those of an earlier domain) at a login.
#[test]
fn cookies_of_an_earlier_domain_are_cleared() {
    let refresh_path = RefreshPath::new("/auth/refresh");
    let domains = |lines: &[String]| {
        let all = lines.iter().filter(|line| line.ends_with("Max-Age=0"));
        let pairs = all.map(|line| {
            let name = line.split('=').next().unwrap().to_owned();
            let domain = line
                .split("; ")
                .find_map(|part| part.strip_prefix("Domain="));
            (name, domain.unwrap_or("-").to_owned())
        });
        pairs.collect::<Vec<_>>()
    };
    let names = [
        "__Secure-auth",
        "__Secure-auth-refresh",
        "__Secure-auth-csrf",
    ];
    let at = |domain: &str| {
        names
            .map(|name| (name.to_owned(), domain.to_owned()))
            .to_vec()
    };
    let shop = CookieTransport::new()
        .share_with_subdomains("shop.example.com")
        .also_clears_domain("example.com");
    assert_eq!(problems(&shop), 0);
    let all = [at("shop.example.com"), at("-"), at("example.com")].concat();
    assert_eq!(domains(&lines(&shop.logout(&refresh_path))), all);
    let login = lines(&login(&shop, "/auth/refresh", Duration::from_mins(1)));
    assert_eq!(domains(&login), at("example.com"));
    for (headers, name) in [
        (shop.forget(), "__Secure-auth"),
        (shop.clear_csrf(), "__Secure-auth-csrf"),
        (shop.clear_flash(), "__Secure-auth-flash"),
    ] {
        let headers = headers.unwrap();
        let cleared: Vec<_> = headers.iter().map(|line| line.value().to_owned()).collect();
        let each = ["shop.example.com", "-", "example.com"];
        let expected = each.map(|domain| (name.to_owned(), domain.to_owned()));
        assert_eq!(domains(&cleared), expected);
    }
    // From a shared domain to this host alone.
    let host = CookieTransport::new().also_clears_domain("example.com");
    let cleared = domains(&lines(&host.logout(&refresh_path)));
    assert_eq!(cleared[3..], at("example.com"));
    // The domain in use is not an earlier one.
    let same = CookieTransport::new().share_with_subdomains("example.com");
    assert_eq!(problems(&same.also_clears_domain("example.com")), 1);
}

/// K-05, A3.3.5: 400 days at the most, and no more than a browser keeps.
#[test]
fn lifetime_is_limited_to_400_days() {
    let day = Duration::from_hours(24);
    let reply = login(&CookieTransport::new(), "/auth/refresh", day * 401);
    assert!(lines(&reply)[0].ends_with("; Max-Age=34560000"));
    let transport = CookieTransport::new().name("n".repeat(64));
    assert_eq!(problems(&transport), 0);
    assert_eq!(transport.capacity(), 4096 - "__Host--refresh".len() - 64);
}

#[test]
fn names_and_domains_are_checked() {
    for name in ["", "a b", "a=b", "a;b", "ä", "__Host-auth", &"n".repeat(65)] {
        assert_eq!(problems(&CookieTransport::new().name(name)), 1, "{name}");
    }
    for domain in ["", ".example.com", "example.com; Path=/", "exämple.com"] {
        let transport = CookieTransport::new().share_with_subdomains(domain);
        assert_eq!(problems(&transport), 1, "{domain}");
    }
    let plain = CookieTransport::new().insecure_over_plain_http();
    assert_eq!(problems(&plain.clone().dangerous_same_site_none()), 1);
    assert_eq!(problems(&plain.partitioned()), 1);
}
