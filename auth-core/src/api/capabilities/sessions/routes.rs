//! The routes.

use crate::api::route::{Base, ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::api::{ErrorCode, Method, objects};
use crate::backend::Backend;
use crate::http::{FieldKind, FieldSchema};
use crate::user::AuthUser;

/// The query parameters of the list.
fn page() -> Vec<FieldSchema> {
    vec![
        FieldSchema::new("limit", FieldKind::integer(1..=100))
            .describe("The number of sessions on a page; 50 if it is absent. The first page has the caller's own session in addition if it is not among them.")
            .optional(),
        FieldSchema::new("after", FieldKind::text(0..=128))
            .describe("The `next` of the page before; empty for the first page.")
            .optional(),
    ]
}

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    let mut backends = surface.backends.iter().map(|backend| &**backend);
    let has_sessions = backends.any(Backend::has_sessions);
    let list = RouteSpec::of_user(
        Method::Get,
        "sessions.list",
        (Base::Auth, "/sessions"),
        |auth, caller, request, _| Box::pin(auth.list_sessions(caller, request)),
    )
    .summary("List the caller's sessions, those that were used last first.")
    .query(page())
    .available_if(has_sessions)
    .reply(ReplySpec::json(
        200,
        "The sessions.",
        objects::session_list(),
    ));
    let end_others = RouteSpec::of_user(
        Method::Post,
        "sessions.end_others",
        (Base::Auth, "/sessions/revoke-others"),
        |auth, caller, _, _| Box::pin(auth.end_other_sessions(caller)),
    )
    .summary("End the caller's other sessions.")
    .available_if(has_sessions)
    .reply(ReplySpec::empty(204, "The other sessions have ended."));
    let end = RouteSpec::of_user(
        Method::Delete,
        "sessions.end",
        (Base::Auth, "/sessions/{id}"),
        |auth, caller, request, _| Box::pin(auth.end_session(caller, request)),
    )
    .summary("End one of the caller's sessions.")
    .available_if(has_sessions)
    .reply(ReplySpec::empty(
        204,
        "The session has ended. If it was the caller's own, its cookies are cleared.",
    ))
    .codes(&[ErrorCode::SessionNotFound]);
    vec![list, end_others, end]
}
