//! The tokens of a reply, and the path of the refresh route.

use std::fmt;

use crate::strategy::IssuedToken;

/// The tokens of the reply to a login or a refresh.
///
/// # Security
///
/// `Debug` shows none of them.
#[non_exhaustive]
pub struct TokenSet<'a> {
    /// The access token.
    pub access: &'a IssuedToken,
    /// The refresh token, if the backend has sessions.
    pub refresh: Option<&'a IssuedToken>,
    /// The CSRF token, if the credential is a cookie.
    pub csrf: Option<String>,
    /// Whether the tokens outlive the browser. With `false` cookies have no `Max-Age`.
    pub remembered: bool,
    /// The path of the backend's refresh route.
    pub refresh_path: &'a RefreshPath,
}

/// The path of a backend's refresh route, as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshPath {
    refresh_path: String,
}

impl<'a> TokenSet<'a> {
    /// Creates a set of an access token alone, for tests of a transport.
    ///
    /// ```
    /// use auth_core::BearerTransport;
    /// use auth_core::strategy::IssuedToken;
    /// use auth_core::transport::{TokenSet, RefreshPath, Transport};
    /// use std::time::Duration;
    ///
    /// let refresh_path = RefreshPath::new("/auth/refresh");
    /// let token = IssuedToken::new("abc".into(), Duration::from_secs(60));
    /// let reply = BearerTransport::new().login(&TokenSet::new(&token, &refresh_path));
    /// assert_eq!(
    ///     reply.body(),
    ///     br#"{"access_token":"abc","token_type":"bearer","expires_in":60}"#
    /// );
    /// ```
    #[must_use]
    pub fn new(access: &'a IssuedToken, refresh_path: &'a RefreshPath) -> Self {
        Self {
            access,
            refresh: None,
            csrf: None,
            remembered: true,
            refresh_path,
        }
    }
}

impl RefreshPath {
    /// Creates the path of a refresh route.
    #[must_use]
    pub fn new(refresh_path: impl Into<String>) -> Self {
        Self {
            refresh_path: refresh_path.into(),
        }
    }

    /// Returns the path; refresh cookies are sent only to it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.refresh_path
    }
}

impl fmt::Debug for TokenSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The CSRF token is a plain text, which a derived implementation would show.
        f.debug_struct("TokenSet")
            .field("access", &self.access)
            .field("refresh", &self.refresh)
            .field("refresh_path", &self.refresh_path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// C-SM-07: `Debug` shows no token.
    #[test]
    fn debug_shows_no_token() {
        let refresh_path = RefreshPath::new("/auth/refresh");
        let token = |text: &str| IssuedToken::new(text.into(), Duration::from_mins(1));
        let (access, refresh) = (token("hidden-access"), token("hidden-refresh"));
        let tokens = TokenSet {
            refresh: Some(&refresh),
            csrf: Some("hidden-csrf".into()),
            ..TokenSet::new(&access, &refresh_path)
        };
        let shown = format!("{tokens:?}");
        assert!(!shown.contains("hidden"), "{shown}");
        assert!(shown.contains("/auth/refresh"), "{shown}");
    }
}
