//! The few rules of DER (ITU-T X.690) that notations of keys need.

/// `INTEGER`
pub(crate) const INTEGER: u8 = 0x02;
/// `BIT STRING`
pub(crate) const BIT_STRING: u8 = 0x03;
/// `OBJECT IDENTIFIER`
pub(crate) const OBJECT: u8 = 0x06;
/// `SEQUENCE`
pub(crate) const SEQUENCE: u8 = 0x30;

/// Splits a value of this tag from what follows it.
///
/// Lengths are read in every notation that they have, also in longer ones than needed: a caller that
/// must know that bytes are in canonical form writes them again and compares.
pub(crate) fn split(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = bytes.strip_prefix(&[tag])?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 => {
            let (&low, rest) = rest.split_first()?;
            (usize::from(low), rest)
        }
        0x82 => {
            let (&[high, low], rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_be_bytes([high, low])), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// The value of this tag made of `parts`; `None` when they are longer than any key (64 KiB).
pub(crate) fn join(tag: u8, parts: &[&[u8]]) -> Option<Vec<u8>> {
    let body = parts.concat();
    let length = u16::try_from(body.len()).ok()?;
    let [high, low] = length.to_be_bytes();
    let mut value = match (high, low) {
        (0, 0..=0x7f) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    value.extend_from_slice(&body);
    Some(value)
}

/// A number without sign, given in big-endian order without leading zeros.
pub(crate) fn unsigned(number: &[u8]) -> Option<Vec<u8>> {
    // The first bit of an integer is its sign.
    let sign: &[u8] = match number.first() {
        Some(0x80..) => &[0],
        _ => &[],
    };
    join(INTEGER, &[sign, number])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_is_split_again() {
        for length in [0, 1, 127, 128, 255, 256, 65_535] {
            let body = vec![0x5a; length];
            let mut bytes = join(SEQUENCE, &[&body]).unwrap();
            bytes.extend_from_slice(b"rest");
            assert_eq!(split(SEQUENCE, &bytes), Some((&*body, b"rest".as_slice())));
            assert_eq!(split(INTEGER, &bytes), None, "another tag");
        }
        assert_eq!(join(SEQUENCE, &[&vec![0; 65_536]]), None);
    }

    #[test]
    fn what_is_cut_short_is_no_value() {
        for bytes in ["", "\x30", "\x30\x01", "\x30\u{1}", "\x30\x05abcd"] {
            assert_eq!(split(SEQUENCE, bytes.as_bytes()), None, "{bytes:?}");
        }
        for bytes in [
            &[0x30, 0x81][..],
            &[0x30, 0x82, 1],
            &[0x30, 0x83, 0, 0, 0],
            &[0x30, 0x80],
        ] {
            assert_eq!(split(SEQUENCE, bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn numbers_keep_their_sign() {
        assert_eq!(unsigned(&[0x7f]), Some(vec![2, 1, 0x7f]));
        assert_eq!(unsigned(&[0x80]), Some(vec![2, 2, 0, 0x80]));
        assert_eq!(unsigned(&[1, 0, 1]), Some(vec![2, 3, 1, 0, 1]));
    }
}
