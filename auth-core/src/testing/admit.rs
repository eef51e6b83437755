//! Users who are admitted without a login, for tests of handlers.

use crate::auth::RequestAuth;
use crate::authenticator::Authenticated;
use crate::guard::{Admitted, Policy};
use crate::user::AuthUser;

/// The name of the backend of an admitted user.
pub const TEST_BACKEND: &str = "test";

/// Returns an extension of a request with which extractors and guards of every handle take this user
/// as authenticated: a handler is tested without registration, login and cookies. Policies and guards
/// are checked as always; the user counts as logged in at the time of the request, so that
/// [`Guard::fresh`](crate::guard::Guard::fresh) lets it pass.
///
/// # Examples
///
/// Without a web framework; the modules `testing` of `auth-axum` and `auth-poem` show it with a request
/// of theirs:
///
/// ```
/// use auth_core::guard::Active;
/// use auth_core::http::BufferedRequest;
/// use auth_core::testing::{self, admit};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let auth = testing::auth();
/// let cell = admit(testing::user("ada@example.com"));
/// let request = BufferedRequest::new("GET", Vec::new());
/// let ada = auth.admit::<Active>(Some(&cell), &request.head).await.unwrap();
/// assert_eq!(ada.email().as_str(), "ada@example.com");
/// # });
/// ```
///
/// # Panics
///
/// If the user is inactive: such a user is never authenticated.
#[must_use]
pub fn admit<U: AuthUser>(user: U) -> RequestAuth<U> {
    RequestAuth::of_test(authenticated(user))
}

/// Returns this user as authenticated.
pub(crate) fn authenticated<U: AuthUser>(user: U) -> Authenticated<U> {
    assert!(user.is_active(), "an inactive user is never authenticated");
    Authenticated::of_test(user, TEST_BACKEND)
}

/// Returns the proof that the policy `P` lets this user pass, for a call of a handler as a function.
///
/// # Panics
///
/// If the policy refuses the user.
#[must_use]
pub fn admitted<U: AuthUser, P: Policy<U>>(user: U) -> Admitted<U, P> {
    let user = authenticated(user);
    let passed = P::GUARD.check(Some(&user));
    assert_eq!(passed, Ok(()), "the policy refuses this user");
    Admitted::new(user)
}
