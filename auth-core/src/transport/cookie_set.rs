//! The cookies of a transport whose credential is a cookie.

use std::time::Duration;

use super::{MalformedCredential, Transport};
use crate::http::{Header, InvalidHeader, RequestHead};

/// The cookies of a [`Transport`] whose credential is a cookie: those that a browser adds to requests,
/// and the CSRF cookie that protects such requests.
///
/// [`CookieTransport`](super::CookieTransport) implements it. A transport around that one forwards
/// [`Transport::cookies`].
pub trait CookieSet: Send + Sync {
    /// Returns the refresh token in the cookies of a request; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`MalformedCredential`] if the cookie cannot be a token, or occurs twice with two values.
    fn read_refresh<'r>(
        &self,
        head: &'r dyn RequestHead,
    ) -> Result<Option<&'r str>, MalformedCredential>;

    /// Returns the headers that make a browser delete an access token that is no longer valid.
    ///
    /// # Errors
    ///
    /// [`InvalidHeader`] if a header cannot be sent: the browser keeps the token, and the log says so.
    fn forget(&self) -> Result<Vec<Header>, InvalidHeader>;

    /// Returns the name of the cookie in which a script finds the CSRF token. With `None` the origin
    /// of a request is its only proof.
    fn csrf_cookie(&self) -> Option<&str>;

    /// Returns the header that sets that cookie, for a client that has not logged in yet.
    ///
    /// # Errors
    ///
    /// [`InvalidHeader`] if the header cannot be sent: the reply is then a 500.
    fn offer_csrf(&self, token: &str) -> Result<Header, InvalidHeader>;

    /// Returns the headers that make a browser delete that cookie, in each of its forms: it came twice with two
    /// values, or cannot be a token.
    ///
    /// # Errors
    ///
    /// [`InvalidHeader`] if a header cannot be sent: the browser keeps the cookie, and the log says so.
    fn clear_csrf(&self) -> Result<Vec<Header>, InvalidHeader>;

    /// Returns the name of the cookie with a flash message.
    fn flash_cookie(&self) -> &str;

    /// Returns the header that sets that cookie, which scripts do not read, for `lifetime`.
    ///
    /// # Errors
    ///
    /// [`InvalidHeader`] if the header cannot be sent: the reply is then a 500.
    fn set_flash(&self, text: &str, lifetime: Duration) -> Result<Header, InvalidHeader>;

    /// Returns the headers that delete that cookie, in each of its forms.
    ///
    /// # Errors
    ///
    /// [`InvalidHeader`] if a header cannot be sent: the browser keeps the cookie for its lifetime.
    fn clear_flash(&self) -> Result<Vec<Header>, InvalidHeader>;

    /// Returns the names of all cookies that it sets. Two backends must not share a name: each would
    /// overwrite the cookie of the other.
    fn names(&self) -> Vec<&str>;

    /// Returns whether browsers send these cookies over HTTPS only.
    fn is_secure(&self) -> bool;
}

impl dyn Transport + '_ {
    /// Returns the refresh token in the cookies of a request.
    pub(crate) fn read_refresh<'r>(
        &self,
        head: &'r dyn RequestHead,
    ) -> Result<Option<&'r str>, MalformedCredential> {
        match self.cookies() {
            Some(cookies) => cookies.read_refresh(head),
            None => Ok(None),
        }
    }

    /// Returns the headers that make a browser delete an access token that is no longer valid.
    pub(crate) fn forget(&self) -> Result<Vec<Header>, InvalidHeader> {
        self.cookies().map_or(Ok(Vec::new()), CookieSet::forget)
    }

    /// Returns the name of the CSRF cookie.
    pub(crate) fn csrf_cookie(&self) -> Option<&str> {
        self.cookies()?.csrf_cookie()
    }

    /// Returns the header that sets the CSRF cookie.
    pub(crate) fn offer_csrf(&self, token: &str) -> Result<Option<Header>, InvalidHeader> {
        let offered = self.cookies().map(|cookies| cookies.offer_csrf(token));
        offered.transpose()
    }

    /// Returns the headers that make a browser delete the CSRF cookie.
    pub(crate) fn clear_csrf(&self) -> Result<Vec<Header>, InvalidHeader> {
        self.cookies().map_or(Ok(Vec::new()), CookieSet::clear_csrf)
    }

    /// Returns the names of all cookies that it sets.
    pub(crate) fn cookie_names(&self) -> Vec<&str> {
        self.cookies().map(CookieSet::names).unwrap_or_default()
    }

    /// Returns whether its cookies are sent over HTTPS only.
    pub(crate) fn is_secure(&self) -> bool {
        self.cookies().is_none_or(CookieSet::is_secure)
    }
}
