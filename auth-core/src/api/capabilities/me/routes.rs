//! The routes.

use super::body::{ChangePasswordBody, DeleteMeBody, UpdateMeBody};
use super::endpoints::read_me;
use crate::api::capabilities::login::COOKIES;
use crate::api::declared::Body;
use crate::api::route::{Base, ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::api::{ErrorCode, Method, objects};
use crate::auth::FormRoute;
use crate::transport::CredentialSource;
use crate::user::{AuthUser, UserColumns};

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    let read = RouteSpec::of_user(
        Method::Get,
        "users.me.read",
        (Base::Users, "/me"),
        |_, caller, _, _| Box::pin(async move { Ok(read_me(&caller)) }),
    )
    .summary("Read the own account.")
    .reply(ReplySpec::json(
        200,
        "The account.",
        objects::own_user_read::<U>(),
    ));
    let mut fields = UpdateMeBody::schema(&surface.rules);
    fields.extend(U::Columns::change_schema());
    let update = RouteSpec::of_user(
        Method::Patch,
        "users.me.update",
        (Base::Users, "/me"),
        |auth, caller, request, context| Box::pin(auth.update_me(caller, request, context)),
    )
    .summary("Change the own account. A new address is pending until its token is verified.")
    .body(fields)
    .reply(ReplySpec::json(
        200,
        "The account.",
        objects::own_user_read::<U>(),
    ))
    .codes(&[
        ErrorCode::LoginBadCredentials,
        ErrorCode::UpdateUserEmailAlreadyExists,
    ])
    .refusals(&surface.refusal_codes);
    vec![read, update, delete(surface), change_password(surface)]
}

fn delete<U: AuthUser>(surface: &Surface<'_, U>) -> RouteSpec<U> {
    RouteSpec::of_user(
        Method::Delete,
        "users.me.delete",
        (Base::Users, "/me"),
        |auth, caller, request, context| Box::pin(auth.delete_me(caller, request, context)),
    )
    .summary("Delete the own account: it is deactivated, or removed where the application says so.")
    .off_by_default()
    .optional_body(DeleteMeBody::schema(&surface.rules))
    .reply(ReplySpec::empty(
        204,
        "The account is deleted. The cookies of the login are cleared.",
    ))
    .codes(&[
        ErrorCode::LoginBadCredentials,
        ErrorCode::LastSuperuser,
        ErrorCode::StepUpRequired,
    ])
    .refusals(&surface.refusal_codes)
}

fn change_password<U: AuthUser>(surface: &Surface<'_, U>) -> RouteSpec<U> {
    let has = |source| {
        let mut backends = surface.backends.iter();
        backends.any(|backend| {
            backend.transport().source() == source
                && (backend.has_sessions() || source == CredentialSource::Cookie)
        })
    };
    let change_password = RouteSpec::of_user(
        Method::Post,
        "users.me.change_password",
        (Base::Users, "/me/change-password"),
        |auth, caller, request, context| Box::pin(auth.change_password(caller, request, context)),
    )
    .summary(
        "Change the own password. The user's other sessions end; the own one gets new secrets.",
    )
    .body(ChangePasswordBody::schema(&surface.rules))
    .form(FormRoute::ChangePassword)
    .reply(
        ReplySpec::empty(204, "The password has changed. New tokens are in cookies.").headers(
            if has(CredentialSource::Cookie) {
                COOKIES
            } else {
                &[]
            },
        ),
    )
    .codes(&[
        ErrorCode::LoginBadCredentials,
        ErrorCode::UpdateUserInvalidPassword,
    ]);
    if has(CredentialSource::Header) {
        let tokens = objects::tokens(true);
        change_password.reply(ReplySpec::json(
            200,
            "The new tokens of the session.",
            tokens,
        ))
    } else {
        change_password
    }
}
