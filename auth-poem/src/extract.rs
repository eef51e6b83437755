//! Extractors of users, for the signatures of handlers.

use std::fmt;
use std::ops::Deref;

use auth_core::AuthUser;
use auth_core::guard::{self, Active, Admitted, Policy, Verified};
use poem::{FromRequest, Request, RequestBody, Result};

use crate::reject::AuthRejection;
use crate::request::Head;
use crate::wiring::handle;

/// The user of this request, admitted by the policy `P`. It dereferences to
/// [`Admitted`] (the backend, the session), and so to the user.
///
/// Only a guard that the user passes makes one: a handler that takes `CurrentUser<User, Support>` is
/// called for no other user.
///
/// # Security
///
/// Never take `Option<CurrentUser<User>>`: Poem makes `None` of *every* error of an extractor, so that a
/// store that cannot answer would log every user out, and an invalid token would be `None`. For public
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
///     const GUARD: Guard = Guard::active().verified().any_role(&["support"]);
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
/// As an extractor it refuses with [`AuthRejection`]: 401 without a user, 403 if the policy does not
/// let the user pass, 503 if a store cannot answer, and 500 with a sentence in the log if no handle
/// reaches the handler ([`provide`](crate::provide)).
pub struct CurrentUser<U, P = Active>(pub(crate) Admitted<U, P>);

/// Any active user.
pub type ActiveUser<U> = CurrentUser<U, Active>;

/// An active user with a verified address.
pub type VerifiedUser<U> = CurrentUser<U, Verified>;

/// An active superuser, who may administer other users.
pub type Superuser<U> = CurrentUser<U, guard::Superuser>;

/// The user of a public page: an active user, or `None`.
///
/// A request with an expired or revoked cookie is anonymous. An invalid header is refused, because the
/// client sent it on purpose. While a store cannot answer, every request with a credential is refused: an
/// outage logs no user out.
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
    /// Returns the user.
    #[must_use]
    pub fn into_inner(self) -> U
    where
        U: Clone,
    {
        self.0.into_inner()
    }
}

impl<U, P> Deref for CurrentUser<U, P> {
    type Target = Admitted<U, P>;

    fn deref(&self) -> &Admitted<U, P> {
        &self.0
    }
}

impl<U, P> Clone for CurrentUser<U, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<U, P> fmt::Debug for CurrentUser<U, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CurrentUser").field(&self.0).finish()
    }
}

impl<'r, U: AuthUser, P: Policy<U>> FromRequest<'r> for CurrentUser<U, P> {
    async fn from_request(request: &'r Request, _: &mut RequestBody) -> Result<Self> {
        let auth = handle::<U>(request)?;
        let admitted = auth.admit(request.data(), &Head(request)).await;
        Ok(Self(admitted.map_err(AuthRejection)?))
    }
}

impl<'r, U: AuthUser> FromRequest<'r> for OptionalUser<U> {
    async fn from_request(request: &'r Request, _: &mut RequestBody) -> Result<Self> {
        let auth = handle::<U>(request)?;
        let admitted = auth.admit_optional(request.data(), &Head(request)).await;
        Ok(Self(admitted.map_err(AuthRejection)?.map(CurrentUser)))
    }
}
