//! Transports: how a credential travels.

mod bearer;
mod cookie;
mod cookie_header;
mod cookie_set;
mod tokens;

pub use bearer::BearerTransport;
pub use cookie::{CookieTransport, SameSite};
pub(crate) use cookie_header::find as find_cookie;
pub use cookie_set::CookieSet;
pub use tokens::{RefreshPath, TokenSet};

use thiserror::Error;

use crate::config::ConfigReport;
use crate::http::{Reply, RequestHead};

/// Reads credentials from requests, and writes tokens to replies.
///
/// It is synchronous and without side effects, and does not interpret tokens.
///
/// No method has a default, so that a transport around another one must forward every method.
///
/// # Examples
///
/// A header of the application's own:
///
/// ```
/// use auth_core::ConfigReport;
/// use auth_core::http::{Reply, RequestHead};
/// use auth_core::transport::{
///     CookieSet, CredentialSource, TokenSet, MalformedCredential, RefreshPath, Transport,
/// };
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
///         // Two headers could be read differently by different parties.
///         if head.header("x-api-key", 1).is_some() {
///             return Err(MalformedCredential);
///         }
///         str::from_utf8(value).map(Some).map_err(|_| MalformedCredential)
///     }
///     fn login(&self, tokens: &TokenSet<'_>) -> Reply {
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
///     fn capacity(&self) -> usize {
///         2048
///     }
///     fn cookies(&self) -> Option<&dyn CookieSet> {
///         None
///     }
///     fn validate(&self, _report: &mut ConfigReport) {}
/// }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Returns the credential of a request; `Ok(None)` if it is absent.
    ///
    /// # Errors
    ///
    /// [`MalformedCredential`] if the value cannot be a credential, or there are two: the request is
    /// refused, and no other backend is tried.
    fn read<'r>(&self, head: &'r dyn RequestHead) -> Result<Option<&'r str>, MalformedCredential>;

    /// Returns the reply to a login or a refresh, with the new tokens.
    fn login(&self, tokens: &TokenSet<'_>) -> Reply;

    /// Returns the reply to a logout.
    fn logout(&self, refresh_path: &RefreshPath) -> Reply;

    /// Returns the source of the credential.
    fn source(&self) -> CredentialSource;

    /// Returns the challenge for `WWW-Authenticate` (RFC 9110 §11.6.1), if there is a scheme for it;
    /// `presented` is true if a credential was present and not accepted.
    fn challenge(&self, presented: bool) -> Option<&'static str>;

    /// Returns the length of the longest token that it carries, in bytes. `build()` compares it with
    /// [`Strategy::longest_token`](crate::Strategy::longest_token).
    fn capacity(&self) -> usize;

    /// Returns the cookies of this transport; `None` if its credential travels in a header that the
    /// client's own code sets.
    ///
    /// It is `Some` exactly where [`source`](Self::source) is [`CredentialSource::Cookie`].
    fn cookies(&self) -> Option<&dyn CookieSet>;

    /// Adds the problems and warnings of its configuration to the report. `build()` calls it once.
    fn validate(&self, report: &mut ConfigReport);
}

/// The source of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialSource {
    /// The client's own code (a header). Read first; decides alone if present.
    Header,
    /// The browser, by itself (a cookie).
    Cookie,
}

/// The credential is malformed, or there are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the request carries a malformed credential")]
pub struct MalformedCredential;
