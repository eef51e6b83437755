//! A refresh within a request: for pages, whose browser has no script that refreshes.

use std::fmt;

use super::reply_headers::{not_set, not_stored};
use super::{Auth, RequestAuth};
use crate::accounts::MaxAge;
use crate::api::Rejection;
use crate::authenticator::Authentication;
use crate::backend::Backend;
use crate::csrf::CsrfBinding;
use crate::error::ErrorCode;
use crate::http::{Header, Reply, RequestHead};
use crate::login::{self, IssuedTokens, RefreshError};
use crate::transport::CredentialSource;
use crate::user::AuthUser;

/// The cookies of a login that [`Auth::refresh_request`] has refreshed, or found ended.
#[must_use]
pub struct RefreshedRequest {
    /// The cookies of the request, as a browser would send them after the reply.
    request: Vec<u8>,
    /// The cookies of the reply.
    reply: Vec<Header>,
}

impl RefreshedRequest {
    /// Returns the value of the header `Cookie` that takes the place of all those of the request.
    #[must_use]
    pub fn request_cookies(&self) -> &[u8] {
        &self.request
    }

    /// Returns the cache for the authentication of the request with its new cookies. The client does not have
    /// them yet, so their use in this request does not end the time in which it may come back with the old
    /// ones ([`Sessions::lost_reply_window`](crate::Sessions::lost_reply_window)).
    #[must_use]
    pub fn request_auth<U: AuthUser>(&self, auth: &Auth<U>) -> RequestAuth<U> {
        RequestAuth::of_refreshed(auth)
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
    /// An adapter replaces the cookies of the request, gives it the cache [`RefreshedRequest::request_auth`], and adds
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
        let of_header = CredentialSource::Header;
        if !self
            .backends()
            .iter()
            .any(|it| has_refresh_cookie(it, head))
            || self.has_credential(head, of_header)
        {
            return Ok(None);
        }
        let decided = match cell.authenticate(self, head, MaxAge::OfCache).await? {
            Authentication::Anonymous | Authentication::Refused { .. } => None,
            Authentication::User(user) => Some(user.backend()),
            Authentication::CsrfFailed { .. } => return Ok(None),
        };
        let mut reply = Vec::new();
        // The order of the backends decides who the user is: those after the one that accepted are not asked.
        let before = self.backends().iter();
        let before = before.take_while(|backend| Some(backend.name()) != decided);
        for backend in before.filter(|backend| has_refresh_cookie(backend, head)) {
            let context = self.context(head).with_backend(backend.shared_name());
            let Ok(Some(token)) = self.refresh_cookie(backend, head, &context) else {
                continue;
            };
            let refreshed = login::refresh(self.accounts(), backend, &token, &context).await;
            let (tokens, is_done) = match refreshed {
                Ok(tokens) => (self.refreshed_reply(backend, &tokens, head)?, true),
                Err(RefreshError::Invalid) => (Self::logout_response(backend), false),
                Err(RefreshError::UnknownBackend(_)) => return Err(ErrorCode::InternalError.into()),
                Err(RefreshError::Unavailable(error)) => return Err(error.into()),
            };
            reply.extend(tokens.cookies().cloned());
            if is_done {
                break;
            }
        }
        Ok((!reply.is_empty()).then(|| RefreshedRequest {
            request: sent_after(head, &reply),
            reply,
        }))
    }

    /// Returns the reply with new tokens. The CSRF token stays.
    fn refreshed_reply(
        &self,
        backend: &Backend<U>,
        tokens: &IssuedTokens<U>,
        head: &dyn RequestHead,
    ) -> Result<Reply, Rejection> {
        let binding = CsrfBinding::of_login(tokens.session.as_ref(), tokens.user.id());
        let csrf = self.csrf().token_of(head, backend.transport(), &binding);
        self.token_reply_with(tokens, csrf)
    }
}

fn has_refresh_cookie<U: AuthUser>(backend: &Backend<U>, head: &dyn RequestHead) -> bool {
    let refresh = backend.transport().read_refresh(head);
    backend.has_refresh_tokens() && matches!(refresh, Ok(Some(_)))
}

/// Returns the cookies of a request as they are after these values of `Set-Cookie`. A deleted cookie has no
/// value, and the others stay byte for byte.
fn sent_after(head: &dyn RequestHead, reply: &[Header]) -> Vec<u8> {
    let new: Vec<_> = reply
        .iter()
        .filter_map(|cookie| cookie.value().split(';').next()?.split_once('='))
        .collect();
    let headers = (0..).map_while(|index| head.header("cookie", index));
    let pairs = headers.flat_map(|header| header.split(|byte| *byte == b';'));
    let kept = pairs.map(<[u8]>::trim_ascii).filter(|pair| {
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
        let name = name.trim_ascii();
        let is_replaced = new.iter().any(|(new, _)| new.as_bytes() == name);
        !pair.is_empty() && !is_replaced
    });
    let added = new.iter().filter(|(_, value)| !value.is_empty());
    let added = added.map(|(name, value)| format!("{name}={value}").into_bytes());
    let all: Vec<_> = kept.map(<[u8]>::to_vec).chain(added).collect();
    all.join(&b"; "[..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::BufferedRequest;

    /// Neighbours in name and in bytes are not touched.
    #[test]
    fn other_cookies_of_a_request_stay_byte_for_byte() {
        let set = |value: &str| Header::new("set-cookie", value).unwrap();
        let reply = [
            set("__Host-auth=new; HttpOnly"),
            set("__Host-auth-refresh=; Max-Age=0"),
        ];
        let request = BufferedRequest::new("GET", Vec::new())
            .header(
                "cookie",
                &b"name=Jos\xe9;  a=\"x=y\" ;;b; __Host-auth=old"[..],
            )
            .header(
                "cookie",
                &b"__Host-auth-refresh=old; __Host-auth-csrf=c"[..],
            )
            .header("cookie", &b"__host-auth=lower; __Host-auth =old"[..]);
        let expected =
            b"name=Jos\xe9; a=\"x=y\"; b; __Host-auth-csrf=c; __host-auth=lower; __Host-auth=new";
        assert_eq!(sent_after(&request.head, &reply), expected);
    }
}
