//! The `Authorization: Bearer` header (RFC 6750 §2.1).

use serde::Serialize;

use super::{CookieSet, CredentialSource, MalformedCredential, RefreshPath, TokenSet, Transport};
use crate::config::ConfigReport;
use crate::http::{Reply, RequestHead};
use crate::strategy::IssuedToken;

/// Carries the token in the `Authorization` header and returns it in the body of the login reply,
/// with a refresh token if the backend has sessions.
///
/// The scheme is compared without case (RFC 9110 §11.1); other schemes are ignored. A
/// token has the alphabet of RFC 6750 §2.1 and at most 2048 characters. Two `Authorization` headers
/// are refused. A token in the query or the body is ignored.
#[derive(Debug, Clone, Copy, Default)]
pub struct BearerTransport;

impl BearerTransport {
    /// The maximum length of a token, in bytes.
    pub const MAX_TOKEN_BYTES: usize = 2048;

    /// Creates the transport; it has no settings.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

#[derive(Serialize)]
struct TokenReply<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
}

impl Transport for BearerTransport {
    fn read<'r>(&self, head: &'r dyn RequestHead) -> Result<Option<&'r str>, MalformedCredential> {
        let Some(value) = head.header("authorization", 0) else {
            return Ok(None);
        };
        if head.header("authorization", 1).is_some() {
            return Err(MalformedCredential);
        }
        let scheme_end = value
            .iter()
            .position(|byte| *byte == b' ')
            .unwrap_or(value.len());
        let (scheme, rest) = value.split_at(scheme_end);
        if !scheme.eq_ignore_ascii_case(b"bearer") {
            return Ok(None);
        }
        let token = rest.trim_ascii();
        let is_token = (1..=Self::MAX_TOKEN_BYTES).contains(&token.len())
            && token
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte));
        if !is_token {
            return Err(MalformedCredential);
        }
        str::from_utf8(token)
            .map(Some)
            .map_err(|_| MalformedCredential)
    }

    fn login(&self, tokens: &TokenSet<'_>) -> Reply {
        Reply::json(
            200,
            &TokenReply {
                access_token: tokens.access.expose(),
                token_type: "bearer",
                expires_in: tokens.access.expires_in().as_secs(),
                refresh_token: tokens.refresh.map(IssuedToken::expose),
            },
        )
    }

    fn logout(&self, _: &RefreshPath) -> Reply {
        Reply::empty(204)
    }

    fn source(&self) -> CredentialSource {
        CredentialSource::Header
    }

    fn challenge(&self, presented: bool) -> Option<&'static str> {
        Some(if presented {
            "Bearer error=\"invalid_token\""
        } else {
            "Bearer"
        })
    }

    fn capacity(&self) -> usize {
        Self::MAX_TOKEN_BYTES
    }

    fn cookies(&self) -> Option<&dyn CookieSet> {
        None
    }

    fn validate(&self, _: &mut ConfigReport) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::BufferedRequest;

    fn check(values: &[&str], expected: Result<Option<&str>, MalformedCredential>) {
        let request = BufferedRequest::new("GET", Vec::new());
        let request = values
            .iter()
            .fold(request, |r, value| r.header("authorization", *value));
        assert_eq!(BearerTransport.read(&request.head), expected, "{values:?}");
    }

    #[test]
    fn malformed_or_repeated_header_is_refused() {
        check(&[], Ok(None));
        check(&["Bearer abc.def-_~+/="], Ok(Some("abc.def-_~+/=")));
        check(&["bEaReR   abc "], Ok(Some("abc")));
        check(&["Basic YTpi"], Ok(None));
        check(&["Bearerabc"], Ok(None));
        for malformed in [
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer a,b",
            "Bearer ä",
            "Bearer \0",
        ] {
            check(&[malformed], Err(MalformedCredential));
        }
        check(
            &[&format!("Bearer {}", "a".repeat(2048))],
            Ok(Some(&"a".repeat(2048))),
        );
        check(
            &[&format!("Bearer {}", "a".repeat(2049))],
            Err(MalformedCredential),
        );
        check(&["Bearer abc", "Bearer abc"], Err(MalformedCredential));
        check(&["Basic YTpi", "Bearer abc"], Err(MalformedCredential));
    }
}
