//! The routes.

use super::body::RegisterBody;
use crate::api::declared::Body;
use crate::api::route::{Base, ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::api::{ErrorCode, Method, objects};
use crate::auth::FormRoute;
use crate::user::{AuthUser, UserColumns};

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    let mut fields = RegisterBody::schema(&surface.rules);
    fields.extend(U::Columns::new_schema());
    let route = RouteSpec::new(
        Method::Post,
        "register",
        (Base::Auth, "/register"),
        |auth, request, context| Box::pin(auth.register(request, context)),
    )
    .summary("Register an account.")
    .body(fields)
    .form(FormRoute::Register)
    .codes(&[ErrorCode::RegisterInvalidPassword, ErrorCode::InternalError])
    .refusals(&surface.refusal_codes);
    let route = if surface.hides_existing_accounts {
        let hidden = "The request is accepted, whether or not the address had an account.";
        route.reply(ReplySpec::empty(202, hidden))
    } else {
        let user = objects::user_read::<U>();
        route
            .reply(ReplySpec::json(201, "The account.", user))
            .codes(&[ErrorCode::RegisterUserAlreadyExists])
    };
    vec![route]
}
