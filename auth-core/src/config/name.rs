//! The form of names that an application chooses for parts of its configuration.

/// Returns whether `name` is 1 to 32 characters of `a-z`, `0-9`, `-` and `_`.
///
/// Such a name is a segment of a path and the key of a row in every store, without escapes.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let is_plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    (1..=32).contains(&name.len()) && name.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::is_plain_name;

    #[test]
    fn name_with_other_characters_or_length_is_rejected() {
        let longest = "a".repeat(32);
        for name in ["a", "0", "api-2_x", "-", &longest] {
            assert!(is_plain_name(name), "{name}");
        }
        let too_long = "a".repeat(33);
        for name in ["", "Api", "a b", "a/b", "a.b", "é", "a\0", &too_long] {
            assert!(!is_plain_name(name), "{name}");
        }
    }
}
