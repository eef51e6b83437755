//! How a credential travels.

mod bearer;
mod cookie;
mod cookie_header;
mod tokens;

pub use bearer::BearerTransport;
pub use cookie::{CookieTransport, SameSite};
pub(crate) use cookie_header::find as find_cookie;
pub use tokens::{IssuedTokens, RefreshPath};

use thiserror::Error;

use crate::config::ConfigReport;
use crate::http::{Reply, RequestHead};

/// How a credential travels: out with the reply to a login, in with every request.
///
/// Synchronous and pure: it borrows from the head and answers with data. It knows nothing of what a
/// token means.
///
/// # Examples
///
/// A header of the application's own:
///
/// ```
/// use auth_core::http::{Reply, RequestHead};
/// use auth_core::transport::{IssuedTokens, MalformedCredential, RefreshPath, CredentialSource, Transport};
/// use serde_json::json;
///
/// struct ApiKeyHeader;
///
/// impl Transport for ApiKeyHeader {
///     fn read<'r>(
///         &self,
///         head: &'r dyn RequestHead,
///     ) -> Result<Option<&'r str>, MalformedCredential> {
///         let Some(value) = head.header("x-api-key", 0) else {
///             return Ok(None);
///         };
///         // Two of them could be read differently by different parties: that is no credential.
///         if head.header("x-api-key", 1).is_some() {
///             return Err(MalformedCredential);
///         }
///         str::from_utf8(value).map(Some).map_err(|_| MalformedCredential)
///     }
///     fn login(&self, tokens: &IssuedTokens<'_>) -> Reply {
///         let seconds = tokens.access.expires_in().as_secs();
///         Reply::json(200, &json!({ "api_key": tokens.access.expose(), "expires_in": seconds }))
///     }
///     fn logout(&self, _: &RefreshPath) -> Reply {
///         Reply::empty(204)
///     }
///     fn source(&self) -> CredentialSource {
///         CredentialSource::Header
///     }
///     fn challenge(&self, _presented: bool) -> Option<&'static str> {
///         None
///     }
/// }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Finds the credential in a request. Absent is `Ok(None)`.
    ///
    /// # Errors
    ///
    /// [`MalformedCredential`] when something is there and cannot be a credential, or is there
    /// twice: that ends the search, and the request is refused.
    fn read<'r>(&self, head: &'r dyn RequestHead) -> Result<Option<&'r str>, MalformedCredential>;

    /// Finds a refresh token that travels by itself (a cookie); one in a body is read by the endpoint.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    fn read_refresh<'r>(
        &self,
        head: &'r dyn RequestHead,
    ) -> Result<Option<&'r str>, MalformedCredential> {
        let _ = head;
        Ok(None)
    }

    /// The reply that hands fresh tokens to the client: to a login, and to a refresh.
    fn login(&self, tokens: &IssuedTokens<'_>) -> Reply;

    /// The reply that ends a login.
    fn logout(&self, refresh_path: &RefreshPath) -> Reply;

    /// The headers that make a client forget an access token that is not good any more; none where
    /// the client's own code keeps it.
    fn forget(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Who puts the credential into the request.
    fn source(&self) -> CredentialSource;

    /// The challenge for `WWW-Authenticate` (RFC 9110 §11.6.1), where there is a scheme for it;
    /// `presented` says that a credential was there and not accepted.
    fn challenge(&self, presented: bool) -> Option<&'static str>;

    /// The longest token that it carries, in bytes.
    fn capacity(&self) -> usize {
        2048
    }

    /// The cookie in which a script finds the CSRF token, where the credential is ambient. `None`
    /// leaves only the origin of a request as a proof that it is not forged.
    fn csrf_cookie(&self) -> Option<&str> {
        None
    }

    /// The header that sets that cookie, for a client that has not logged in yet.
    fn offer_csrf(&self, token: &str) -> Option<(&'static str, String)> {
        let _ = token;
        None
    }

    /// The names of all cookies that it sets. No two backends may have one in common: what the one
    /// hands out would take the place of what the other one did.
    fn cookies(&self) -> Vec<&str> {
        self.csrf_cookie().into_iter().collect()
    }

    /// Whether what it carries is kept from plain HTTP.
    fn is_secure(&self) -> bool {
        true
    }

    /// Takes part in the check of the configuration at `build()`.
    fn validate(&self, report: &mut ConfigReport) {
        let _ = report;
    }
}

/// Who puts a credential into a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialSource {
    /// The client's own code, each time (a header). Asked first, and decides alone where present.
    Header,
    /// The browser, by itself (a cookie).
    Cookie,
}

/// A credential is there and cannot be one, or there are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the request carries a malformed credential")]
pub struct MalformedCredential;
