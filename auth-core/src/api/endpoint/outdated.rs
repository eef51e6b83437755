//! The reply to a caller whose credential became invalid during the request.

use crate::api::Rejection;
use crate::auth::Auth;
use crate::authenticator::Authentication;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    /// 401: the credential became invalid during the request.
    pub(in crate::api) fn outdated(&self) -> Rejection {
        self.unauthenticated(&Authentication::Refused {
            presence: CredentialSource::Header,
            is_replaced: false,
        })
    }
}
