//! The encodings of Ed25519 points that no honest key pair has.

/// Returns whether `encoded` is a point of small order, or the encoding of a number that is not
/// reduced modulo 2²⁵⁵ - 19.
///
/// Under a public key of small order every party can make a signature that verifies for many messages,
/// and a number that is not reduced is a second encoding of a key. RFC 8032 §5.1.3 (step 1) refuses
/// the second kind; `aws-lc-rs` accepts both. The ordinates are the eight points of order 1, 2, 4
/// and 8, as in table 1 of *Taming the many `EdDSAs`* (Chalkias, Garillot, Nikolaenko; SSR 2020)
/// and in the constant `EIGHT_TORSION` of `curve25519-dalek`. Two points with one ordinate differ in
/// the sign bit, which is ignored here.
pub(super) fn is_small_order_or_unreduced(encoded: [u8; 32]) -> bool {
    let mut ordinate = encoded;
    // The highest bit is the sign of the abscissa.
    let [.., last] = &mut ordinate;
    *last &= 0x7f;
    let is_reduced = ordinate.iter().rev().lt(P.iter().rev());
    !is_reduced || ORDINATES.contains(&ordinate)
}

/// 2²⁵⁵ - 19. All numbers of this file are little-endian.
const P: [u8; 32] = *b"\xed\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f";

/// The ordinates of the points whose order divides 8: 1 (order 1), -1 (order 2), 0 (order 4), and
/// the two of order 8.
const ORDINATES: [[u8; 32]; 5] = [
    *b"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    *b"\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
        \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    [0; 32],
    *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\
        \xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
    *b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\
        \x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
];

#[cfg(test)]
mod tests {
    use super::{ORDINATES, P, is_small_order_or_unreduced};

    #[test]
    fn small_order_point_is_found_with_either_sign() {
        for ordinate in ORDINATES {
            let mut negative = ordinate;
            negative[31] |= 0x80;
            assert!(is_small_order_or_unreduced(ordinate), "{ordinate:x?}");
            assert!(is_small_order_or_unreduced(negative), "{negative:x?}");
        }
    }

    #[test]
    fn number_is_reduced_below_the_prime_only() {
        let with_low_byte = |low| {
            let mut number = P;
            number[0] = low;
            number
        };
        assert!(!is_small_order_or_unreduced(with_low_byte(0xeb)));
        for low in 0xed..=0xff {
            assert!(is_small_order_or_unreduced(with_low_byte(low)), "{low}");
        }
        assert!(is_small_order_or_unreduced([0xff; 32]));
    }

    #[test]
    fn base_point_is_accepted() {
        let mut base = [0x66; 32];
        base[0] = 0x58;
        assert!(!is_small_order_or_unreduced(base));
    }
}
