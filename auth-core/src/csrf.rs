//! Protection against cross-site request forgery (CSRF).
//!
//! Browsers also add cookies to requests that other sites cause. So a request that changes something,
//! and is authenticated by a cookie, has to prove its source, in this order (OWASP's sheet on
//! cross-site request forgery):
//!
//! 1. **Fetch Metadata.** `Sec-Fetch-Site: same-origin` (or `none`: the user's own doing) passes;
//!    `same-site` and `cross-site` pass only from an origin that is allowed by name.
//! 2. **Origin**, where there is no Fetch Metadata: the server's own, or an allowed one.
//! 3. **A signed double-submit token**, where there is neither: the header `X-CSRF-Token` repeats the
//!    CSRF cookie, whose value is bound to the session by a key of the server.
//!
//! Opening a WebSocket counts as such a request. Requests with a bearer token need no check: no browser
//! adds one by itself.

mod binding;

pub(crate) use binding::CsrfBinding;

use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::http::{Origin, RequestHead, is_loopback};
use crate::secret::{
    RandomError, Secret, SubKey, SubKeys, constant_time_eq, keyed_digest, random_bytes,
};
use crate::store::DEFAULT_REALM;
use crate::transport::{Transport, find_cookie};

/// The header that repeats the CSRF cookie.
const HEADER: &str = "x-csrf-token";

/// The rules, with the origins of the configuration.
#[derive(Debug)]
pub(crate) struct Csrf {
    keys: Option<SubKeys>,
    own: Option<Origin>,
    allowed: Vec<Origin>,
    takes_plain_http: bool,
    log_only: bool,
    realm: String,
}

/// The source of a request, as its headers state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A page of the application, or of an allowed origin.
    Ours,
    /// A page of another origin.
    Foreign,
    /// Not stated: a client other than a browser, or a very old browser.
    Silent,
}

impl Csrf {
    pub(crate) fn new(
        keys: Option<SubKeys>,
        own: Option<Origin>,
        allowed: Vec<Origin>,
        takes_plain_http: bool,
    ) -> Self {
        Self {
            keys,
            own,
            allowed,
            takes_plain_http,
            log_only: false,
            realm: DEFAULT_REALM.to_owned(),
        }
    }

    /// Sets whether requests that fail the check are accepted. The events are raised in both cases.
    pub(crate) fn log_only(self, log_only: bool) -> Self {
        Self { log_only, ..self }
    }

    /// Sets the realm of the logins that tokens are bound to.
    pub(crate) fn in_realm(self, realm: &str) -> Self {
        let realm = realm.to_owned();
        Self { realm, ..self }
    }

    /// Returns whether requests that fail the check are refused.
    pub(crate) fn enforces(&self) -> bool {
        !self.log_only
    }

    /// Returns whether a request whose credential is the cookie of this transport passes; `binding` is
    /// the login of the cookie.
    pub(crate) fn passes(
        &self,
        head: &dyn RequestHead,
        transport: &dyn Transport,
        binding: &CsrfBinding,
    ) -> bool {
        if is_safe(head) {
            return true;
        }
        match self.source(head) {
            Source::Ours => true,
            Source::Foreign => false,
            Source::Silent => has_token(head, transport, |token| self.is_of(token, binding)),
        }
    }

    /// Returns whether a login passes. A client without origins repeats any genuine token: one from
    /// before a login, or that of a session which the login replaces or which has ended.
    pub(crate) fn passes_login(&self, head: &dyn RequestHead, transport: &dyn Transport) -> bool {
        match self.source(head) {
            Source::Ours => true,
            Source::Foreign => false,
            Source::Silent => has_token(head, transport, |token| self.is_genuine(token)),
        }
    }

    /// Returns a token for the login `binding`; `None` if there are no keys, because no transport
    /// uses cookies.
    pub(crate) fn mint(&self, binding: &CsrfBinding) -> Result<Option<String>, RandomError> {
        let Some(keys) = &self.keys else {
            return Ok(None);
        };
        let key = keys.active();
        let nonce = Base64UrlUnpadded::encode_string(&random_bytes::<16>()?);
        let mac = self.mac_of(key.secret(), binding, &nonce);
        let seal = self.seal_of(key.secret(), &nonce, &mac);
        Ok(Some(format!("{}.{nonce}.{mac}.{seal}", key.kid())))
    }

    /// Returns whether this is a token that the server made, for whichever login.
    pub(crate) fn is_genuine(&self, token: &str) -> bool {
        self.parse(token).is_some()
    }

    /// Returns whether this is a valid token for the login `binding`.
    pub(crate) fn is_of(&self, token: &str, binding: &CsrfBinding) -> bool {
        self.parse(token).is_some_and(|parsed| {
            let expected = self.mac_of(parsed.key.secret(), binding, parsed.nonce);
            constant_time_eq(expected.as_bytes(), parsed.mac.as_bytes())
        })
    }

    /// Returns the token in the cookie of a request if it is a valid one for the login `binding`.
    pub(crate) fn token_of(
        &self,
        head: &dyn RequestHead,
        transport: &dyn Transport,
        binding: &CsrfBinding,
    ) -> Option<String> {
        let sent = find_cookie(head, transport.csrf_cookie()?).ok().flatten();
        sent.filter(|token| self.is_of(token, binding))
            .map(str::to_owned)
    }

    /// Parses a token that the server made; `None` for any other text.
    fn parse<'t>(&self, token: &'t str) -> Option<Parsed<'t>> {
        let mut parts = token.split('.');
        let (kid, nonce, mac, seal) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let key = self.keys.as_ref()?.find(kid)?;
        let expected = self.seal_of(key.secret(), nonce, mac);
        let is_genuine = constant_time_eq(expected.as_bytes(), seal.as_bytes());
        is_genuine.then_some(Parsed { key, nonce, mac })
    }

    fn mac_of(&self, key: &Secret, binding: &CsrfBinding, nonce: &str) -> String {
        let [kind, name] = binding.parts();
        keyed_digest(key, &[self.realm.as_bytes(), kind, name, nonce.as_bytes()])
    }

    /// Has one part less than [`mac_of`](Self::mac_of), so that neither is ever the other.
    fn seal_of(&self, key: &Secret, nonce: &str, mac: &str) -> String {
        keyed_digest(
            key,
            &[self.realm.as_bytes(), nonce.as_bytes(), mac.as_bytes()],
        )
    }

    /// Returns whether the request has a CSRF cookie of another login than `binding`.
    ///
    /// A neighbouring domain can plant a refresh cookie without the prefix `__Host-`
    /// ([`narrow_refresh_path`](crate::CookieTransport::narrow_refresh_path)); the CSRF cookie has the
    /// prefix, and identifies the session of a browser's cookies.
    pub(crate) fn has_cookie_of_another(
        &self,
        head: &dyn RequestHead,
        transport: &dyn Transport,
        binding: &CsrfBinding,
    ) -> bool {
        let Some(name) = transport.csrf_cookie() else {
            return false;
        };
        match find_cookie(head, name) {
            Ok(None) => false,
            Ok(Some(cookie)) => !self.is_of(cookie, binding),
            Err(_) => true,
        }
    }

    /// Returns whether the CSRF cookie of a request came twice with two values, or cannot be a token.
    pub(crate) fn has_malformed_cookie(head: &dyn RequestHead, transport: &dyn Transport) -> bool {
        let name = transport.csrf_cookie();
        name.is_some_and(|name| find_cookie(head, name).is_err())
    }

    /// Returns the source of a request.
    pub(crate) fn source(&self, head: &dyn RequestHead) -> Source {
        let origin = match (head.header("origin", 0), head.header("origin", 1)) {
            (None, _) => None,
            (Some(origin), None) => Some(origin),
            (Some(_), Some(_)) => return Source::Foreign,
        };
        let is_allowed = origin.is_some_and(|origin| self.allowed.iter().any(|o| o.is(origin)));
        if is_allowed {
            return Source::Ours;
        }
        let site = match (
            head.header("sec-fetch-site", 0),
            head.header("sec-fetch-site", 1),
        ) {
            (None, _) => None,
            (Some(site), None) => Some(site),
            (Some(_), Some(_)) => return Source::Foreign,
        };
        match site {
            // No page can write this header, and behind a proxy the browser knows better than `Host`.
            Some(b"same-origin" | b"none") => Source::Ours,
            Some(_) => Source::Foreign,
            None => match origin {
                Some(origin) if self.is_own(head, origin) => Source::Ours,
                Some(_) => Source::Foreign,
                None => Source::Silent,
            },
        }
    }

    /// Returns whether an origin is the server's own: the configured origin, or else the origin of the
    /// request's `Host`.
    pub(crate) fn is_own(&self, head: &dyn RequestHead, origin: &[u8]) -> bool {
        if let Some(own) = &self.own {
            return own.is(origin);
        }
        let (Some(host), None) = (head.header("host", 0), head.header("host", 1)) else {
            return false;
        };
        let of_scheme = |scheme: &str, port: &[u8]| {
            let Some(authority) = origin.strip_prefix(scheme.as_bytes()) else {
                return false;
            };
            let host = host.strip_suffix(port).unwrap_or(host);
            !host.is_empty() && authority.eq_ignore_ascii_case(host)
        };
        // Loopback traffic is not exposed to a network, and loopback hosts have no certificates.
        let takes_plain_http = || self.takes_plain_http || is_loopback(host);
        of_scheme("https://", b":443") || (takes_plain_http() && of_scheme("http://", b":80"))
    }
}

/// Returns whether the header repeats the CSRF cookie, and `is_good` accepts it.
fn has_token(
    head: &dyn RequestHead,
    transport: &dyn Transport,
    is_good: impl FnOnce(&str) -> bool,
) -> bool {
    let Some(name) = transport.csrf_cookie() else {
        return false;
    };
    let (Some(sent), None) = (head.header(HEADER, 0), head.header(HEADER, 1)) else {
        return false;
    };
    let Ok(Some(cookie)) = find_cookie(head, name) else {
        return false;
    };
    constant_time_eq(sent, cookie.as_bytes()) && is_good(cookie)
}

/// A token that the server made: its key, a nonce, and the digest that binds it to a login. The seal, by
/// which it is recognised without the login, has been checked.
struct Parsed<'t> {
    key: Arc<SubKey>,
    nonce: &'t str,
    mac: &'t str,
}

/// Returns whether a request changes nothing: its method is safe (RFC 9110 §9.2.1), and it does not open
/// a WebSocket, which begins as a `GET` with cookies from a page of any origin (RFC 6455 §10.2).
pub(crate) fn is_safe(head: &dyn RequestHead) -> bool {
    let has_safe_method = matches!(head.method(), "GET" | "HEAD" | "OPTIONS" | "TRACE");
    let upgrades = (0..)
        .map_while(|index| head.header("upgrade", index))
        .any(|value| {
            value
                .to_ascii_lowercase()
                .windows(9)
                .any(|nine| nine == b"websocket")
        });
    has_safe_method && !upgrades
}

#[cfg(test)]
mod tests;
