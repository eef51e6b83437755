//! The authentication of a request: the one function that turns a request into a user.

mod classic;
mod identify;

pub(crate) use classic::OutdatedSession;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use crate::accounts::{Accounts, MaxAge};
use crate::backend::Backend;
use crate::context::{Actor, Context};
use crate::csrf::{Csrf, CsrfBinding};
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::http::{Header, RequestHead};
use crate::login::Methods;
use crate::session::SessionId;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

/// Authenticates requests with an ordered list of backends.
///
/// Credentials in headers come before cookies and decide alone if they are present: a bad header is
/// refused and does not fall through to a cookie. Among backends with the same source the order of
/// configuration decides.
///
/// A request that changes something, and whose credential is a cookie, must pass the CSRF check
/// ([`csrf`](crate::csrf)); otherwise it is [`CsrfFailed`](Authentication::CsrfFailed).
#[derive(Debug)]
pub struct Authenticator<'a, U: AuthUser> {
    accounts: &'a Accounts<U>,
    backends: &'a [Backend<U>],
    csrf: &'a Csrf,
    is_refreshed: bool,
    max_age: MaxAge,
}

/// The result of an authentication.
#[non_exhaustive]
pub enum Authentication<U> {
    /// No credential was presented.
    Anonymous,
    /// A credential was presented and not accepted.
    Refused {
        /// The source of the credential.
        presence: CredentialSource,
        /// Whether the session of the cookie lives, so that a parallel request may have replaced the cookie: the
        /// reply deletes none.
        is_replaced: bool,
    },
    /// A valid cookie came with a request that failed the CSRF check. Guards answer 403
    /// `CSRF_FAILED`.
    CsrfFailed {
        /// Whether the CSRF cookie came twice with two values, or cannot be a token: the refusal clears it.
        has_malformed_cookie: bool,
    },
    /// A credential was accepted.
    User(Authenticated<U>),
}

/// A user who is active, and verified where that is required
/// ([`require_verification`](crate::accounts::AccountsBuilder::require_verification)), and whose credential was accepted for this request. Only the
/// [`Authenticator`] makes one.
pub struct Authenticated<U> {
    user: Arc<U>,
    backend: Arc<str>,
    session: Option<SessionId>,
    auth_time: Option<OffsetDateTime>,
    methods: Methods,
    /// The context of the request, before it was authenticated.
    context: Context,
    /// The cookies of a classic session whose deadline this request has moved, for the reply.
    deadline: Option<Arc<[Header]>>,
    /// A classic session whose secret was issued for other privileges.
    outdated: Option<Arc<OutdatedSession>>,
}

impl<'a, U: AuthUser> Authenticator<'a, U> {
    pub(crate) fn new(
        accounts: &'a Accounts<U>,
        backends: &'a [Backend<U>],
        csrf: &'a Csrf,
    ) -> Self {
        Self {
            accounts,
            backends,
            csrf,
            is_refreshed: false,
            max_age: MaxAge::Zero,
        }
    }

    /// Authenticates a request that was refreshed: its client does not have the tokens yet.
    pub(crate) fn of_refreshed(mut self, is_refreshed: bool) -> Self {
        self.is_refreshed = is_refreshed;
        self
    }

    /// Accepts look-ups of this age.
    pub(crate) fn with_lookups(mut self, max_age: MaxAge) -> Self {
        self.max_age = max_age;
        self
    }

    /// Authenticates a request.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when a store cannot answer: that is neither "anonymous" nor "refused".
    pub async fn authenticate(
        &self,
        head: &dyn RequestHead,
        context: &Context,
    ) -> Result<Authentication<U>, Unavailable> {
        for presence in [CredentialSource::Header, CredentialSource::Cookie] {
            let mut refused = None;
            for backend in self
                .backends
                .iter()
                .filter(|b| b.transport().source() == presence)
            {
                match self.ask(backend, head, context).await? {
                    Authentication::Anonymous => {}
                    Authentication::Refused { is_replaced, .. } => {
                        refused = Some(refused.unwrap_or(false) || is_replaced);
                    }
                    accepted => return Ok(accepted),
                }
            }
            if let Some(is_replaced) = refused {
                self.accounts
                    .raise(AuthEvent::new(EventKind::TokenRefused, context));
                return Ok(Authentication::Refused {
                    presence,
                    is_replaced,
                });
            }
        }
        Ok(Authentication::Anonymous)
    }

    async fn ask(
        &self,
        backend: &Backend<U>,
        head: &dyn RequestHead,
        context: &Context,
    ) -> Result<Authentication<U>, Unavailable> {
        let presence = backend.transport().source();
        let refused = |is_replaced| Authentication::Refused {
            presence,
            is_replaced,
        };
        let token = match backend.transport().read(head) {
            Ok(Some(token)) => token,
            Ok(None) => return Ok(Authentication::Anonymous),
            Err(_) => return Ok(refused(false)),
        };
        let Some(identified) = self.identify(backend, token, context).await? else {
            return Ok(refused(self.is_replaced(backend, token).await?));
        };
        let mut user = Authenticated {
            user: identified.user,
            backend: backend.shared_name(),
            session: identified.session,
            auth_time: identified.auth_time,
            methods: identified.methods,
            context: context.clone(),
            deadline: None,
            outdated: None,
        };
        if presence == CredentialSource::Cookie
            && !self.csrf.passes(head, backend.transport(), &user.binding())
        {
            let event = AuthEvent::new(EventKind::CsrfRefused, context).with_user(user.id());
            self.accounts
                .raise(event.with_backend(backend.shared_name()));
            if self.csrf.enforces() {
                return Ok(Authentication::CsrfFailed {
                    has_malformed_cookie: Csrf::has_malformed_cookie(head, backend.transport()),
                });
            }
        }
        if let Some(row) = identified.row.filter(|_| backend.is_classic()) {
            user.deadline = if identified.was_extended {
                self.with_new_deadline(backend, head, token, &row)?
            } else {
                None
            };
            user.outdated = self.outdated_secret(backend, head, user.user(), row)?;
        }
        Ok(Authentication::User(user))
    }
}

impl<U> Authenticated<U> {
    /// Returns a user of a test, without a credential: logged in at the time of the request.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn of_test(user: U, backend: &str) -> Self {
        Self {
            user: Arc::new(user),
            backend: backend.into(),
            session: None,
            auth_time: Some(OffsetDateTime::UNIX_EPOCH),
            methods: Methods::none(),
            context: Context::new(OffsetDateTime::UNIX_EPOCH),
            deadline: None,
            outdated: None,
        }
    }

    /// Sets the time of the login, and that of the request, of a user of a test.
    #[cfg(test)]
    pub(crate) fn at(mut self, auth_time: Option<OffsetDateTime>, now: OffsetDateTime) -> Self {
        self.auth_time = auth_time;
        self.context = Context::new(now);
        self
    }

    /// Returns the user.
    #[must_use]
    pub fn user(&self) -> &U {
        &self.user
    }

    /// Returns the name of the backend whose credential was accepted.
    #[must_use]
    pub fn backend(&self) -> &str {
        &self.backend
    }

    /// Returns the session of the credential, if its backend has sessions.
    #[must_use]
    pub fn session(&self) -> Option<&SessionId> {
        self.session.as_ref()
    }

    /// Returns when the user was authenticated: the time of the login, which a refresh does not change.
    /// `None` if it is not known: a token of an application's own strategy, or of an earlier version,
    /// may not say it, and a backend that asks for the session only at a refresh cannot confirm it.
    ///
    /// [`Guard::fresh`](crate::guard::Guard::fresh) requires a recent one.
    #[must_use]
    pub fn auth_time(&self) -> Option<OffsetDateTime> {
        self.auth_time
    }

    /// Returns whether the login is younger than `max_age` at the time of the request. The distance counts
    /// in both directions: a clock that was set back must not keep a login fresh.
    pub(crate) fn is_fresh(&self, max_age: Duration) -> bool {
        let age = self.auth_time.map(|at| self.context.now() - at);
        age.is_some_and(|age| age.unsigned_abs() < max_age)
    }

    /// Returns the cookies that tell a browser the new deadline of its session; none if this request has not
    /// moved it.
    pub(crate) fn new_deadline(&self) -> &[Header] {
        self.deadline.as_deref().unwrap_or_default()
    }

    /// Returns whether the reply has cookies for the classic session of the caller: most replies have none.
    pub(crate) fn needs_cookies(&self) -> bool {
        self.deadline.is_some() || self.outdated.is_some()
    }

    /// Returns the classic session of the caller if it needs a new secret, because the privileges of the user
    /// have changed.
    pub(crate) fn outdated_session(&self) -> Option<&OutdatedSession> {
        self.outdated.as_deref()
    }

    /// Returns the methods by which the user was authenticated; empty if they are not known.
    #[must_use]
    pub fn methods(&self) -> &Methods {
        &self.methods
    }

    /// Returns the user.
    #[must_use]
    pub fn into_user(self) -> U
    where
        U: Clone,
    {
        Arc::unwrap_or_clone(self.user)
    }
}

impl<U: AuthUser> Authenticated<U> {
    /// Returns the context of the request, with the backend, and with the user as the actor: what a
    /// handler passes on to the flows of [`Accounts`].
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::{Authenticated, Accounts, Unavailable, User};
    ///
    /// async fn log_out_elsewhere(
    ///     accounts: &Accounts<User>,
    ///     caller: &Authenticated<User>,
    /// ) -> Result<(), Unavailable> {
    ///     let (user, session) = (caller.user(), caller.session());
    ///     accounts.end_other_sessions(user, session, &caller.context()).await?;
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn context(&self) -> Context {
        self.context
            .clone()
            .with_backend(Arc::clone(&self.backend))
            .with_actor(Actor::user(self.user.id()))
    }

    /// Returns the binding of CSRF tokens of this login.
    pub(crate) fn binding(&self) -> CsrfBinding {
        CsrfBinding::of_login(self.session.as_ref(), self.user.id())
    }
}

impl<U> Authentication<U> {
    /// Returns the user, if there is one.
    #[must_use]
    pub fn user(&self) -> Option<&Authenticated<U>> {
        match self {
            Self::User(authenticated) => Some(authenticated),
            Self::Anonymous | Self::Refused { .. } | Self::CsrfFailed { .. } => None,
        }
    }
}

impl<U> Deref for Authenticated<U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.user
    }
}

impl<U> Clone for Authenticated<U> {
    fn clone(&self) -> Self {
        Self {
            user: Arc::clone(&self.user),
            backend: Arc::clone(&self.backend),
            session: self.session,
            auth_time: self.auth_time,
            methods: self.methods.clone(),
            context: self.context.clone(),
            deadline: self.deadline.clone(),
            outdated: self.outdated.clone(),
        }
    }
}

impl<U> Clone for Authentication<U> {
    fn clone(&self) -> Self {
        match self {
            Self::Anonymous => Self::Anonymous,
            Self::Refused {
                presence,
                is_replaced,
            } => Self::Refused {
                presence: *presence,
                is_replaced: *is_replaced,
            },
            Self::CsrfFailed {
                has_malformed_cookie,
            } => Self::CsrfFailed {
                has_malformed_cookie: *has_malformed_cookie,
            },
            Self::User(authenticated) => Self::User(authenticated.clone()),
        }
    }
}

impl<U> fmt::Debug for Authenticated<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticated")
            .field("backend", &self.backend)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

impl<U> fmt::Debug for Authentication<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("Anonymous"),
            Self::Refused { .. } => f.write_str("Refused"),
            Self::CsrfFailed { .. } => f.write_str("CsrfFailed"),
            Self::User(authenticated) => authenticated.fmt(f),
        }
    }
}
