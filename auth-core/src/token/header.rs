//! The header of a token, before its signature is checked.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde_json::Value;

use super::{EncodeError, InvalidToken, JwtKey, KeyRing, TokenProfile};
use crate::http::json;

/// The longest header that is compared before it is parsed, in bytes.
const MAX_MINTED: usize = 160;

/// The three members of the header, in the order in which they are written.
#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

/// Returns the first part of a token signed with `key`.
pub(super) fn encode(key: &JwtKey, profile: &TokenProfile) -> Result<String, EncodeError> {
    let header = Header {
        alg: key.algorithm().name(),
        typ: profile.typ(),
        kid: key.kid().as_str(),
    };
    let json = serde_json::to_vec(&header).map_err(|_| EncodeError::Signing)?;
    Ok(Base64UrlUnpadded::encode_string(&json))
}

/// Returns the key that the header of a token names, if the header is one of a token of this profile.
pub(super) fn find_key<'k>(
    keys: &'k KeyRing,
    profile: &TokenProfile,
    part: &str,
) -> Result<&'k JwtKey, InvalidToken> {
    // Tokens that were minted here have one of few headers: comparing is faster than parsing.
    let mut buffer = [0; MAX_MINTED];
    if let Ok(header) = Base64UrlUnpadded::decode(part, &mut buffer)
        && let Some(key) = keys.keys().find(|key| is_minted(header, key, profile))
    {
        return Ok(key);
    }
    let header = UnverifiedHeader::parse(part)?;
    let key = header.kid().and_then(|kid| keys.find(kid));
    let key = key.ok_or(InvalidToken::UnknownKey)?;
    if !header.has_algorithm_of(key) {
        return Err(InvalidToken::WrongAlgorithm);
    }
    if !header.is_of_kind(profile) {
        return Err(InvalidToken::WrongKind);
    }
    Ok(key)
}

/// Returns whether these are the bytes that [`encode`] writes for this key. No value of the three
/// has a character that JSON escapes.
fn is_minted(header: &[u8], key: &JwtKey, profile: &TokenProfile) -> bool {
    let parts = [
        r#"{"alg":""#,
        key.algorithm().name(),
        r#"","typ":""#,
        profile.typ(),
        r#"","kid":""#,
        key.kid().as_str(),
    ];
    let rest = parts
        .iter()
        .try_fold(header, |rest, part| rest.strip_prefix(part.as_bytes()));
    rest == Some(br#""}"#)
}

/// The unverified header of a token. It serves only to find the key and to refuse the token: the
/// members can be compared, not read (A9.1.1).
pub(super) struct UnverifiedHeader {
    alg: Option<String>,
    typ: Option<String>,
    kid: Option<String>,
}

impl UnverifiedHeader {
    /// Reads the first part of a token.
    ///
    /// Only the members of our own tokens are accepted. `crit` would name extensions that must be
    /// understood, and none are (RFC 7515 §4.1.11); `jku`, `jwk`, `x5u` and `x5c` carry a key;
    /// `zip`, `b64` and `cty` change the meaning of the payload. All other names are refused as
    /// well.
    pub(super) fn parse(part: &str) -> Result<Self, InvalidToken> {
        let bytes = Base64UrlUnpadded::decode_vec(part).map_err(|_| InvalidToken::Malformed)?;
        let members = json::parse_object(&bytes).map_err(|_| InvalidToken::Malformed)?;
        let mut header = Self {
            alg: None,
            typ: None,
            kid: None,
        };
        for (name, value) in members {
            let member = match name.as_str() {
                "alg" => &mut header.alg,
                "typ" => &mut header.typ,
                "kid" => &mut header.kid,
                _ => return Err(InvalidToken::UnexpectedHeader),
            };
            let Value::String(text) = value else {
                return Err(InvalidToken::Malformed);
            };
            *member = Some(text);
        }
        Ok(header)
    }

    /// Returns the name of the key, for the lookup in the ring.
    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns whether the token names the algorithm of its key.
    pub(super) fn has_algorithm_of(&self, key: &JwtKey) -> bool {
        self.alg.as_deref() == Some(key.algorithm().name())
    }

    /// Returns whether the token names the expected kind.
    ///
    /// Compared byte by byte. As a media type, `typ` could be written in any case and with
    /// `application/` in front (RFC 7515 §4.1.9), but all valid tokens were minted here, in one
    /// spelling.
    pub(super) fn is_of_kind(&self, profile: &TokenProfile) -> bool {
        self.typ.as_deref() == Some(profile.typ())
    }
}
