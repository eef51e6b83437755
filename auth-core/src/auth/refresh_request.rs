//! A refresh within a request: for pages, whose browser has no script that refreshes.

use std::fmt;

use super::reply_headers::{not_set, not_stored};
use super::{Auth, RequestAuth};
use crate::api::Rejection;
use crate::authenticator::Authentication;
use crate::backend::Backend;
use crate::csrf::CsrfBinding;
use crate::error::ErrorCode;
use crate::http::{Header, RequestHead};
use crate::login::{self, RefreshError};
use crate::transport::CredentialSource;
use crate::user::AuthUser;

/// The cookies of a login that [`Auth::refresh_request`] has refreshed, or found ended.
#[must_use]
pub struct RefreshedRequest {
    /// The cookies of the request, as a browser would send them after the reply.
    request: String,
    /// The cookies of the reply.
    reply: Vec<Header>,
}

impl RefreshedRequest {
    /// Returns the value of the header `Cookie` that takes the place of all those of the request.
    #[must_use]
    pub fn request_cookies(&self) -> &str {
        &self.request
    }

    /// Returns the headers of the reply: the new cookies, and `Cache-Control: no-store`, because no shared
    /// cache may keep a token (RFC 9111 §7.3). `already` are the values of `Set-Cookie` in the reply: a cookie
    /// that the reply sets, as a login or a logout does, is left as it is.
    #[must_use]
    pub fn reply_headers<'v>(&self, already: impl IntoIterator<Item = &'v [u8]>) -> Vec<Header> {
        not_stored(not_set(self.reply.clone(), already))
    }
}

impl fmt::Debug for RefreshedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshedRequest").finish_non_exhaustive()
    }
}

impl<U: AuthUser> Auth<U> {
    /// Refreshes the login of a request whose access cookie is gone or has expired, and whose refresh cookie is
    /// valid: what a script of the page would do. `None` for any other request, which costs nothing without a
    /// refresh cookie, and otherwise one authentication, which `cell` keeps for guards and extractors.
    ///
    /// Of concurrent requests with one refresh cookie exactly one rotates it, and all get the same successor
    /// ([`Sessions::refresh_grace`](crate::Sessions::refresh_grace)). If the refresh token is not valid any
    /// more, the request continues without it, and the reply deletes the cookies. A request that may be forged
    /// ([`csrf`](crate::csrf)) is not refreshed.
    ///
    /// An adapter replaces the cookies of the request, gives it a new [`RequestAuth`], and adds
    /// [`RefreshedRequest::reply_headers`] to the reply.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 503 if a store cannot answer. The login may be valid, so the request is not treated as
    /// one without a login.
    pub async fn refresh_request(
        &self,
        cell: &RequestAuth<U>,
        head: &dyn RequestHead,
    ) -> Result<Option<RefreshedRequest>, Rejection> {
        let Some(backend) = self.with_refresh_cookie(head) else {
            return Ok(None);
        };
        let is_expired = match cell.authenticate(self, head).await? {
            Authentication::Anonymous => true,
            Authentication::Refused { presence } => *presence == CredentialSource::Cookie,
            Authentication::User(_) | Authentication::CsrfFailed { .. } => false,
        };
        if !is_expired {
            return Ok(None);
        }
        let context = self.context(head).with_backend(backend.shared_name());
        let Ok(Some(token)) = self.refresh_cookie(backend, head, &context) else {
            return Ok(None);
        };
        let reply = match login::refresh(self.accounts(), backend, &token, &context).await {
            Ok(tokens) => {
                // The CSRF cookie keeps its value: the request proves itself by it, and pages in other tabs have
                // it in their forms.
                let binding = CsrfBinding::of_login(tokens.session.as_ref(), tokens.user.id());
                let csrf = self.csrf().token_of(head, backend.transport(), &binding);
                self.token_reply_with(&tokens, csrf)?
            }
            Err(RefreshError::Invalid) => Self::logout_response(backend),
            Err(RefreshError::UnknownBackend(_)) => return Err(ErrorCode::InternalError.into()),
            Err(RefreshError::Unavailable(error)) => return Err(error.into()),
        };
        let reply: Vec<_> = reply.cookies().cloned().collect();
        Ok(Some(RefreshedRequest {
            request: sent_after(head, &reply),
            reply,
        }))
    }

    /// Returns the backend whose refresh cookie is in a request that no header authenticates.
    fn with_refresh_cookie(&self, head: &dyn RequestHead) -> Option<&Backend<U>> {
        let has_header = |backend: &Backend<U>| {
            let transport = backend.transport();
            let is_header = transport.source() == CredentialSource::Header;
            is_header && !matches!(transport.read(head), Ok(None))
        };
        let backend = self.backends().iter().find(|backend| {
            let refresh = backend.transport().read_refresh(head);
            backend.has_refresh_tokens() && matches!(refresh, Ok(Some(_)))
        })?;
        let is_header = self.backends().iter().any(has_header);
        (!is_header).then_some(backend)
    }
}

/// Returns the cookies of a request as they are after these values of `Set-Cookie`. A deleted cookie has no
/// value.
fn sent_after(head: &dyn RequestHead, reply: &[Header]) -> String {
    let new: Vec<_> = reply
        .iter()
        .filter_map(|cookie| cookie.value().split(';').next()?.split_once('='))
        .collect();
    let headers = (0..).map_while(|index| head.header("cookie", index));
    let headers: Vec<_> = headers.map(String::from_utf8_lossy).collect();
    let pairs = headers.iter().flat_map(|header| header.split(';'));
    let kept = pairs.map(str::trim).filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default().trim();
        !pair.is_empty() && new.iter().all(|(replaced, _)| *replaced != name)
    });
    let added = new.iter().filter(|(_, value)| !value.is_empty());
    let added = added.map(|(name, value)| format!("{name}={value}"));
    let all: Vec<_> = kept.map(str::to_owned).chain(added).collect();
    all.join("; ")
}
