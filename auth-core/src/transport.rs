//! How a credential travels.

mod bearer;

pub use bearer::BearerTransport;

use thiserror::Error;

use crate::config::Inspection;
use crate::http::{Reply, RequestHead};
use crate::strategy::IssuedToken;

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
/// use auth_core::strategy::IssuedToken;
/// use auth_core::transport::{MalformedCredential, Presence, Transport};
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
///     fn login(&self, token: &IssuedToken) -> Reply {
///         let seconds = token.expires_in().as_secs();
///         Reply::json(200, &json!({ "api_key": token.expose(), "expires_in": seconds }))
///     }
///     fn logout(&self) -> Reply {
///         Reply::empty(204)
///     }
///     fn presence(&self) -> Presence {
///         Presence::Explicit
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

    /// The reply that hands a fresh token to the client.
    fn login(&self, token: &IssuedToken) -> Reply;

    /// The reply that ends a login.
    fn logout(&self) -> Reply;

    /// Who puts the credential into the request.
    fn presence(&self) -> Presence;

    /// The challenge for `WWW-Authenticate` (RFC 9110 §11.6.1), where there is a scheme for it;
    /// `presented` says that a credential was there and not accepted.
    fn challenge(&self, presented: bool) -> Option<&'static str>;

    /// Takes part in the check of the configuration at `build()`.
    fn inspect(&self, inspection: &mut Inspection) {
        let _ = inspection;
    }
}

/// Who puts a credential into a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The client's own code, each time (a header). Asked first, and decides alone where present.
    Explicit,
    /// The browser, by itself (a cookie).
    Ambient,
}

/// A credential is there and cannot be one, or there are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the request carries a malformed credential")]
pub struct MalformedCredential;
