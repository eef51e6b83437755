//! Guards that are types.

use super::Guard;
use crate::user::{AuthUser, User};

/// A guard that is a type, so that a handler asks for it in its signature.
///
/// The guard is a constant: roles and codes are checked when the program is compiled, and a request
/// only reads it.
///
/// # Examples
///
/// ```
/// use auth_core::guard::{Guard, Policy};
///
/// /// Support staff.
/// struct Support;
///
/// impl Policy for Support {
///     const GUARD: Guard = Guard::active().verified().any_role(&["support"]);
/// }
/// ```
///
/// A user type of the application's own is named: `impl Policy<Customer> for Support`.
pub trait Policy<U = User>: 'static {
    /// The guard.
    const GUARD: Guard<U>;
}

/// Any active user.
#[derive(Debug)]
pub struct Active;

/// An active user with a verified address.
#[derive(Debug)]
pub struct Verified;

/// An active user who may administer others.
#[derive(Debug)]
pub struct Superuser;

impl<U: AuthUser> Policy<U> for Active {
    const GUARD: Guard<U> = Guard::active();
}

impl<U: AuthUser> Policy<U> for Verified {
    const GUARD: Guard<U> = Guard::active().verified();
}

impl<U: AuthUser> Policy<U> for Superuser {
    const GUARD: Guard<U> = Guard::active().superuser();
}
