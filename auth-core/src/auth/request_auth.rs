//! The authentication of one request, made once.

use std::fmt;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::Auth;
use crate::authenticator::Authentication;
use crate::error::Unavailable;
use crate::http::RequestHead;
use crate::user::AuthUser;

/// The authentication of one request, cached: the first use authenticates, later uses read the
/// result.
///
/// An adapter keeps it with the request, as an extension, and passes it to [`Auth::admit`] and its
/// siblings. Clones share the result. It belongs to one handle: another handle, also one for the same
/// type of user, never reads it.
///
/// # Examples
///
/// ```
/// use auth_core::{Auth, RequestAuth, User};
///
/// /// The requests of a framework have extensions by type.
/// fn cell(auth: &Auth<User>, extension: &mut Option<RequestAuth<User>>) -> RequestAuth<User> {
///     let cell = RequestAuth::of(auth, extension.as_ref());
///     *extension = Some(cell.clone());
///     cell
/// }
/// ```
pub struct RequestAuth<U: AuthUser> {
    owner: Owner<U>,
    answer: Arc<OnceCell<Authentication<U>>>,
    /// Whether the request was refreshed, so that its client does not have the tokens yet.
    is_refreshed: bool,
}

/// The handle of the result.
enum Owner<U: AuthUser> {
    /// The reference keeps the handle alive, so that no other handle can have its address.
    Handle(Auth<U>),
    /// Every handle: the result of a test.
    #[cfg(any(test, feature = "testing"))]
    Any,
}

impl<U: AuthUser> RequestAuth<U> {
    /// Creates an empty cache for a request to this handle.
    #[must_use]
    pub fn new(auth: &Auth<U>) -> Self {
        Self {
            owner: Owner::Handle(auth.clone()),
            answer: Arc::default(),
            is_refreshed: false,
        }
    }

    /// Creates an empty cache for a request to this handle that was refreshed.
    pub(super) fn of_refreshed(auth: &Auth<U>) -> Self {
        Self {
            is_refreshed: true,
            ..Self::new(auth)
        }
    }

    /// Returns a clone of the request's cache if it belongs to this handle, or a new one. The adapter
    /// keeps the returned cache with the request.
    #[must_use]
    pub fn of(auth: &Auth<U>, found: Option<&Self>) -> Self {
        match found.filter(|cell| cell.is_of(auth)) {
            Some(cell) => cell.clone(),
            None => Self::new(auth),
        }
    }

    /// Creates a cache whose result is this user, for every handle.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn of_test(user: crate::authenticator::Authenticated<U>) -> Self {
        Self {
            owner: Owner::Any,
            answer: Arc::new(OnceCell::new_with(Some(Authentication::User(user)))),
            is_refreshed: false,
        }
    }

    /// Returns whether it belongs to this handle, or to a clone of it.
    #[must_use]
    pub fn is_of(&self, auth: &Auth<U>) -> bool {
        match &self.owner {
            Owner::Handle(owner) => Arc::ptr_eq(&owner.inner, &auth.inner),
            #[cfg(any(test, feature = "testing"))]
            Owner::Any => true,
        }
    }

    /// Returns the result if the request was authenticated already.
    pub(super) fn known(&self) -> Option<&Authentication<U>> {
        self.answer.get()
    }

    /// Authenticates the request the first time, and returns the result from then on. An outage is
    /// not kept: the next call authenticates again.
    pub(super) async fn authenticate(
        &self,
        auth: &Auth<U>,
        head: &dyn RequestHead,
    ) -> Result<&Authentication<U>, Unavailable> {
        let authenticate = async || {
            let authenticator = auth.authenticator().of_refreshed(self.is_refreshed);
            authenticator.authenticate(head, &auth.context(head)).await
        };
        self.answer.get_or_try_init(authenticate).await
    }
}

impl<U: AuthUser> Clone for RequestAuth<U> {
    fn clone(&self) -> Self {
        let owner = match &self.owner {
            Owner::Handle(auth) => Owner::Handle(auth.clone()),
            #[cfg(any(test, feature = "testing"))]
            Owner::Any => Owner::Any,
        };
        Self {
            owner,
            answer: Arc::clone(&self.answer),
            is_refreshed: self.is_refreshed,
        }
    }
}

impl<U: AuthUser> fmt::Debug for RequestAuth<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestAuth")
            .field("known", &self.known())
            .finish_non_exhaustive()
    }
}
