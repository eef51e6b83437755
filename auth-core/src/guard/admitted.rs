//! A user admitted by a policy.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use super::Active;
use crate::authenticator::Authenticated;

/// A user admitted by the policy `P`: the proof that an extractor of an adapter holds.
///
/// Only [`Auth::admit`](crate::Auth::admit) and [`Auth::admit_optional`](crate::Auth::admit_optional)
/// make one. It dereferences to the [`Authenticated`] user, and so to the user.
///
/// ```compile_fail
/// use auth_core::guard::{Admitted, Verified};
/// use auth_core::{Authenticated, User};
///
/// fn forge(user: Authenticated<User>) -> Admitted<User, Verified> {
///     Admitted { user, policy: std::marker::PhantomData }
/// }
/// ```
pub struct Admitted<U, P = Active> {
    user: Authenticated<U>,
    policy: PhantomData<fn() -> P>,
}

impl<U, P> Admitted<U, P> {
    /// Called with a user that the guard of the policy has admitted.
    pub(crate) fn new(user: Authenticated<U>) -> Self {
        Self {
            user,
            policy: PhantomData,
        }
    }

    /// Returns the user.
    #[must_use]
    pub fn into_inner(self) -> U
    where
        U: Clone,
    {
        self.user.into_user()
    }
}

impl<U, P> Deref for Admitted<U, P> {
    type Target = Authenticated<U>;

    fn deref(&self) -> &Authenticated<U> {
        &self.user
    }
}

impl<U, P> Clone for Admitted<U, P> {
    fn clone(&self) -> Self {
        Self::new(self.user.clone())
    }
}

impl<U, P> fmt::Debug for Admitted<U, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.user.fmt(f)
    }
}
