//! Tests of the allow-list of redirect targets.

use url::{Origin as UrlOrigin, Url};

use super::*;

const SITE: &str = "https://shop.example/login?next=x";

fn allowed() -> AllowedRedirects {
    AllowedRedirects::own_site()
        .origin("https://app.example:8443")
        .unwrap()
}

/// Checks that a browser on the site stays on it, or goes to the allowed origin, if the text is accepted.
fn check_against_url_standard(allowed: &AllowedRedirects, text: &str) -> bool {
    let Ok(target) = allowed.target(text) else {
        return false;
    };
    let site = Url::parse(SITE).unwrap();
    let other = Url::parse("https://app.example:8443/").unwrap();
    let went = site.join(target.as_str()).unwrap();
    let origins: [UrlOrigin; 2] = [site.origin(), other.origin()];
    assert!(origins.contains(&went.origin()), "{text:?} leads to {went}");
    assert_eq!((went.username(), went.password()), ("", None), "{text:?}");
    // The standard changes nothing: no segment is removed, no character is encoded.
    assert!(went.as_str().ends_with(target.as_str()), "{text:?}: {went}");
    true
}

#[test]
fn paths_of_the_site_are_allowed() {
    for text in [
        "/",
        "/account",
        "/a/b/",
        "/a?b=c&d=//e",
        "/caf%C3%A9",
        "/@name",
        "/a:b",
        "/100%25",
        "/login?next=%2Faccount",
        "/a;b=c,d",
    ] {
        assert!(check_against_url_standard(&allowed(), text), "{text}");
    }
}

#[test]
fn urls_below_an_allowed_origin_are_allowed() {
    for text in [
        "https://app.example:8443/",
        "https://app.example:8443/a?b=c",
    ] {
        assert!(check_against_url_standard(&allowed(), text), "{text}");
    }
    assert!(
        AllowedRedirects::own_site()
            .target("https://app.example:8443/")
            .is_err()
    );
}

/// Every known way to leave a site by a redirect target.
const LEAVING: &[&str] = &[
    "",
    " ",
    "account",
    "?a",
    "#a",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\r\n/evil.example",
    "/a\r\nset-cookie: x=y",
    "/%0d%0aset-cookie:%20x=y",
    "/a?b=%0d%0ac",
    "/%00",
    "/\0",
    "/\u{7f}",
    "/ a",
    "/a b",
    "/é",
    "/\u{2028}",
    "/%2f/evil.example",
    "/%2F%2Fevil.example",
    "/%5cevil.example",
    "/%252f%252fevil.example",
    "/%25252fevil.example",
    "/%25zz%252f",
    "/a/%2e%2e//evil.example",
    "/..//evil.example",
    "/.//evil.example",
    "/./a",
    "/a/../b",
    "/%2e%2e/a",
    "/a//b",
    "/%",
    "/%4",
    "/%zz",
    "/a#b",
    "/a?b#c",
    "/a|b",
    "/<script>",
    "/\"",
    "http:/evil.example",
    "http:evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https://evil.example",
    "https://evil.example/",
    "https://app.example:8443",
    "https://app.example:8443?a",
    "https://app.example:84430/",
    "https://app.example:8443@evil.example/",
    "https://app.example:8443.evil.example/",
    "https://app.example:8443\\@evil.example/",
    "https://app.example:8443//evil.example",
    "https://app.example:8443/\\evil.example",
    "https://app.example/",
    "http://app.example:8443/",
    "HTTPS://app.example:8443/",
    "https://user@app.example:8443/",
    "https://user:word@app.example:8443/",
    "https://shop.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\u{1}javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "mailto:a@b.example",
    "@evil.example",
    "evil.example",
    "/\u{ff0f}evil.example",
    "\u{ff0f}/evil.example",
    "。evil.example",
];

/// A3.7.2: no target leaves the site.
#[test]
fn targets_that_may_leave_the_site_are_refused() {
    let long = format!("/{}", "a".repeat(MAX_BYTES));
    for text in LEAVING.iter().copied().chain([long.as_str()]) {
        assert_eq!(allowed().target(text), Err(RedirectRefused), "{text:?}");
    }
}

/// A3.7.2: the inputs of the URL Standard's test data (web-platform-tests, `url/resources/urltestdata.json`).
#[test]
fn inputs_of_the_url_standard_stay_on_the_site() {
    let inputs: Vec<String> = serde_json::from_str(include_str!("tests/url_inputs.json")).unwrap();
    assert!(inputs.len() > 700);
    let accepted = inputs
        .iter()
        .filter(|input| check_against_url_standard(&allowed(), input))
        .count();
    assert!(accepted >= 10, "{accepted}");
}

/// A3.7.2: ten thousand mutations of good targets, the same ones in each run.
#[test]
fn mutations_of_a_good_target_stay_on_the_site() {
    const PARTS: [&str; 24] = [
        "/",
        "//",
        "\\",
        "%2f",
        "%5c",
        "%252f",
        "..",
        ".",
        "%2e",
        "@",
        ":",
        "?",
        "#",
        "\t",
        "\r\n",
        " ",
        "%0a",
        "%09",
        "evil.example",
        "https:",
        "javascript:",
        "\u{ff0f}",
        "a",
        "8443",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut accepted = 0_u32;
    for _ in 0..10_000 {
        let good = ["/account?a=b", "https://app.example:8443/a/b?c"][next(2)];
        let mut text: Vec<char> = good.chars().collect();
        for _ in 0..=next(3) {
            let place = next(text.len() + 1);
            let removed = next(3).min(text.len() - place);
            text.splice(place..place + removed, PARTS[next(PARTS.len())].chars());
        }
        let text: String = text.into_iter().collect();
        accepted += u32::from(check_against_url_standard(&allowed(), &text));
    }
    assert!((500..5_000).contains(&accepted), "{accepted}");
}

#[test]
fn parameters_are_encoded() {
    let target = allowed().target("/login").unwrap();
    let next = target.with_query("next", "/a?b=c&d=é");
    assert_eq!(next.as_str(), "/login?next=%2Fa%3Fb%3Dc%26d%3D%C3%A9");
    let both = next.with_query("error", "X");
    assert_eq!(
        both.as_str(),
        "/login?next=%2Fa%3Fb%3Dc%26d%3D%C3%A9&error=X"
    );
}

#[test]
fn origins_are_written_as_browsers_write_them() {
    for text in [
        "https://app.example/",
        "https://*.example",
        "HTTPS://app.example",
        "",
    ] {
        assert!(AllowedRedirects::own_site().origin(text).is_err(), "{text}");
    }
}
