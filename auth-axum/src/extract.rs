//! Users in the signatures of handlers.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use auth_core::guard::{self, Active, Policy, Verified};
use auth_core::{Auth, AuthUser, Authenticated, SessionId};
use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;

use crate::reject::AuthRejection;
use crate::request::authenticate_once;

/// The user who makes this request and whom the policy `P` lets pass; it dereferences to the user.
///
/// Only a passed guard makes one, so a handler that takes `CurrentUser<User, Support>` cannot be
/// reached by anybody else. `Option<CurrentUser<User>>` is for public pages, with the meaning of
/// [`OptionalUser`].
///
/// # Examples
///
/// ```
/// use auth_axum::{CurrentUser, Guard, Policy};
/// use auth_core::User;
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
/// async fn tickets(user: CurrentUser<User, Support>) -> String {
///     format!("the tickets of {}", user.email())
/// }
/// ```
///
/// # Errors
///
/// As an extractor it refuses with [`AuthRejection`]: 401 for nobody, 403 for somebody whom the
/// policy does not let pass, 503 when a store cannot answer.
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
/// use auth_axum::OptionalUser;
/// use auth_core::User;
///
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
/// As an extractor it refuses with [`AuthRejection`]: 401 or 503.
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

impl<S, U, P> FromRequestParts<S> for CurrentUser<U, P>
where
    S: Send + Sync,
    U: AuthUser,
    P: Policy,
    Auth<U>: FromRef<S>,
{
    type Rejection = AuthRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AuthRejection> {
        let auth = Auth::from_ref(state);
        let who = authenticate_once(&auth, parts).await?;
        Ok(Self::admitted(auth.require(&P::guard(), &who)?))
    }
}

// For `Active` alone: whether a user whom another policy refuses were nobody or an error could not
// be seen from the signature.
impl<S, U> OptionalFromRequestParts<S> for CurrentUser<U, Active>
where
    S: Send + Sync,
    U: AuthUser,
    Auth<U>: FromRef<S>,
{
    type Rejection = AuthRejection;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Option<Self>, AuthRejection> {
        let auth = Auth::from_ref(state);
        let who = authenticate_once(&auth, parts).await?;
        Ok(auth.optional(&who)?.map(Self::admitted))
    }
}

impl<S, U> FromRequestParts<S> for OptionalUser<U>
where
    S: Send + Sync,
    U: AuthUser,
    Auth<U>: FromRef<S>,
{
    type Rejection = AuthRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AuthRejection> {
        let user = Option::<CurrentUser<U>>::from_request_parts(parts, state).await?;
        Ok(Self(user))
    }
}
