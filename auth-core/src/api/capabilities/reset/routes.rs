//! The routes.

use super::body::ResetBody;
use crate::api::capabilities::verify::AddressBody;
use crate::api::declared::Body;
use crate::api::route::{Base, ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::api::{ErrorCode, Method, objects};
use crate::auth::FormRoute;
use crate::user::AuthUser;

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    let forgot = RouteSpec::new(
        Method::Post,
        "password.forgot",
        (Base::Auth, "/forgot-password"),
        |auth, request, context| Box::pin(auth.forgot_password(request, context)),
    )
    .summary("Ask for a mail with a reset token.")
    .body(AddressBody::schema(&surface.rules))
    .form(FormRoute::ForgotPassword)
    .reply(ReplySpec::empty(
        202,
        "The request is accepted, whether or not the address has an account.",
    ));
    let reset = RouteSpec::new(
        Method::Post,
        "password.reset",
        (Base::Auth, "/reset-password"),
        |auth, request, context| Box::pin(auth.reset_password(request, context)),
    )
    .summary("Set a new password with the token of a mail. Every session of the user ends.")
    .body(ResetBody::schema(&surface.rules))
    .form(FormRoute::ResetPassword)
    .reply(ReplySpec::json(
        200,
        "The account.",
        objects::user_read::<U>(),
    ))
    .codes(&[
        ErrorCode::ResetPasswordBadToken,
        ErrorCode::ResetPasswordInvalidPassword,
    ]);
    vec![forgot, reset]
}
