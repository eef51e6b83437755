//! Users in the signatures of handlers.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use auth_core::guard::{self, Active, Policy, Verified};
use auth_core::{AuthUser, Authenticated, SessionId};
use poem::{FromRequest, Request, RequestBody, Result};

use crate::reject::AuthRejection;
use crate::request::authenticate_once;
use crate::wiring::handle;

/// The user who makes this request and whom the policy `P` lets pass; it dereferences to the user.
///
/// Only a passed guard makes one, so a handler that takes `CurrentUser<User, Support>` cannot be
/// reached by anybody else.
///
/// # Security
///
/// Never take `Option<CurrentUser<User>>`: Poem makes `None` of *every* error of an extractor, so a
/// store that cannot answer would log everybody out, and a forged token would be nobody. For public
/// pages there is [`OptionalUser`].
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_poem::{CurrentUser, Guard, Policy};
/// use poem::handler;
///
/// /// Support staff.
/// struct Support;
///
/// impl Policy for Support {
///     fn guard() -> Guard {
///         Guard::verified().and_any_role(["support"]).expect("a role name")
///     }
/// }
///
/// #[handler]
/// async fn tickets(user: CurrentUser<User, Support>) -> String {
///     format!("the tickets of {}", user.email())
/// }
/// ```
///
/// # Errors
///
/// As an extractor it refuses with [`AuthRejection`]: 401 for nobody, 403 for somebody whom the
/// policy does not let pass, 503 when a store cannot answer, and 500 with a sentence in the log when
/// no handle reaches the handler ([`provide`](crate::provide)).
pub struct CurrentUser<U, P = Active> {
    user: Authenticated<U>,
    policy: PhantomData<fn() -> P>,
}

/// Any active user.
pub type ActiveUser<U> = CurrentUser<U, Active>;

/// An active user with a proven address.
pub type VerifiedUser<U> = CurrentUser<U, Verified>;

/// An active user who may administer others.
pub type Superuser<U> = CurrentUser<U, guard::Superuser>;

/// Who is logged in on a page that is public: nobody, or an active user.
///
/// A stale cookie is nobody. A header that is not good is refused, because somebody put it there on
/// purpose, and so is every request while a store cannot answer: an outage does not log anybody out.
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_poem::OptionalUser;
/// use poem::handler;
///
/// #[handler]
/// async fn home(OptionalUser(user): OptionalUser<User>) -> String {
///     match user {
///         Some(user) => format!("hello {}", user.email()),
///         None => "hello stranger".into(),
///     }
/// }
/// ```
///
/// # Errors
///
/// As an extractor it refuses with [`AuthRejection`]: 401, 503, or 500 as [`CurrentUser`] does.
#[derive(Debug)]
pub struct OptionalUser<U>(pub Option<CurrentUser<U>>);

impl<U, P> CurrentUser<U, P> {
    fn admitted(user: Authenticated<U>) -> Self {
        Self {
            user,
            policy: PhantomData,
        }
    }

    /// The name of the backend whose credential was accepted.
    #[must_use]
    pub fn backend(&self) -> &str {
        self.user.backend()
    }

    /// The session that the credential belongs to, where its backend has sessions.
    #[must_use]
    pub fn session(&self) -> Option<&SessionId> {
        self.user.session()
    }

    /// The user, taken out.
    #[must_use]
    pub fn into_inner(self) -> U
    where
        U: Clone,
    {
        self.user.into_user()
    }
}

impl<U, P> Deref for CurrentUser<U, P> {
    type Target = U;

    fn deref(&self) -> &U {
        self.user.user()
    }
}

impl<U, P> Clone for CurrentUser<U, P> {
    fn clone(&self) -> Self {
        Self::admitted(self.user.clone())
    }
}

impl<U, P> fmt::Debug for CurrentUser<U, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CurrentUser")
            .field("backend", &self.backend())
            .finish_non_exhaustive()
    }
}

impl<U: AuthUser, P: Policy> CurrentUser<U, P> {
    async fn of(request: &Request) -> Result<Self, AuthRejection> {
        let auth = handle::<U>(request)?;
        let who = authenticate_once(auth, request).await?;
        Ok(Self::admitted(auth.require(&P::guard(), &who)?))
    }
}

impl<U: AuthUser> OptionalUser<U> {
    async fn of(request: &Request) -> Result<Self, AuthRejection> {
        let auth = handle::<U>(request)?;
        let who = authenticate_once(auth, request).await?;
        Ok(Self(auth.optional(&who)?.map(CurrentUser::admitted)))
    }
}

impl<'r, U: AuthUser, P: Policy> FromRequest<'r> for CurrentUser<U, P> {
    async fn from_request(request: &'r Request, _: &mut RequestBody) -> Result<Self> {
        Ok(Self::of(request).await?)
    }
}

impl<'r, U: AuthUser> FromRequest<'r> for OptionalUser<U> {
    async fn from_request(request: &'r Request, _: &mut RequestBody) -> Result<Self> {
        Ok(Self::of(request).await?)
    }
}
