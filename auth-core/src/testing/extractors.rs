//! The suite of extractors, guards and layers: what an application sees of an adapter, over real HTTP.
//!
//! The suite [`conformance`](super::conformance) compares the replies of the toolkit's own routes. This
//! one tests the handlers of an application: which user reaches them, how often a request is
//! authenticated, and what an outage or a forged request becomes.
//!
//! An adapter implements [`Harness`], which serves the pages of an application with the types of the
//! adapter, and runs every case as a test of its own by
//! [`extractor_tests!`](crate::extractor_tests).

mod access;
mod api_key;
mod app;
mod bodies;
mod csrf;
mod pages;
mod renew;
mod sharing;
mod stale_cookies;

use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;

use self::app::App;
use crate::auth::Auth;
use crate::guard::{Admitted, Guard, Policy};
use crate::user::User;

/// An adapter that serves the pages of the suite.
///
/// Unless the table says otherwise a page has the method `GET` and the handle `auth`, and answers with
/// 200. *shown* is the text of [`shown`] for the user of the first extractor.
///
/// | path | handler | answer |
/// | --- | --- | --- |
/// | `/public` | no extractor | `public` |
/// | `/active`, with `GET` and `POST` | `ActiveUser` | shown |
/// | `/verified` | `VerifiedUser` | shown |
/// | `/superuser` | `Superuser` | shown |
/// | `/support` | `CurrentUser<User, Support>`, with [`Support`] | shown |
/// | `/recent` | `CurrentUser<User, RecentLogin>`, with [`RecentLogin`] | shown |
/// | `/optional`, with `GET` and `POST` | `OptionalUser` | shown, or `anonymous` |
/// | `/three` | `ActiveUser`, `OptionalUser` and `CurrentUser` | shown |
/// | `/guarded` | the same three behind `guard(active)` | shown |
/// | `/reports` | no extractor, behind `guard(`[`Support::GUARD`](Support)`)` | `reports` |
/// | `/another` | `ActiveUser` of `auth`, behind `guard(active)` of `other` | shown |
/// | `/layer/public`, with `GET` and `POST` | no extractor, behind `csrf_protection` | `public` |
/// | `/layer/active` | `ActiveUser`, behind `csrf_protection` | shown |
/// | `/layer/optional` | `OptionalUser`, behind `csrf_protection` | shown, or `anonymous` |
/// | `/layer/error` | `OptionalUser`, then an error of the application with 418, behind `csrf_protection` | 418 `teapot` |
/// | `/layer/cookie` | `OptionalUser`, behind `csrf_protection` | `public`, with `Set-Cookie:` [`OWN_COOKIE`] |
/// | `/renew/public` | no extractor, behind `renew_sessions` | `public` |
/// | `/renew/active`, with `GET` and `POST` | `ActiveUser`, behind `renew_sessions` | shown |
/// | `/renew/optional` | `OptionalUser`, behind `renew_sessions` | shown, or `anonymous` |
/// | `/renew/error`, `/renew/cookie` | those of `/layer`, behind `renew_sessions` | as there |
/// | `/page/guarded`, `/login` | no extractor, behind `login_required` | `page` |
/// | `/page/user` | `PageUser` | shown |
/// | `/page/form` | `Flash` and `CsrfToken`, whose headers are in the reply | code of the message (or `none`), its value of `identifier`, and the token, with a blank between them |
///
/// The routes of the toolkit, `routes(&auth)`, are at their own paths beside these pages.
#[async_trait]
pub trait Harness: Send + Sync {
    /// Serves the pages on the loopback until the runtime ends, and returns the address of the server.
    async fn serve(&self, auth: Auth<User>, other: Auth<User>) -> SocketAddr;
}

/// The policy of the page `/support`: an active user with the role `support`.
#[derive(Debug, Clone, Copy)]
pub struct Support;

impl Policy for Support {
    const GUARD: Guard = Guard::active().any_role(&["support"]);
}

/// The policy of the page `/recent`: an active user who logged in within the last five minutes.
#[derive(Debug, Clone, Copy)]
pub struct RecentLogin;

impl Policy for RecentLogin {
    const GUARD: Guard = Guard::active().fresh(Duration::from_mins(5));
}

/// A cookie that a handler sets, with the name of the toolkit's cookie: nothing may delete it.
pub const OWN_COOKIE: &str = "__Host-auth=own; Path=/; Secure";

/// Returns the text of a page for this user: the address and the backend.
#[must_use]
pub fn shown<P>(user: &Admitted<User, P>) -> String {
    format!("{} by {}", user.email(), user.backend())
}

/// Writes a test for each case of the suite, with the [`Harness`](crate::testing::extractors::Harness) of
/// an adapter. The crate needs `tokio` with the features `macros` and `test-util`.
///
/// ```no_run
/// # use auth_core::{Auth, User, testing::extractors::Harness};
/// # struct Adapter;
/// # #[async_trait::async_trait]
/// # impl Harness for Adapter {
/// #     async fn serve(&self, _: Auth<User>, _: Auth<User>) -> std::net::SocketAddr { todo!() }
/// # }
/// auth_core::extractor_tests!(Adapter);
/// ```
#[macro_export]
macro_rules! extractor_tests {
    ($harness:expr) => {
        $crate::extractor_tests! { $harness =>
            policies_admit_their_users_only, guard_admits_its_users_only,
            old_login_requires_a_step_up, optional_user_has_three_answers,
            inactive_user_is_unauthenticated, account_goes_from_registration_to_logout,
            public_page_asks_no_store, guard_and_extractors_authenticate_once,
            failing_store_is_503_on_every_page, handles_never_share_a_result,
            layer_refuses_forged_requests_only, extractor_refuses_forged_requests,
            layer_deletes_a_stale_cookie_on_every_reply, cookie_of_the_handler_is_kept,
            outage_deletes_no_cookie, transport_may_write_header_names_in_upper_case,
            other_methods_are_405, head_answers_like_get,
            refusal_is_the_envelope_byte_for_byte, body_above_the_limit_is_413,
            disconnected_client_changes_nothing, page_without_login_redirects_browsers, login_page_is_not_redirected_to_itself,
            next_page_is_a_path_of_the_site, flash_message_is_shown_on_one_page,
            token_of_a_page_proves_its_form,
            expired_login_is_refreshed_within_the_request, parallel_tabs_are_refreshed_once,
            ended_login_is_anonymous_and_its_cookies_are_deleted, outage_during_a_refresh_is_503,
            forged_request_is_not_refreshed, only_an_expired_cookie_is_refreshed,
            layers_tell_the_new_deadline_of_a_classic_session,
            layers_hand_out_the_secret_for_new_privileges,
            lost_reply_of_a_renewed_page_logs_no_user_out,
            renewal_comes_before_the_login_of_a_later_backend,
            #[start_paused] body_without_end_times_out,
        }
    };
    ($harness:expr => $($(#[$clock:ident])? $case:ident),+ $(,)?) => {
        $(#[tokio::test$(($clock = true))?]
        async fn $case() {
            $crate::testing::extractors::run(&$harness, stringify!($case)).await;
        })+

        /// A case that is never run would always pass.
        #[test]
        fn every_case_is_run() {
            let run = ::std::collections::BTreeSet::from([$(stringify!($case)),+]);
            let all = $crate::testing::extractors::CASES.iter().copied();
            assert_eq!(run, all.collect());
        }
    };
}

type Run = for<'a> fn(&'a App) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

macro_rules! cases {
    ($($module:ident: $($case:ident),+;)+) => {
        /// The names of the cases.
        pub const CASES: &[&str] = &[$($(stringify!($case)),+),+];

        fn case(name: &str) -> Option<Run> {
            match name {
                $($(stringify!($case) => Some(|app| Box::pin($module::$case(app))),)+)+
                _ => None,
            }
        }
    };
}

cases! {
    access: policies_admit_their_users_only, guard_admits_its_users_only, old_login_requires_a_step_up, optional_user_has_three_answers,
        inactive_user_is_unauthenticated, account_goes_from_registration_to_logout;
    sharing: public_page_asks_no_store, guard_and_extractors_authenticate_once,
        failing_store_is_503_on_every_page, handles_never_share_a_result;
    csrf: layer_refuses_forged_requests_only, extractor_refuses_forged_requests;
    stale_cookies: layer_deletes_a_stale_cookie_on_every_reply, cookie_of_the_handler_is_kept,
        outage_deletes_no_cookie;
    api_key: transport_may_write_header_names_in_upper_case;
    pages: page_without_login_redirects_browsers, login_page_is_not_redirected_to_itself,
        next_page_is_a_path_of_the_site, flash_message_is_shown_on_one_page,
        token_of_a_page_proves_its_form;
    renew: expired_login_is_refreshed_within_the_request, parallel_tabs_are_refreshed_once,
        ended_login_is_anonymous_and_its_cookies_are_deleted, outage_during_a_refresh_is_503,
        forged_request_is_not_refreshed, only_an_expired_cookie_is_refreshed,
        layers_tell_the_new_deadline_of_a_classic_session,
        layers_hand_out_the_secret_for_new_privileges,
        lost_reply_of_a_renewed_page_logs_no_user_out,
        renewal_comes_before_the_login_of_a_later_backend;
    bodies: other_methods_are_405, head_answers_like_get, refusal_is_the_envelope_byte_for_byte,
        body_above_the_limit_is_413, disconnected_client_changes_nothing, body_without_end_times_out;
}

/// Runs one case: the adapter serves an application of its own for it.
///
/// # Panics
///
/// If the adapter does something else than the case says, and if no case has this name.
pub async fn run(adapter: &dyn Harness, name: &str) {
    let case = case(name).expect("the name of a case");
    case(&App::serve(adapter).await).await;
}
