//! The header of a token, before anything in it may be believed.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde_json::Value;

use super::{EncodeError, InvalidToken, JwtKey, TokenProfile};
use crate::http::json;

/// The three members that a header of ours has, in the order in which they are written.
#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

/// The first part of a token signed with `key`.
pub(super) fn encode(key: &JwtKey, profile: &TokenProfile) -> Result<String, EncodeError> {
    let header = Header {
        alg: key.algorithm().name(),
        typ: profile.typ(),
        kid: key.kid().as_str(),
    };
    let json = serde_json::to_vec(&header).map_err(|_| EncodeError::Signing)?;
    Ok(Base64UrlUnpadded::encode_string(&json))
}

/// What the sender of a token says about it. Good for finding the key and for refusing the token,
/// and for nothing else: the members can be compared, not read (A9.1.1).
pub(super) struct UnverifiedHeader {
    alg: Option<String>,
    typ: Option<String>,
    kid: Option<String>,
}

impl UnverifiedHeader {
    /// Reads the first part of a token.
    ///
    /// Only what our own tokens have may be there. `crit` would name extensions that must be
    /// understood, and we understand none (RFC 7515 §4.1.11); `jku`, `jwk`, `x5u` and `x5c` bring a
    /// key along; `zip`, `b64` and `cty` change what the payload means. Refusing every other name
    /// covers those that are not invented yet.
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

    /// The name of the key, to be looked up among our own.
    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Does the token name the algorithm of its key?
    pub(super) fn has_algorithm_of(&self, key: &JwtKey) -> bool {
        self.alg.as_deref() == Some(key.algorithm().name())
    }

    /// Does the token name the kind that is expected?
    ///
    /// Compared byte by byte. As a media type `typ` could be written in any case and with
    /// `application/` in front (RFC 7515 §4.1.9), but all tokens that are valid here were minted
    /// here, in one spelling; a second spelling was not written by this toolkit.
    pub(super) fn is_of_kind(&self, profile: &TokenProfile) -> bool {
        self.typ.as_deref() == Some(profile.typ())
    }
}
