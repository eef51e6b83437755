//! The extractor suite of the core, over this adapter.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use async_trait::async_trait;
use auth_axum::{
    ActiveUser, CurrentUser, Guard, OptionalUser, Policy, Superuser, VerifiedUser, csrf_protection,
    guard, routes,
};
use auth_core::testing::extractors::{self, Harness, OWN_COOKIE, RecentLogin, Support, shown};
use auth_core::{Auth, User};
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::routing::get;

use crate::support::serve;

struct Axum;

#[async_trait]
impl Harness for Axum {
    async fn serve(&self, auth: Auth<User>, other: Auth<User>) -> SocketAddr {
        let active = || Guard::active();
        let guarded = get(three).route_layer(guard(&auth, active()));
        let reports = get(async || "reports").route_layer(guard(&auth, Support::GUARD));
        let another = get(one).route_layer(guard(&other, active()));
        let layered = Router::new()
            .route("/public", get(async || "public").post(async || "public"))
            .route("/active", get(one))
            .route("/optional", get(optional))
            .route("/error", get(error))
            .route("/cookie", get(cookie))
            .layer(csrf_protection(&auth));
        let app = Router::new()
            .route("/public", get(async || "public"))
            .route("/active", get(one).post(one))
            .route(
                "/verified",
                get(async |user: VerifiedUser<User>| shown(&user)),
            )
            .route(
                "/superuser",
                get(async |user: Superuser<User>| shown(&user)),
            )
            .route(
                "/support",
                get(async |user: CurrentUser<User, Support>| shown(&user)),
            )
            .route(
                "/recent",
                get(async |user: CurrentUser<User, RecentLogin>| shown(&user)),
            )
            .route("/optional", get(optional).post(optional))
            .route("/three", get(three))
            .route("/guarded", guarded)
            .route("/reports", reports)
            .route("/another", another)
            .nest("/layer", layered)
            .merge(routes(&auth))
            .with_state(auth);
        serve(app).await
    }
}

async fn one(user: ActiveUser<User>) -> String {
    shown(&user)
}

async fn three(user: ActiveUser<User>, _: OptionalUser<User>, _: CurrentUser<User>) -> String {
    shown(&user)
}

async fn optional(OptionalUser(user): OptionalUser<User>) -> String {
    user.map_or_else(|| "anonymous".to_owned(), |user| shown(&user))
}

async fn error(_: OptionalUser<User>) -> (StatusCode, &'static str) {
    (StatusCode::IM_A_TEAPOT, "teapot")
}

async fn cookie(
    _: OptionalUser<User>,
) -> ([(axum::http::HeaderName, &'static str); 1], &'static str) {
    ([(SET_COOKIE, OWN_COOKIE)], "public")
}

macro_rules! cases {
    ($($(#[$clock:ident])? $name:ident),+ $(,)?) => {
        $(#[tokio::test$(($clock = true))?]
        async fn $name() {
            extractors::run(&Axum, stringify!($name)).await;
        })+

        /// A case that is never run would always pass.
        #[test]
        fn every_case_is_run() {
            let run = BTreeSet::from([$(stringify!($name)),+]);
            assert_eq!(run, BTreeSet::from_iter(extractors::CASES.iter().copied()));
        }
    };
}

cases! {
    policies_admit_their_users_only,
    guard_admits_its_users_only,
    old_login_requires_a_step_up,
    optional_user_has_three_answers,
    inactive_user_is_unauthenticated,
    account_goes_from_registration_to_logout,
    public_page_asks_no_store,
    guard_and_extractors_authenticate_once,
    failing_store_is_503_on_every_page,
    handles_never_share_a_result,
    layer_refuses_forged_requests_only,
    extractor_refuses_forged_requests,
    layer_deletes_a_stale_cookie_on_every_reply,
    cookie_of_the_handler_is_kept,
    outage_deletes_no_cookie,
    transport_may_write_header_names_in_upper_case,
    other_methods_are_405,
    head_answers_like_get,
    refusal_is_the_envelope_byte_for_byte,
    body_above_the_limit_is_413,
    disconnected_client_changes_nothing,
    #[start_paused] body_without_end_times_out,
}
