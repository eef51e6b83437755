//! The routes.

use super::body::AdminBody;
use crate::api::declared::Body;
use crate::api::route::{Base, ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::api::{ErrorCode, Method, objects};
use crate::http::{FieldKind, FieldSchema};
use crate::user::{AuthUser, EmailPrefix, UserColumns};

/// The query parameters of a list.
fn page() -> Vec<FieldSchema> {
    vec![
        FieldSchema::new("limit", FieldKind::integer(1..=100))
            .describe("The number of users on a page; 50 if it is absent.")
            .optional(),
        FieldSchema::new("offset", FieldKind::integer(0..=i64::MAX))
            .describe("The number of users before the page. It excludes `after`.")
            .optional(),
        FieldSchema::new("after", FieldKind::text(0..=1024))
            .describe("The key before the page; empty for the first page. It excludes `offset`.")
            .optional(),
        FieldSchema::new("email", FieldKind::text(0..=EmailPrefix::MAX_CODE_POINTS))
            .describe("The beginning of the addresses, normalised like an address. No character is a wildcard; empty for all users.")
            .example("ada@")
            .optional(),
    ]
}

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    let user = || ReplySpec::json(200, "The account.", objects::user_read::<U>());
    let one = (Base::Users, "/{id}");
    let list = RouteSpec::of_superuser(
        Method::Get,
        "users.list",
        (Base::Users, ""),
        |auth, _, request, _| Box::pin(auth.list_users(request)),
    )
    .summary(
        "List users, or those with the beginning of an address, in ascending order of their keys.",
    )
    .query(page())
    .reply(ReplySpec::json(
        200,
        "A page of users.",
        objects::user_page::<U>(),
    ));
    let read = RouteSpec::of_superuser(Method::Get, "users.read", one, |auth, _, request, _| {
        Box::pin(auth.read_user(request))
    })
    .summary("Read a user.")
    .reply(user())
    .codes(&[ErrorCode::UserNotFound]);
    let mut fields = AdminBody::schema(&surface.rules);
    fields.extend(U::Columns::admin_schema());
    let update = RouteSpec::of_superuser(
        Method::Patch,
        "users.update",
        one,
        |auth, caller, request, context| Box::pin(auth.update_user(caller, request, context)),
    )
    .summary("Change a user.")
    .body(fields)
    .reply(user())
    .codes(&[
        ErrorCode::UserNotFound,
        ErrorCode::SuperuserCannotUpdateSelf,
        ErrorCode::UpdateUserEmailAlreadyExists,
        ErrorCode::UpdateUserInvalidPassword,
        ErrorCode::LastSuperuser,
    ])
    .refusals(&surface.refusal_codes);
    let delete = RouteSpec::of_superuser(
        Method::Delete,
        "users.delete",
        one,
        |auth, caller, request, _| Box::pin(auth.delete_user(caller, request)),
    )
    .summary("Delete a user: the account is deactivated, or removed where the application says so.")
    .reply(ReplySpec::empty(204, "The user is deleted."))
    .codes(&[
        ErrorCode::UserNotFound,
        ErrorCode::SuperuserCannotDeleteSelf,
        ErrorCode::LastSuperuser,
    ])
    .refusals(&surface.refusal_codes);
    vec![list, delete, read, update]
}
