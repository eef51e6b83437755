//! The revocation of one access token by the application.

use thiserror::Error;

use super::Auth;
use crate::context::Context;
use crate::error::Unavailable;
use crate::login;
use crate::strategy::RevokeOutcome;
use crate::user::AuthUser;

/// Why an access token was not revoked. The token may still be valid.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RevokeError {
    /// No backend has this name.
    #[error("no backend is named `{0}`")]
    UnknownBackend(String),
    /// Nothing records revoked tokens of this backend: its strategy does not, and its requests do not check
    /// a session that could. End the session of the token instead, or all sessions of its user.
    #[error(
        "backend `{0}` does not record revoked access tokens: give its strategy `.revoked_in(store)`, or end the session"
    )]
    Unsupported(String),
    /// The backend does not accept this token: it is invalid, expired or revoked, or another backend
    /// issued it, which still accepts it.
    #[error("backend `{0}` does not accept this token, so that there is nothing to revoke")]
    NotAccepted(String),
    /// A store cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl<U: AuthUser> Auth<U> {
    /// Ends one access token of the backend `backend`, and not its session: for a token that was
    /// leaked. A success means that the backend accepted the token before and does not accept it any more.
    ///
    /// The strategy records the revocation. If it records none and the backend checks sessions, the session
    /// does, without another store or another read for each request: then the access tokens of the same and
    /// of earlier generations of the session end together with the token, and the client gets a valid one
    /// by its next refresh.
    ///
    /// [`end_session`](crate::Accounts::end_session) and its siblings end whole sessions.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::auth::RevokeError;
    /// use auth_core::{Auth, User};
    ///
    /// async fn found_in_a_log(auth: &Auth<User>, token: &str) -> Result<(), RevokeError> {
    ///     auth.revoke("api", token, &auth.accounts().context()).await
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RevokeError`]: the token may still be valid.
    pub async fn revoke(
        &self,
        backend: &str,
        token: &str,
        context: &Context,
    ) -> Result<(), RevokeError> {
        let mut backends = self.inner.routes.backends.iter();
        let Some(backend) = backends.find(|known| known.name() == backend) else {
            return Err(RevokeError::UnknownBackend(backend.to_owned()));
        };
        match login::revoke_access(self.accounts(), backend, token, context).await? {
            RevokeOutcome::Revoked => Ok(()),
            RevokeOutcome::NotAccepted => Err(RevokeError::NotAccepted(backend.name().to_owned())),
            RevokeOutcome::Unsupported => Err(RevokeError::Unsupported(backend.name().to_owned())),
        }
    }
}
