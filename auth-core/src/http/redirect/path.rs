//! Paths with a query: which ones are safe.

use percent_encoding::percent_decode;

/// Returns whether a path, with or without a query, names a place of its own site in every reading of it:
/// by browsers, by proxies that decode or normalise, and by frameworks.
pub(super) fn is_safe(text: &str) -> bool {
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let is_query = |query: &str| {
        let is_of_query = |c| is_of_path(c) || c == b'?';
        let decoded = decoded(query);
        query.bytes().all(is_of_query) && decoded.is_some_and(|bytes| !has_controls(&bytes))
    };
    path.starts_with('/')
        && path.bytes().all(is_of_path)
        && are_segments(path)
        && query.is_none_or(is_query)
}

/// Returns whether a URI may have this byte in its path (RFC 3986 §3.3).
fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@/".contains(&byte)
}

/// Returns whether the segments of a path are plain names. The last one may be empty.
fn are_segments(path: &str) -> bool {
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        let Some(decoded) = decoded(segment) else {
            return false;
        };
        let is_name = !matches!(decoded.as_slice(), b"." | b"..")
            && !has_controls(&decoded)
            && !decoded.contains(&b'/')
            && !decoded.contains(&b'\\');
        if !is_name || segment.is_empty() && !is_last {
            return false;
        }
    }
    true
}

/// Returns the bytes without any layer of percent-encoding; `None` if a `%` of the text itself begins no
/// escape.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let is_escape = |part: &str| {
        let digits = part.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    loop {
        let next: Vec<u8> = percent_decode(&bytes).collect();
        if next.len() == bytes.len() {
            return Some(bytes);
        }
        bytes = next;
    }
}

fn has_controls(bytes: &[u8]) -> bool {
    bytes.iter().any(u8::is_ascii_control)
}
