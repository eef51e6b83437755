//! Random damage, from a fixed seed: nothing panics, and only the original is accepted.

use super::*;

/// The generator `SplitMix64`: small, and the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// Changes, inserts, deletes, doubles or swaps bytes, one to four times.
    fn damage(&mut self, bytes: &mut Vec<u8>, alphabet: &[u8]) {
        for _ in 0..=self.below(4) {
            if bytes.is_empty() {
                return;
            }
            let place = self.below(bytes.len());
            let other = self.below(bytes.len());
            let letter = alphabet[self.below(alphabet.len())];
            match self.below(8) {
                0 => bytes[place] ^= 1 << self.below(8),
                1 => bytes[place] = self.byte(),
                2 => bytes[place] = letter,
                3 => bytes.insert(place, letter),
                4 => drop(bytes.remove(place)),
                5 => bytes.truncate(place),
                6 => bytes.swap(place, other),
                _ => {
                    let range = place.min(other)..place.max(other);
                    let copy = bytes[range].to_vec();
                    bytes.splice(place..place, copy);
                }
            }
        }
    }
}

/// A9.1.1, J-14, B-54: damage to the text of a token, whose signature is then invalid.
#[test]
fn damaged_token_is_rejected() {
    let mut numbers = Numbers(0x0bad_cafe);
    let token = minted();
    let alphabet = b"ABCabc012-_.=+/ \n\0{}\"";
    let mut untouched = 0;
    for _ in 0..40_000 {
        let mut bytes = token.clone().into_bytes();
        numbers.damage(&mut bytes, alphabet);
        let damaged = String::from_utf8_lossy(&bytes);
        if damaged == token {
            untouched += 1;
        } else {
            assert!(read(&damaged).is_err(), "{damaged:?}");
        }
    }
    assert!(
        untouched < 4_000,
        "most of the damage must be real: {untouched}"
    );
}

/// J-16, B-40: damage to the JSON under a valid signature. An accepted payload is still
/// well-formed, for our audience and within its time.
#[test]
fn accepted_damaged_payload_is_still_typed() {
    let mut numbers = Numbers(0x5eed);
    let payload = good_payload().to_string();
    let alphabet = b"0123456789-+.eE\"\\{}[],:naudexpitf \xc3\xff";
    let mut passed = 0;
    for _ in 0..20_000 {
        let mut bytes = payload.clone().into_bytes();
        numbers.damage(&mut bytes, alphabet);
        let Ok(claims) = read(&with_payload(&bytes)) else {
            continue;
        };
        passed += 1;
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        let now = NOW.unix_timestamp();
        assert_eq!(value["aud"], "api");
        assert_eq!(value["sub"], claims.sub());
        assert_eq!(value["jti"], claims.jti());
        assert_eq!(value["exp"], claims.exp());
        assert!(!claims.sub().is_empty() && !claims.jti().is_empty());
        assert!(claims.nbf() - 30 <= now && claims.iat() - 30 <= now);
        assert!(now < claims.exp() + 30 && claims.nbf() < claims.exp());
    }
    assert!(
        passed > 100,
        "some damage is harmless, or the test proves nothing: {passed}"
    );
}

/// A9.1.1: a damaged header under a valid signature is accepted only if its content is the same.
#[test]
fn damaged_header_with_other_content_is_rejected() {
    let mut numbers = Numbers(0xfeed);
    let header = good_header().to_string();
    let alphabet = b"HS256EdDAnone\"\\{}[],:algkidtypcrit \xff";
    for _ in 0..20_000 {
        let mut bytes = header.clone().into_bytes();
        numbers.damage(&mut bytes, alphabet);
        if read(&with_header(&bytes)).is_ok() {
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(value, good_header(), "{}", bytes.escape_ascii());
        }
    }
}
