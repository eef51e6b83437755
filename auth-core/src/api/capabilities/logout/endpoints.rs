//! The endpoints.

use crate::api::Rejection;
use crate::api::endpoint::{Answer, RequestParts};
use crate::auth::{Auth, check_csrf, forget};
use crate::authenticator::{Authentication, Authenticator};
use crate::backend::Backend;
use crate::context::Context;
use crate::http::Reply;
use crate::login::{self, PresentedTokens};
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    /// Ends the session of this request, or, where there is none, its token; and no other.
    pub(super) async fn logout(
        &self,
        backend: &Backend<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let only = std::slice::from_ref(backend);
        let who = Authenticator::new(self.accounts(), only, self.csrf())
            .authenticate(request.head, context)
            .await?;
        check_csrf(&who)?;
        let token = backend.transport().read(request.head).ok().flatten();
        let (Authentication::User(user), Some(token)) = (&who, token) else {
            return Err(self.unauthenticated_logout(backend, &who));
        };
        let presented = PresentedTokens::none().with_access(token);
        let session = user.session().copied();
        login::log_out(
            self.accounts(),
            backend,
            presented,
            session,
            &user.context(),
        )
        .await?;
        Ok(Self::logout_response(backend))
    }

    /// 401, and the browser deletes the cookie of this backend if it was not accepted. Cookies
    /// of other backends may be valid and stay.
    fn unauthenticated_logout(&self, backend: &Backend<U>, who: &Authentication<U>) -> Rejection {
        let is_refused = matches!(who, Authentication::Refused { .. });
        let rejection = Rejection::unauthenticated(self.challenges(is_refused));
        if is_refused {
            rejection.with_headers(forget(backend))
        } else {
            rejection
        }
    }

    /// The reply that ends a login.
    pub(in crate::api) fn logout_response(backend: &Backend<U>) -> Reply {
        backend.transport().logout(backend.refresh_path())
    }
}
