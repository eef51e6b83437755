//! Registration.

use crate::api::declared::{Body, body};
use crate::api::route::{Base, ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::api::{ErrorCode, Method, objects};
use crate::auth::LoginBy;
use crate::password::Password;
use crate::user::{AuthUser, EmailAddress, UserColumns, Username};

body! {
    /// The body of a registration, besides the application's own columns.
    pub(in crate::api) struct RegisterBody(rules) {
        /// The e-mail address.
        email: EmailAddress => |field| field.example("ada@example.com"),
        /// The password.
        password: Password => |field| field.length(rules.new_password()).write_only(),
        /// The user name.
        username: Option<Username> => |field| field.required_if(rules.login_by == LoginBy::Username),
    }
}

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
    .codes(&[ErrorCode::RegisterInvalidPassword, ErrorCode::InternalError]);
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
