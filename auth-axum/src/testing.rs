//! Requests and users for the tests of an application.

use auth_core::AuthUser;
use auth_core::guard::Policy;
pub use auth_core::testing::admit;

use crate::CurrentUser;

/// Returns the argument of a handler that takes `CurrentUser<U, P>`, to call the handler as a function.
///
/// # Examples
///
/// ```
/// use auth_axum::CurrentUser;
/// use auth_axum::testing::current_user;
/// use auth_core::User;
///
/// async fn account(user: CurrentUser<User>) -> String {
///     user.email().to_string()
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let ada = auth_core::testing::user("ada@example.com");
/// assert_eq!(account(current_user(ada)).await, "ada@example.com");
/// # });
/// ```
///
/// # Panics
///
/// If the policy `P` does not let the user pass, or the user is inactive.
#[must_use]
pub fn current_user<U: AuthUser, P: Policy<U>>(user: U) -> CurrentUser<U, P> {
    CurrentUser(auth_core::testing::admitted(user))
}
