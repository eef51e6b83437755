//! Login, refresh and logout by the name of a backend: the use cases of [the pipeline](crate::login).

use super::Auth;
use crate::api::{ErrorCode, Rejection};
use crate::backend::Backend;
use crate::context::Context;
use crate::csrf::CsrfBinding;
use crate::error::Unavailable;
use crate::http::Reply;
use crate::login::{
    self, AuthProof, IssuedTokens, LogOutError, LoginError, LoginStep, PresentedTokens,
    RefreshError,
};
use crate::transport::TokenSet;
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    /// Logs a proven user in by the backend `backend`.
    ///
    /// The account must be active, and verified if that is required; the hook
    /// [`on_before_login`](crate::UserManager::on_before_login) must allow it. Then the session starts
    /// (if the backend has sessions), the tokens are issued, and events and
    /// [`on_after_login`](crate::UserManager::on_after_login) follow.
    ///
    /// The session keeps the user agent of the context.
    ///
    /// # Errors
    ///
    /// [`LoginError`]; no session has started then.
    ///
    /// # Examples
    ///
    /// See [the pipeline](crate::login).
    pub async fn log_in(
        &self,
        backend: &str,
        proof: AuthProof<U>,
        context: &Context,
    ) -> Result<LoginStep<U>, LoginError> {
        let replaced = PresentedTokens::none();
        self.log_in_replacing(backend, proof, replaced, context)
            .await
    }

    /// Logs a proven user in and ends the session of the presented tokens: for a client that replaces the
    /// old tokens with the new ones, as a browser does with cookies. Invalid tokens are ignored.
    ///
    /// # Errors
    ///
    /// [`LoginError`]; no session has started then, and none has ended.
    pub async fn log_in_replacing(
        &self,
        backend: &str,
        proof: AuthProof<U>,
        replaced: PresentedTokens<'_>,
        context: &Context,
    ) -> Result<LoginStep<U>, LoginError> {
        let Some(backend) = self.backend_named(backend) else {
            return Err(LoginError::UnknownBackend(backend.to_owned()));
        };
        login::log_in(self.accounts(), backend, proof, replaced, context).await
    }

    /// Exchanges a refresh token of the backend `backend` for new tokens. The token is spent; its
    /// session continues under the same id.
    ///
    /// A token that is presented a second time, after the grace of
    /// [`Sessions::refresh_grace`](crate::Sessions::refresh_grace), was stolen: its session ends.
    ///
    /// # Errors
    ///
    /// [`RefreshError`].
    ///
    /// # Examples
    ///
    /// See [the pipeline](crate::login).
    pub async fn refresh(
        &self,
        backend: &str,
        token: &str,
        context: &Context,
    ) -> Result<IssuedTokens<U>, RefreshError> {
        let Some(backend) = self.backend_named(backend) else {
            return Err(RefreshError::UnknownBackend(backend.to_owned()));
        };
        login::refresh(self.accounts(), backend, token, context).await
    }

    /// Ends the presented tokens of the backend `backend`: the access token, and the session of each
    /// token. Returns whether a token or session ended; invalid and expired tokens are ignored.
    ///
    /// # Errors
    ///
    /// [`LogOutError`]; tokens and sessions may still be valid then.
    ///
    /// # Examples
    ///
    /// See [the pipeline](crate::login).
    pub async fn log_out(
        &self,
        backend: &str,
        presented: PresentedTokens<'_>,
        context: &Context,
    ) -> Result<bool, LogOutError> {
        let Some(backend) = self.backend_named(backend) else {
            return Err(LogOutError::UnknownBackend(backend.to_owned()));
        };
        Ok(login::log_out(self.accounts(), backend, presented, None, context).await?)
    }

    /// Returns the reply that hands tokens to the client of an HTTP route: the reply that the login
    /// route of the same backend gives. For routes of the application that log users in by
    /// [`AuthProof::vouched_for`].
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 500 if the tokens are of another handle or longer than their transport
    /// carries, 503 if there is no randomness for a CSRF token.
    pub fn token_reply(&self, tokens: &IssuedTokens<U>) -> Result<Reply, Rejection> {
        self.token_reply_with(tokens, None)
    }

    /// Returns the same reply. `csrf` is a CSRF token of this login that the client has; without one the reply
    /// has a new one.
    pub(super) fn token_reply_with(
        &self,
        tokens: &IssuedTokens<U>,
        csrf: Option<String>,
    ) -> Result<Reply, Rejection> {
        let Some(backend) = self.backend_named(&tokens.backend) else {
            return Err(ErrorCode::InternalError.into());
        };
        let transport = backend.transport();
        let room = transport.capacity();
        if tokens.access.expose().len() > room {
            let backend = backend.name();
            tracing::error!(target: "auth", backend, room, "a token is longer than its transport carries");
            return Err(ErrorCode::InternalError.into());
        }
        let csrf = match transport.csrf_cookie() {
            Some(_) if csrf.is_some() => csrf,
            Some(_) => {
                let binding = CsrfBinding::of_login(tokens.session.as_ref(), tokens.user.id());
                self.csrf().mint(&binding).map_err(Unavailable::new)?
            }
            None => None,
        };
        let mut set = TokenSet::new(&tokens.access, backend.refresh_path());
        set.refresh = tokens.refresh.as_ref();
        set.csrf = csrf;
        set.remembered = tokens.remembered;
        Ok(transport.login(&set))
    }

    fn backend_named(&self, name: &str) -> Option<&Backend<U>> {
        self.backends().iter().find(|known| known.name() == name)
    }
}
