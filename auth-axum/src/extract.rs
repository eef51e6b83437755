//! Extractors of users, for the signatures of handlers.

use std::fmt;
use std::ops::Deref;

use auth_core::guard::{self, Active, Admitted, Policy, Verified};
use auth_core::{Auth, AuthUser};
use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;

use crate::reject::AuthRejection;
use crate::request::{Head, cell_of};

/// The user of this request, admitted by the policy `P`. It dereferences to
/// [`Admitted`] (the backend, the session), and so to the user.
///
/// Only a guard that the user passes makes one: a handler that takes `CurrentUser<User, Support>` is
/// called for no other user. `Option<CurrentUser<User>>` is for public pages, with the meaning of
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
///     const GUARD: Guard = Guard::active().verified().any_role(&["support"]);
/// }
///
/// async fn tickets(user: CurrentUser<User, Support>) -> String {
///     format!("the tickets of {}", user.email())
/// }
/// ```
///
/// A state of the application, with the handle in it; with the feature `macros` of Axum,
/// `#[derive(FromRef)]` on the state has the same effect as the `impl`:
///
/// ```
/// use auth_axum::{Auth, CurrentUser, routes};
/// use auth_core::User;
/// use axum::extract::{FromRef, State};
/// use axum::{Router, routing::get};
///
/// #[derive(Clone)]
/// struct AppState {
///     auth: Auth<User>,
///     greeting: &'static str,
/// }
///
/// impl FromRef<AppState> for Auth<User> {
///     fn from_ref(state: &AppState) -> Self {
///         state.auth.clone()
///     }
/// }
///
/// async fn greet(State(state): State<AppState>, user: CurrentUser<User>) -> String {
///     format!("{} {}", state.greeting, user.email())
/// }
///
/// fn app(auth: Auth<User>) -> Router {
///     let state = AppState { auth: auth.clone(), greeting: "hello" };
///     Router::new().route("/", get(greet)).merge(routes(&auth)).with_state(state)
/// }
/// ```
///
/// A state without the handle does not compile:
///
/// ```compile_fail
/// use auth_axum::CurrentUser;
/// use auth_core::User;
/// use axum::{Router, routing::get};
///
/// async fn account(user: CurrentUser<User>) -> String {
///     user.email().to_string()
/// }
///
/// let app: Router = Router::new().route("/account", get(account)).with_state(());
/// ```
///
/// Nor does a user who has passed no guard:
///
/// ```compile_fail
/// use auth_axum::CurrentUser;
/// use auth_core::guard::Admitted;
/// use auth_core::{Authenticated, User};
///
/// fn forge(user: Authenticated<User>) -> CurrentUser<User> {
///     CurrentUser(Admitted::new(user))
/// }
/// ```
///
/// # Errors
///
/// As an extractor it refuses with [`AuthRejection`]: 401 without a user, 403 if the policy does not
/// let the user pass, 503 if a store cannot answer.
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

impl<S, U, P> FromRequestParts<S> for CurrentUser<U, P>
where
    S: Send + Sync,
    U: AuthUser,
    P: Policy<U>,
    Auth<U>: FromRef<S>,
{
    type Rejection = AuthRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AuthRejection> {
        let auth = Auth::from_ref(state);
        let cell = cell_of(&auth, parts);
        Ok(Self(auth.admit(Some(&cell), &Head(parts)).await?))
    }
}

// Only for `Active`: with another policy, the signature would not show whether a user that the policy
// refuses is an error or `None`.
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
        let cell = cell_of(&auth, parts);
        let admitted = auth.admit_optional(Some(&cell), &Head(parts)).await?;
        Ok(admitted.map(Self))
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
