//! Headers for the reply to a request that was authenticated.

use super::{Auth, RequestAuth};
use crate::authenticator::{Authenticated, Authentication, OutdatedSession};
use crate::backend::Backend;
use crate::http::{Header, InvalidHeader, Reply};
use crate::login;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    /// Returns the headers for the reply to a request whose authentication is in `cell`: the cookies of a
    /// classic session with a new deadline, or with a new secret if the privileges of its user have changed, or
    /// those that delete a cookie that was not accepted; and `Cache-Control: no-store` beside them, because a
    /// shared cache would hand out a token (RFC 9111 §7.3), or log out its other readers. Replies of the
    /// toolkit's own routes and refusals have them already.
    ///
    /// `already` are the values of `Set-Cookie` in the reply: a cookie that the reply sets is left as
    /// it is. The list is empty if no part of the request has asked who the user is.
    #[must_use]
    pub async fn reply_headers<'v>(
        &self,
        cell: &RequestAuth<U>,
        already: impl IntoIterator<Item = &'v [u8]>,
    ) -> Vec<Header> {
        match cell.known().filter(|_| cell.is_of(self)) {
            Some(Authentication::User(user)) => {
                not_stored(not_set(self.session_cookies(user).await, already))
            }
            Some(who) => not_stored(not_set(self.stale_cookies(who), already)),
            None => Vec::new(),
        }
    }

    /// Returns the cookies that the classic session of a caller needs after this request. If a store fails, the
    /// session keeps the ones that it has, and a later request tries again.
    pub(crate) async fn session_cookies(&self, user: &Authenticated<U>) -> Vec<Header> {
        match user.outdated_session() {
            Some(session) => {
                let renewed = || self.renew_outdated(user, session);
                session.cookies.get_or_init(renewed).await.clone()
            }
            None => user.new_deadline().to_vec(),
        }
    }

    /// Gives an outdated session a new secret. Returns its cookies; none if another request was faster.
    async fn renew_outdated(
        &self,
        user: &Authenticated<U>,
        session: &OutdatedSession,
    ) -> Vec<Header> {
        let mut backends = self.backends().iter();
        let Some(backend) = backends.find(|backend| backend.name() == user.backend()) else {
            return Vec::new();
        };
        let (accounts, context) = (self.accounts(), user.context());
        let renewed = login::renew_row(accounts, backend, user.user(), &session.row, &context);
        let renewed = renewed.await;
        let tokens = renewed.unwrap_or_else(|error| {
            accounts.background_failed("the new secret of a session", &error, &context);
            None
        });
        let csrf = session.csrf.clone();
        let reply = tokens.and_then(|tokens| self.token_reply_with(&tokens, csrf).ok());
        reply.map_or_else(Vec::new, |reply| reply.cookies().cloned().collect())
    }

    /// Returns the headers that make a browser delete a cookie that was not accepted; none if a parallel request
    /// may have replaced it.
    pub(super) fn stale_cookies(&self, who: &Authentication<U>) -> Vec<Header> {
        match who {
            Authentication::Refused {
                presence: CredentialSource::Cookie,
                is_replaced: false,
            } => self.backends().iter().flat_map(forget).collect(),
            _ => Vec::new(),
        }
    }
}

impl Reply {
    /// Adds cookies. One that the reply sets already is left as it is.
    pub(crate) fn with_cookies(self, cookies: Vec<Header>) -> Self {
        let set = self.cookies().map(|set| set.value().as_bytes());
        let cookies = not_set(cookies, set);
        self.with_headers(cookies)
    }

    /// Returns the headers `Set-Cookie`.
    pub(crate) fn cookies(&self) -> impl Iterator<Item = &Header> {
        self.headers()
            .filter(|header| header.name() == "set-cookie")
    }
}

/// Adds `Cache-Control: no-store` if there are cookies.
pub(super) fn not_stored(mut cookies: Vec<Header>) -> Vec<Header> {
    if !cookies.is_empty() {
        cookies.extend(Header::new("cache-control", "no-store").ok());
    }
    cookies
}

/// Removes the cookies that a reply sets already.
pub(super) fn not_set<'v>(
    mut cookies: Vec<Header>,
    already: impl IntoIterator<Item = &'v [u8]>,
) -> Vec<Header> {
    if cookies.is_empty() {
        return cookies;
    }
    for set in already {
        let mut parts = set.split_inclusive(|byte| *byte == b'=');
        // One without a name, or without a value, sets none of these.
        let name = parts.next().filter(|name| name.ends_with(b"="));
        let Some(name) = name else { continue };
        cookies.retain(|cookie| !cookie.value().as_bytes().starts_with(name));
    }
    cookies
}

/// Returns the headers that make a browser delete the access cookie of a backend.
fn forget<U: AuthUser>(backend: &Backend<U>) -> Vec<Header> {
    sendable(backend, backend.transport().forget())
}

/// Returns headers of a backend's transport. Invalid headers of an application's transport are left out and
/// logged: the reply is correct without them.
pub(super) fn sendable<U: AuthUser>(
    backend: &Backend<U>,
    headers: Result<Vec<Header>, InvalidHeader>,
) -> Vec<Header> {
    headers.unwrap_or_else(|error| {
        let backend = backend.name();
        tracing::error!(target: "auth", backend, "the cookie is not deleted: {error}");
        Vec::new()
    })
}
