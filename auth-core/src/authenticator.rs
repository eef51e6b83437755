//! Who is asking: the one function that turns a request into a user.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::backend::Backend;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::http::RequestHead;
use crate::manager::Accounts;
use crate::strategy::Subject;
use crate::transport::Presence;
use crate::user::AuthUser;

/// Asks an ordered list of backends who is asking.
///
/// Explicit credentials (headers) come before ambient ones (cookies) and decide alone where they
/// are present: a bad header is refused and does not fall through to a cookie. Among backends of
/// one presence the order of configuration decides.
#[derive(Debug)]
pub struct Authenticator<'a, U: AuthUser> {
    accounts: &'a Accounts<U>,
    backends: &'a [Backend<U>],
}

/// The answer.
pub enum Authentication<U> {
    /// No credential was presented.
    Anonymous,
    /// A credential was presented and not accepted.
    Refused {
        /// Who had put it into the request.
        presence: Presence,
    },
    /// A credential was accepted.
    User(Authenticated<U>),
}

/// A user who is active, and whose credential was accepted a moment ago. Made only by the
/// [`Authenticator`].
pub struct Authenticated<U> {
    user: Arc<U>,
    backend: Arc<str>,
}

impl<'a, U: AuthUser> Authenticator<'a, U> {
    pub(crate) fn new(accounts: &'a Accounts<U>, backends: &'a [Backend<U>]) -> Self {
        Self { accounts, backends }
    }

    /// Finds out who is asking.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when a store cannot answer: that is neither "anonymous" nor "refused".
    pub async fn authenticate(
        &self,
        head: &dyn RequestHead,
    ) -> Result<Authentication<U>, Unavailable> {
        for presence in [Presence::Explicit, Presence::Ambient] {
            let mut presented = false;
            for backend in self
                .backends
                .iter()
                .filter(|b| b.transport().presence() == presence)
            {
                match self.ask(backend, head).await? {
                    Authentication::Anonymous => {}
                    Authentication::Refused { .. } => presented = true,
                    accepted @ Authentication::User(_) => return Ok(accepted),
                }
            }
            if presented {
                self.accounts
                    .raise(&AuthEvent::new(EventKind::TokenRefused));
                return Ok(Authentication::Refused { presence });
            }
        }
        Ok(Authentication::Anonymous)
    }

    async fn ask(
        &self,
        backend: &Backend<U>,
        head: &dyn RequestHead,
    ) -> Result<Authentication<U>, Unavailable> {
        let refused = Authentication::Refused {
            presence: backend.transport().presence(),
        };
        let token = match backend.transport().read(head) {
            Ok(Some(token)) => token,
            Ok(None) => return Ok(Authentication::Anonymous),
            Err(_) => return Ok(refused),
        };
        let read = backend.strategy().read(token, self.accounts.now()).await?;
        let Some(Subject { id, epoch }) = read else {
            return Ok(refused);
        };
        let user = self.accounts.get(&id).await?;
        let Some(user) = user.filter(|user| user.is_active() && user.epoch() == epoch) else {
            return Ok(refused);
        };
        let backend = backend.shared_name();
        Ok(Authentication::User(Authenticated {
            user: Arc::new(user),
            backend,
        }))
    }
}

impl<U> Authenticated<U> {
    /// The user.
    #[must_use]
    pub fn user(&self) -> &U {
        &self.user
    }

    /// The name of the backend whose credential was accepted.
    #[must_use]
    pub fn backend(&self) -> &str {
        &self.backend
    }

    /// The user, taken out.
    #[must_use]
    pub fn into_user(self) -> U
    where
        U: Clone,
    {
        Arc::unwrap_or_clone(self.user)
    }
}

impl<U> Authentication<U> {
    /// The user, if there is one.
    #[must_use]
    pub fn user(&self) -> Option<&Authenticated<U>> {
        match self {
            Self::User(authenticated) => Some(authenticated),
            Self::Anonymous | Self::Refused { .. } => None,
        }
    }
}

impl<U> Deref for Authenticated<U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.user
    }
}

impl<U> Clone for Authenticated<U> {
    fn clone(&self) -> Self {
        Self {
            user: Arc::clone(&self.user),
            backend: Arc::clone(&self.backend),
        }
    }
}

impl<U> Clone for Authentication<U> {
    fn clone(&self) -> Self {
        match self {
            Self::Anonymous => Self::Anonymous,
            Self::Refused { presence } => Self::Refused {
                presence: *presence,
            },
            Self::User(authenticated) => Self::User(authenticated.clone()),
        }
    }
}

impl<U> fmt::Debug for Authenticated<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticated")
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}

impl<U> fmt::Debug for Authentication<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("Anonymous"),
            Self::Refused { .. } => f.write_str("Refused"),
            Self::User(authenticated) => authenticated.fmt(f),
        }
    }
}
