//! The look-up of one cookie in a request, which refuses ambiguous cookies.

use super::MalformedCredential;
use crate::http::RequestHead;

/// The maximum length of a value, in bytes.
const MAX_VALUE: usize = 4096;

/// Returns the value of the cookie `name` (compared byte for byte, RFC 6265 §5.4); an empty value is absent.
///
/// All `Cookie` headers are read, for HTTP/2 splits them (RFC 9113 §8.2.3). It is an error
///
/// * if the name occurs twice with different values: a neighbouring domain may have planted one of
///   them;
/// * if a cookie without a name begins with a prefix of RFC 6265bis §4.1.3: some clients send it in
///   the form of the protected cookie;
/// * if the value cannot be a token.
pub(crate) fn find<'r>(
    head: &'r dyn RequestHead,
    name: &str,
) -> Result<Option<&'r str>, MalformedCredential> {
    let mut found: Option<&'r [u8]> = None;
    for index in 0.. {
        let Some(header) = head.header("cookie", index) else {
            break;
        };
        for pair in header.split(|byte| *byte == b';') {
            let pair = pair.trim_ascii();
            let (key, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => pair.split_at(at),
                None => (&b""[..], pair),
            };
            let value = value.strip_prefix(b"=").unwrap_or(value).trim_ascii();
            let key = key.trim_ascii();
            if key.is_empty() && has_prefix(value) {
                return Err(MalformedCredential);
            }
            if key != name.as_bytes() || value.is_empty() {
                continue;
            }
            if found.is_some_and(|other| other != value) {
                return Err(MalformedCredential);
            }
            found = Some(value);
        }
    }
    let Some(value) = found else { return Ok(None) };
    let is_token = value.len() <= MAX_VALUE
        && value
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte));
    if !is_token {
        return Err(MalformedCredential);
    }
    str::from_utf8(value)
        .map(Some)
        .map_err(|_| MalformedCredential)
}

/// Without case, as browsers compare it.
fn has_prefix(value: &[u8]) -> bool {
    [&b"__host-"[..], b"__secure-"].iter().any(|prefix| {
        value
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::BufferedRequest;

    fn check(headers: &[&[u8]], expected: Result<Option<&str>, MalformedCredential>) {
        let request = BufferedRequest::new("GET", Vec::new());
        let request = headers
            .iter()
            .fold(request, |request, value| request.header("cookie", *value));
        let found = find(&request.head, "__Host-auth");
        assert_eq!(found, expected, "{headers:?}");
    }

    /// K-03, K-05, K-06: an ambiguous cookie is refused.
    #[test]
    fn ambiguous_cookie_is_refused() {
        check(&[], Ok(None));
        check(&[b""], Ok(None));
        check(&[b"a=b; __Host-auth=x.y-z; c=d"], Ok(Some("x.y-z")));
        check(&[b"a=b", b" __Host-auth = x ;c=d"], Ok(Some("x")));
        check(&[b"a=__Host-auth=x"], Ok(None));
        check(&[b"__Host-auth="], Ok(None));
        check(&[b"__Host-auth"], Err(MalformedCredential));
        check(&[b"__host-auth=x; __HOST-AUTH=y; auth=z"], Ok(None));
        check(&[b"__Host-auth=x", b"__Host-auth=x"], Ok(Some("x")));
        check(&[b"__Host-auth=x=y"], Ok(Some("x=y")));
        for malformed in [
            &[&b"__Host-auth=x; __Host-auth=y"[..]][..],
            &[b"__Host-auth=x", b"b=c; __Host-auth=y"],
            &[b"=__Host-auth=evil; __Host-auth=x"],
            &[b"=__HOST-auth=evil"],
            &[b"__secure-auth"],
            &[b"__Host-auth=\"x\""],
            &[b"__Host-auth=x y"],
            &[b"__Host-auth=\xff"],
            &[b"__Host-auth=x\x00"],
            &[b"__Host-auth=x,y"],
        ] {
            check(malformed, Err(MalformedCredential));
        }
        let long = |length: usize| [&b"__Host-auth="[..], &vec![b'a'; length]].concat();
        check(&[&long(4096)], Ok(Some(&"a".repeat(4096))));
        check(&[&long(4097)], Err(MalformedCredential));
    }
}
