//! The routes.

use super::body::{AddressBody, VerifyBody};
use crate::api::capabilities::login::COOKIES;
use crate::api::declared::Body;
use crate::api::route::{Base, ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::api::{ErrorCode, Method, objects};
use crate::auth::FormRoute;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    let mut backends = surface.backends.iter();
    let has_cookies = backends.any(|b| b.transport().source() == CredentialSource::Cookie);
    let cookies = if has_cookies { COOKIES } else { &[] };
    let verify = RouteSpec::new(
        Method::Post,
        "verify",
        (Base::Auth, "/verify"),
        |auth, request, context| Box::pin(auth.verify(request, context)),
    )
    .summary(
        "Prove an address with the token of a mail. A pending address becomes the address of the account, \
         and every session of the user ends; that of a caller with cookies continues with new ones.",
    )
    .body(VerifyBody::schema(&surface.rules))
    .form(FormRoute::Verify)
    .reply(
        ReplySpec::json(200, "The account.", objects::user_read::<U>()).headers(cookies),
    )
    .codes(&[
        ErrorCode::VerifyUserBadToken,
        ErrorCode::VerifyUserAlreadyVerified,
    ]);
    let request = RouteSpec::new(
        Method::Post,
        "verify.request",
        (Base::Auth, "/request-verify-token"),
        |auth, request, context| Box::pin(auth.request_verify(request, context)),
    )
    .summary("Ask for a mail with a verification token.")
    .body(AddressBody::schema(&surface.rules))
    .form(FormRoute::RequestVerify)
    .reply(ReplySpec::empty(
        202,
        "The request is accepted, whether or not the address has an account.",
    ));
    vec![verify, request]
}
