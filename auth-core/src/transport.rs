//! How a credential travels.

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

/// How a credential travels: out with the reply to a login, in with every request.
///
/// Synchronous and pure: it borrows from the head and answers with data. It knows nothing of what a
/// token means.
///
/// No method has a default, so that a transport around another one cannot lose a part of it by
/// forgetting to forward a method.
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
    /// Finds the credential in a request. Absent is `Ok(None)`.
    ///
    /// # Errors
    ///
    /// [`MalformedCredential`] when something is there and cannot be a credential, or is there
    /// twice: that ends the search, and the request is refused.
    fn read<'r>(&self, head: &'r dyn RequestHead) -> Result<Option<&'r str>, MalformedCredential>;

    /// The reply that hands fresh tokens to the client: to a login, and to a refresh.
    fn login(&self, tokens: &TokenSet<'_>) -> Reply;

    /// The reply that ends a login.
    fn logout(&self, refresh_path: &RefreshPath) -> Reply;

    /// Who puts the credential into the request.
    fn source(&self) -> CredentialSource;

    /// The challenge for `WWW-Authenticate` (RFC 9110 §11.6.1), where there is a scheme for it;
    /// `presented` says that a credential was there and not accepted.
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
