//! Admission of requests, for extractors, guards and layers of adapters.

use std::marker::PhantomData;

use super::reply_headers::sendable;
use super::{Auth, RequestAuth};
use crate::accounts::{MaxAge, Refusal};
use crate::api::Rejection;
use crate::authenticator::{Authenticated, Authentication};
use crate::backend::Backend;
use crate::csrf::{self, Csrf};
use crate::error::ErrorCode;
use crate::event::{AccessRefusal, AuthEvent, EventKind};
use crate::guard::{Admitted, Guard, GuardError, Policy};
use crate::http::RequestHead;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

/// The guard of a policy at one address: a request reads it and copies nothing.
struct GuardOf<U, P>(PhantomData<fn() -> (U, P)>);

impl<U: AuthUser, P: Policy<U>> GuardOf<U, P> {
    const GUARD: &'static Guard<U> = &P::GUARD;
}

impl<U: AuthUser> Auth<U> {
    /// Admits the user of a request if the policy `P` accepts it.
    ///
    /// `cell` caches the authentication of the request.
    /// Without a cell, or with one of another handle, the request is authenticated anew.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::api::Rejection;
    /// use auth_core::guard::Verified;
    /// use auth_core::http::RequestHead;
    /// use auth_core::{Auth, RequestAuth, User};
    ///
    /// async fn address(
    ///     auth: &Auth<User>,
    ///     cell: &RequestAuth<User>,
    ///     head: &dyn RequestHead,
    /// ) -> Result<String, Rejection> {
    ///     let user = auth.admit::<Verified>(Some(cell), head).await?;
    ///     Ok(user.email().to_string())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: as [`require`](Self::require), and 503 if a store cannot answer.
    pub async fn admit<P: Policy<U>>(
        &self,
        cell: Option<&RequestAuth<U>>,
        head: &dyn RequestHead,
    ) -> Result<Admitted<U, P>, Rejection> {
        let user = self.pass(GuardOf::<U, P>::GUARD, cell, head).await?;
        Ok(Admitted::new(user))
    }

    /// Admits the user of a request to a page that is public: no user, or an active one. A cookie that
    /// is no longer valid counts as anonymous.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: as [`optional`](Self::optional), and 503 if a store cannot answer.
    pub async fn admit_optional(
        &self,
        cell: Option<&RequestAuth<U>>,
        head: &dyn RequestHead,
    ) -> Result<Option<Admitted<U>>, Rejection> {
        let user = match cell.filter(|cell| cell.is_of(self)) {
            Some(cell) => self.optional(cell.authenticate(self, head, MaxAge::OfCache).await?),
            None => self.optional(&self.authenticate(head).await?),
        };
        Ok(user?.map(Admitted::new))
    }

    /// Returns the user of a request if the guard admits it: for guards around routes.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: as [`require`](Self::require), and 503 if a store cannot answer.
    pub async fn pass(
        &self,
        guard: &Guard<U>,
        cell: Option<&RequestAuth<U>>,
        head: &dyn RequestHead,
    ) -> Result<Authenticated<U>, Rejection> {
        match cell.filter(|cell| cell.is_of(self)) {
            Some(cell) => {
                let who = cell.authenticate(self, head, guard.max_age()).await?;
                self.require(guard, who)
            }
            None => self.require(guard, &self.authenticate(head).await?),
        }
    }

    /// Checks that a request to the application's own routes is not forged: one that changes something,
    /// with a cookie of ours that a browser may have added by itself, must prove where it comes from
    /// ([`csrf`]). Other requests pass and are not authenticated.
    ///
    /// When the request was answered, [`reply_headers`](Self::reply_headers) has headers for the reply.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 403 `CSRF_FAILED`, or 503 if a store cannot answer.
    pub async fn csrf_gate(
        &self,
        cell: &RequestAuth<U>,
        head: &dyn RequestHead,
    ) -> Result<(), Rejection> {
        if self.needs_csrf_check(head) {
            if cell.is_of(self) {
                self.check_csrf(cell.authenticate(self, head, MaxAge::OfCache).await?)?;
            } else {
                self.check_csrf(&self.authenticate(head).await?)?;
            }
        }
        Ok(())
    }

    /// Checks a guard.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 with the challenges of all backends; 403 with the code of the part of the
    /// guard that is not fulfilled, with a challenge if it is [`Guard::fresh`]; 403 `CSRF_FAILED` for a request that may be forged.
    pub fn require(
        &self,
        guard: &Guard<U>,
        who: &Authentication<U>,
    ) -> Result<Authenticated<U>, Rejection> {
        self.check_csrf(who)?;
        let Some(user) = who.user() else {
            return Err(self.unauthenticated(who));
        };
        let (reason, rejection) = match guard.check(Some(user)) {
            Ok(()) => return Ok(user.clone()),
            Err(GuardError::Unauthenticated) => return Err(self.unauthenticated(who)),
            Err(GuardError::Forbidden) => (
                AccessRefusal::Forbidden,
                ErrorCode::AuthorizationDenied.into(),
            ),
            Err(GuardError::InsufficientRoles) => (
                AccessRefusal::InsufficientRoles,
                ErrorCode::InsufficientRoles.into(),
            ),
            Err(GuardError::Custom { code, detail }) => (
                AccessRefusal::Custom,
                Rejection::refused(Refusal::of_guard(code, detail)),
            ),
            Err(GuardError::StepUpRequired { max_age }) => (
                AccessRefusal::StepUpRequired,
                Rejection::step_up_required(max_age),
            ),
        };
        let event = AuthEvent::new(EventKind::AccessDenied, &user.context());
        self.accounts()
            .raise(event.with_user(user.id()).with_data(reason));
        Err(rejection)
    }

    /// Returns the user of a page that is public: no user, or an active one.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 if a credential in a header was not accepted, 403 `CSRF_FAILED` for a
    /// request that may be forged.
    pub fn optional(&self, who: &Authentication<U>) -> Result<Option<Authenticated<U>>, Rejection> {
        self.check_csrf(who)?;
        match who {
            Authentication::Refused {
                presence: CredentialSource::Header,
                ..
            } => Err(self.unauthenticated(who)),
            _ => Ok(who.user().cloned()),
        }
    }

    /// Returns whether a request changes something and has a cookie of ours that a browser may have added
    /// by itself.
    fn needs_csrf_check(&self, head: &dyn RequestHead) -> bool {
        !csrf::is_safe(head)
            && self.has_credential(head, CredentialSource::Cookie)
            && !self.has_credential(head, CredentialSource::Header)
    }

    /// Returns whether a request has a credential of this source, valid or not.
    pub(crate) fn has_credential(&self, head: &dyn RequestHead, source: CredentialSource) -> bool {
        let mut transports = self.backends().iter().map(Backend::transport);
        transports.any(|transport| {
            transport.source() == source && !matches!(transport.read(head), Ok(None))
        })
    }

    /// Refuses a request that may be forged.
    pub(crate) fn check_csrf(&self, who: &Authentication<U>) -> Result<(), Rejection> {
        match who {
            Authentication::CsrfFailed {
                has_malformed_cookie: true,
            } => Err(csrf_failed(self.backends())),
            Authentication::CsrfFailed { .. } => Err(ErrorCode::CsrfFailed.into()),
            _ => Ok(()),
        }
    }

    /// Returns the refusal of a request to a backend that may be forged. It clears a CSRF cookie with which no
    /// request passes.
    pub(crate) fn csrf_refused(backend: &Backend<U>, head: &dyn RequestHead) -> Rejection {
        if Csrf::has_malformed_cookie(head, backend.transport()) {
            csrf_failed([backend])
        } else {
            ErrorCode::CsrfFailed.into()
        }
    }

    pub(crate) fn unauthenticated(&self, who: &Authentication<U>) -> Rejection {
        let presented = matches!(who, Authentication::Refused { .. });
        Rejection::unauthenticated(self.challenges(presented)).with_headers(self.stale_cookies(who))
    }

    /// Returns the challenges of all backends, each once.
    pub(crate) fn challenges(&self, presented: bool) -> Vec<&'static str> {
        let mut challenges = Vec::new();
        for backend in self.backends() {
            let challenge = backend.transport().challenge(presented);
            challenges.extend(challenge.filter(|text| !challenges.contains(text)));
        }
        challenges
    }
}

/// Returns the refusal that clears the CSRF cookies of these backends.
fn csrf_failed<'b, U: AuthUser>(backends: impl IntoIterator<Item = &'b Backend<U>>) -> Rejection {
    let cleared = |backend: &'b Backend<U>| sendable(backend, backend.transport().clear_csrf());
    Rejection::new(ErrorCode::CsrfFailed).with_headers(backends.into_iter().flat_map(cleared))
}
