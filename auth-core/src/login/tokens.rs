//! Tokens that a login issues, and tokens that a client presents.

use std::fmt;
use std::sync::Arc;

use crate::session::SessionId;
use crate::strategy::IssuedToken;

/// The result of a login or a refresh: the user, and the tokens for the client.
///
/// A program without HTTP hands the texts to its client itself
/// ([`IssuedToken::expose`]); [`Auth::token_reply`](crate::Auth::token_reply) makes the reply of an
/// HTTP route from them.
#[non_exhaustive]
pub struct IssuedTokens<U> {
    /// The user who is logged in.
    pub user: U,
    /// The name of the backend that issued the tokens.
    pub backend: Arc<str>,
    /// The access token, for every request.
    pub access: IssuedToken,
    /// The refresh token, if the backend has sessions that are not classic ones. It is good once.
    pub refresh: Option<IssuedToken>,
    /// The session, if the backend has sessions.
    pub session: Option<SessionId>,
    /// Whether the login outlives the browser ([`AuthProof::remember`](super::AuthProof::remember)).
    pub remembered: bool,
}

impl<U> fmt::Debug for IssuedTokens<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedTokens")
            .field("backend", &self.backend)
            .field("access", &self.access)
            .field("refresh", &self.refresh)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// Tokens that a client presents to end what they stand for: at a logout, or at a login that takes
/// their place.
///
/// # Examples
///
/// ```
/// use auth_core::login::PresentedTokens;
///
/// let presented = PresentedTokens::none().with_access("eyJ…").with_refresh("kf0…");
/// assert_eq!(format!("{presented:?}"), "PresentedTokens { access: true, refresh: true, .. }");
/// ```
#[derive(Clone, Copy, Default)]
pub struct PresentedTokens<'a> {
    pub(crate) access: Option<&'a str>,
    pub(crate) refresh: Option<&'a str>,
}

impl<'a> PresentedTokens<'a> {
    /// Creates an empty set.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            access: None,
            refresh: None,
        }
    }

    /// Sets the access token.
    #[must_use]
    pub const fn with_access(mut self, token: &'a str) -> Self {
        self.access = Some(token);
        self
    }

    /// Sets the refresh token.
    #[must_use]
    pub const fn with_refresh(mut self, token: &'a str) -> Self {
        self.refresh = Some(token);
        self
    }
}

/// Shows which tokens are there, and nothing of them.
impl fmt::Debug for PresentedTokens<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresentedTokens")
            .field("access", &self.access.is_some())
            .field("refresh", &self.refresh.is_some())
            .finish_non_exhaustive()
    }
}
