//! The authentication of one request, made once.

use std::fmt;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::Auth;
use crate::accounts::MaxAge;
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
    answers: Arc<Answers<U>>,
    /// Whether the request was refreshed, so that its client does not have the tokens yet.
    is_refreshed: bool,
}

/// The results of one request: its first use may have accepted a remembered look-up, and a later one not.
struct Answers<U> {
    of_cache: OnceCell<Authentication<U>>,
    authoritative: OnceCell<Authentication<U>>,
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
            answers: Arc::default(),
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
            answers: Arc::new(Answers {
                of_cache: OnceCell::new(),
                authoritative: OnceCell::new_with(Some(Authentication::User(user))),
            }),
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

    /// Returns the result if the request was authenticated already: the authoritative one, unless only the other
    /// has cookies for the reply, because it has moved the deadline of the session.
    pub(super) fn known(&self) -> Option<&Authentication<U>> {
        let Answers {
            of_cache,
            authoritative,
        } = &*self.answers;
        match (of_cache.get(), authoritative.get()) {
            (Some(first @ Authentication::User(one)), Some(Authentication::User(other)))
                if one.session() == other.session()
                    && one.needs_cookies()
                    && !other.needs_cookies() =>
            {
                Some(first)
            }
            (first, second) => second.or(first),
        }
    }

    /// Authenticates the request the first time, and returns the result from then on. An outage is
    /// not kept: the next call authenticates again. A result of a remembered look-up is not returned where it
    /// may not be that old.
    pub(super) async fn authenticate(
        &self,
        auth: &Auth<U>,
        head: &dyn RequestHead,
        max_age: MaxAge,
    ) -> Result<&Authentication<U>, Unavailable> {
        let max_age = if auth.accounts().lookup_cache().is_some() {
            max_age
        } else {
            MaxAge::Zero
        };
        let authenticate = async || {
            let authenticator = auth.authenticator().of_refreshed(self.is_refreshed);
            let authenticator = authenticator.with_lookups(max_age);
            authenticator.authenticate(head, &auth.context(head)).await
        };
        match (max_age, self.answers.authoritative.get()) {
            (_, Some(known)) => Ok(known),
            (MaxAge::OfCache, None) => self.answers.of_cache.get_or_try_init(authenticate).await,
            (MaxAge::Zero, None) => {
                let answer = &self.answers.authoritative;
                answer.get_or_try_init(authenticate).await
            }
        }
    }
}

impl<U> Default for Answers<U> {
    fn default() -> Self {
        Self {
            of_cache: OnceCell::new(),
            authoritative: OnceCell::new(),
        }
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
            answers: Arc::clone(&self.answers),
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
