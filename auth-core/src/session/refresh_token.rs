//! The text form of a refresh token.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use crate::secret::{RandomError, random_bytes};
use crate::session::SessionId;

/// 32 secret bytes.
pub(crate) type SecretBytes = Zeroizing<[u8; 32]>;

/// A parsed refresh token: the session's id, the secret that all of its tokens share, and the secret of
/// this one.
// No `Display`: it goes into one reply, through `text`.
#[derive(Clone)]
pub(crate) struct RefreshToken {
    pub(crate) id: SessionId,
    pub(crate) family: SecretBytes,
    pub(crate) secret: SecretBytes,
}

impl RefreshToken {
    /// 16, 32 and 32 bytes in base64url without padding.
    const LENGTH: usize = 107;

    /// Draws the first token of a new session.
    pub(super) fn draw(id: SessionId) -> Result<Self, RandomError> {
        Ok(Self {
            id,
            family: Zeroizing::new(random_bytes()?),
            secret: Zeroizing::new(random_bytes()?),
        })
    }

    /// Reads the one form that is written; `None` for any other text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() != Self::LENGTH {
            return None;
        }
        let bytes = Zeroizing::new(Base64UrlUnpadded::decode_vec(text).ok()?);
        let (id, rest) = bytes.split_first_chunk::<16>()?;
        let (family, secret) = rest.split_first_chunk::<32>()?;
        let secret: &[u8; 32] = secret.try_into().ok()?;
        Some(Self {
            id: SessionId::from_uuid(uuid::Uuid::from_bytes(*id)),
            family: Zeroizing::new(*family),
            secret: Zeroizing::new(*secret),
        })
    }

    pub(crate) fn text(&self) -> Zeroizing<String> {
        let parts: [&[u8]; 3] = [self.id.as_bytes(), &self.family[..], &self.secret[..]];
        let bytes = Zeroizing::new(parts.concat());
        Zeroizing::new(Base64UrlUnpadded::encode_string(&bytes))
    }

    /// Returns another token of the same session.
    pub(super) fn with_secret(&self, secret: SecretBytes) -> Self {
        Self {
            id: self.id,
            family: self.family.clone(),
            secret,
        }
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::string_slice, reason = "a text of ASCII, cut to be broken")]
    fn token_has_exactly_one_text() {
        let token = RefreshToken::draw(SessionId::generate().unwrap()).unwrap();
        let text = token.text();
        assert_eq!(text.len(), RefreshToken::LENGTH);
        let read = RefreshToken::parse(&text).unwrap();
        assert_eq!(read.text(), text);
        assert_eq!((read.id, &read.family), (token.id, &token.family));
        for other in [
            "",
            &text[1..],
            &format!("{}=", &text[1..]),
            &format!("{} ", &text[1..]),
            &text.replace(&text[..1], "+"),
            // The last character has unused bits, which must be zero.
            &format!("{}_", &text[..106]),
        ] {
            assert!(RefreshToken::parse(other).is_none(), "{other}");
        }
    }

    /// A7.2.3, N-SE-01: each of the 512 secret bits is random, also in the tokens of one session.
    #[test]
    fn secrets_of_tokens_are_random() {
        const DRAWS: usize = 10_000;
        let id = SessionId::generate().unwrap();
        let mut ones = [0_usize; 512];
        let mut texts = std::collections::BTreeSet::new();
        for _ in 0..DRAWS {
            let token = RefreshToken::draw(id).unwrap();
            let secret = [&token.family[..], &token.secret[..]].concat();
            for (bit, ones) in ones.iter_mut().enumerate() {
                *ones += usize::from(secret[bit / 8] >> (bit % 8) & 1);
            }
            texts.insert(token.text().to_string());
        }
        assert_eq!(texts.len(), DRAWS);
        // Ten standard deviations from the mean: a failure is not chance.
        assert!(
            ones.iter().all(|ones| (4_500..5_500).contains(ones)),
            "{ones:?}"
        );
    }
}
