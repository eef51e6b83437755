//! HTML forms of pages: the same rules as for JSON, answered with redirects.

mod refused;

use std::fmt::Write as _;

use time::Duration;

use super::cookies::{OURS, me};
use super::fixture::{Backends, Fixture, NEW_PASSWORD, Setup, WRONG_PASSWORD};
use super::jar::Jar;
use super::wire::{WireReply, WireRequest};
use super::{CaseRun, group};
use crate::auth::{FormRoute, Forms};
use crate::event::EventKind;
use crate::flash::{FlashField, FlashMessage};
use crate::http::BufferedRequest;
use crate::testing::PASSWORD;
use refused::{
    failing_stores_keep_their_status, form_with_a_bearer_token_is_refused,
    forms_of_other_sites_are_refused, malformed_forms_are_refused, only_pages_take_forms,
};

group!("forms": login_and_logout, next_page_is_on_the_allow_list, refused_login_shows_its_page_again,
    unknown_and_wrong_have_the_same_reply, query_of_the_page_is_kept, flash_message_is_shown_once,
    accounts_are_made_and_verified, passwords_are_reset_and_changed, malformed_forms_are_refused,
    forms_of_other_sites_are_refused, failing_stores_keep_their_status, only_pages_take_forms,
    form_with_a_bearer_token_is_refused, checkboxes_and_empty_fields);

const ADA: &str = "ada@example.com";
const FORM: &str = "application/x-www-form-urlencoded";

fn pages() -> Forms {
    Forms::new()
        .after_login("/home")
        .after(FormRoute::Logout, "/bye")
        .page(FormRoute::Register, "/sign-up")
        .page(FormRoute::Verify, "/verify")
        .page(FormRoute::RequestVerify, "/verify")
        .page(FormRoute::ForgotPassword, "/forgot")
        .page(FormRoute::ResetPassword, "/reset")
        .page(FormRoute::ChangePassword, "/account")
}

fn setup() -> Setup {
    Setup {
        backends: Backends::Browser,
        forms: Some(pages()),
        ..Setup::default()
    }
}

async fn case_of<'t>(run: &'t CaseRun<'t>) -> Fixture<'t> {
    let case = run.case_with(setup()).await;
    case.user(ADA).await;
    case
}

/// The body of a form.
fn body(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        let separator = if text.is_empty() { "" } else { "&" };
        let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let _ = write!(text, "{separator}{name}={value}");
    }
    text
}

/// A form that a page of the site sends.
fn form(target: &str, fields: &[(&str, &str)]) -> WireRequest {
    raw_form(target, body(fields))
}

/// The same with a body that is written out.
fn raw_form(target: &str, body: impl Into<Vec<u8>>) -> WireRequest {
    let request = WireRequest::new("POST", target).header(OURS.0, OURS.1);
    request.text(FORM, body)
}

fn login_form(password: &str) -> WireRequest {
    form(
        "/auth/login",
        &[("identifier", ADA), ("password", password)],
    )
}

impl Fixture<'_> {
    /// Sends a form with the cookies of a browser, and expects a redirect.
    async fn submit(&self, jar: &mut Jar, request: WireRequest, to: &str) -> WireReply {
        let reply = self.send(&jar.send(request)).await;
        let location = reply.header("location").next().unwrap_or_default();
        let location = String::from_utf8_lossy(location).into_owned();
        let sent = (reply.status, location.as_str(), reply.body.len());
        self.same("the redirect", sent, (303, to, 0));
        jar.take(&reply);
        reply
    }

    /// Takes the flash message of a browser.
    async fn flash(&self, jar: &Jar) -> Option<FlashMessage> {
        let page = jar.send(WireRequest::get("/page"));
        let mut request = BufferedRequest::new("GET", Vec::new());
        for (name, value) in page.headers {
            request = request.header(&name, value);
        }
        let taken = self.auth.take_flash(&request.head).await;
        taken.expect("the store answers").value
    }
}

async fn login_and_logout(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    let mut jar = Jar::default();
    case.submit(&mut jar, login_form(PASSWORD), "/home").await;
    let reply = case.send(&me(&jar)).await;
    case.same("the user of the cookies", reply.status, 200);
    case.check(
        case.raised(EventKind::LoginSucceeded),
        "the event of a login",
    );
    case.same("no message", case.flash(&jar).await, None);
    let kept = jar.clone();
    case.submit(&mut jar, form("/auth/logout", &[]), "/bye")
        .await;
    case.same("what the browser has left", jar.names(), Vec::<&str>::new());
    let reply = case.send(&me(&kept)).await;
    case.same("a copy of the cookies", reply.status, 401);
}

/// A3.7.2: `next` is a path of the own site, or the browser goes to the usual page.
async fn next_page_is_on_the_allow_list(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    for (next, to) in [
        ("/orders?page=2", "/orders?page=2"),
        ("//evil.example", "/home"),
        ("/\\evil.example", "/home"),
        ("https://evil.example/", "/home"),
        ("/%2f/evil.example", "/home"),
        ("", "/home"),
    ] {
        let fields = [("identifier", ADA), ("password", PASSWORD), ("next", next)];
        case.submit(&mut Jar::default(), form("/auth/login", &fields), to)
            .await;
    }
    let mut in_the_query = login_form(PASSWORD);
    in_the_query.target += "?next=/orders";
    case.submit(&mut Jar::default(), in_the_query, "/home")
        .await;
}

async fn refused_login_shows_its_page_again(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    let mut jar = Jar::default();
    case.submit(&mut jar, login_form(WRONG_PASSWORD), "/login")
        .await;
    case.same("the cookies", jar.names(), vec!["__Host-auth-flash"]);
    let expected = FlashMessage::failure(
        "auth.login",
        "LOGIN_BAD_CREDENTIALS",
        "Invalid credentials.",
    )
    .with_value("identifier", ADA);
    case.same("the message", case.flash(&jar).await, Some(expected));
    case.check(
        case.raised(EventKind::LoginFailed),
        "the event of a failure",
    );
}

/// A6.3.8: the reply does not tell whether the account exists.
async fn unknown_and_wrong_have_the_same_reply(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    for (path, known, unknown) in [
        ("/auth/login", ADA, "eve@example.com"),
        ("/auth/forgot-password", ADA, "eve@example.com"),
    ] {
        let mut replies = Vec::new();
        for address in [known, unknown] {
            let fields = if path == "/auth/login" {
                vec![("identifier", address), ("password", WRONG_PASSWORD)]
            } else {
                vec![("email", address)]
            };
            let mut jar = Jar::default();
            let reply = case.send(&form(path, &fields)).await;
            jar.take(&reply);
            let message = case.flash(&jar).await;
            let said =
                message.map(|message| (message.is_success(), message.code().map(str::to_owned)));
            let location: Vec<_> = reply.header("location").map(<[u8]>::to_vec).collect();
            replies.push((reply.status, location, reply.body.len(), said));
        }
        case.check(
            replies.first() == replies.get(1),
            &format!("one reply of {path}"),
        );
    }
}

/// A page with a query (a mailed token, the page after a login) is shown again with it.
async fn query_of_the_page_is_kept(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    for (referer, to) in [
        (
            "https://localhost/login?next=%2Forders",
            "/login?next=%2Forders",
        ),
        ("https://localhost/other?next=%2Forders", "/login"),
        ("https://evil.example/login?next=%2Forders", "/login"),
        ("https://localhost/login?next=%0d%0a", "/login"),
        ("https://localhost//login", "/login"),
        ("login?a=b", "/login"),
        ("", "/login"),
    ] {
        let request = login_form(WRONG_PASSWORD).header("referer", referer);
        case.submit(&mut Jar::default(), request, to).await;
    }
}

async fn flash_message_is_shown_once(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    let mut jar = Jar::default();
    case.submit(&mut jar, login_form(WRONG_PASSWORD), "/login")
        .await;
    case.check(case.flash(&jar).await.is_some(), "the first page shows it");
    case.check(case.flash(&jar).await.is_none(), "no further page does");
    case.submit(&mut jar, login_form(WRONG_PASSWORD), "/login")
        .await;
    case.clock.advance(Duration::minutes(10));
    case.check(
        case.flash(&jar).await.is_none(),
        "it ends after ten minutes",
    );
}

async fn accounts_are_made_and_verified(run: &CaseRun<'_>) {
    let case = run.case_with(setup()).await;
    let mut jar = Jar::default();
    let weak = form(
        "/auth/register",
        &[("email", ADA), ("password", "password12345678")],
    );
    case.submit(&mut jar, weak, "/sign-up").await;
    let message = case.flash(&jar).await;
    let message = message.unwrap_or_else(|| FlashMessage::success(""));
    case.same(
        "the code",
        message.code(),
        Some("REGISTER_INVALID_PASSWORD"),
    );
    let field = message.field("password").map(FlashField::code);
    case.same("the error of the field", field, Some("too_common"));
    case.same("the address", message.typed("email"), ADA);
    case.same("no password", message.typed("password"), "");

    let good = form("/auth/register", &[("email", ADA), ("password", PASSWORD)]);
    case.submit(&mut jar, good, "/login").await;
    let expected = Some(FlashMessage::success("register"));
    case.same("the message of a success", case.flash(&jar).await, expected);
    case.wait_idle().await;
    let token = case.outbox.latest("verify", ADA).unwrap_or_default();
    let bad = form("/auth/verify", &[("token", "x")]);
    case.submit(&mut jar, bad, "/verify").await;
    let message = case.flash(&jar).await;
    let code = message.as_ref().and_then(FlashMessage::code);
    case.same("a bad token", code, Some("VERIFY_USER_BAD_TOKEN"));
    case.same(
        "is not shown",
        message.as_ref().map(|m| m.typed("token")),
        Some(""),
    );
    let verify = form("/auth/verify", &[("token", &token)]);
    case.submit(&mut jar, verify, "/login").await;
    let again = form("/auth/request-verify-token", &[("email", ADA)]);
    case.submit(&mut jar, again, "/verify").await;
}

async fn passwords_are_reset_and_changed(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    let mut jar = Jar::default();
    let forgot = form("/auth/forgot-password", &[("email", ADA)]);
    case.submit(&mut jar, forgot, "/forgot").await;
    case.wait_idle().await;
    let token = case.outbox.latest("reset", ADA).unwrap_or_default();
    let fields = [("token", token.as_str()), ("password", NEW_PASSWORD)];
    case.submit(&mut jar, form("/auth/reset-password", &fields), "/login")
        .await;
    case.submit(&mut jar, login_form(NEW_PASSWORD), "/home")
        .await;
    let copy = jar.clone();

    let change = |current: &str| {
        let fields = [("current_password", current), ("new_password", PASSWORD)];
        form("/users/me/change-password", &fields)
    };
    case.submit(&mut jar, change(WRONG_PASSWORD), "/account")
        .await;
    let message = case.flash(&jar).await;
    let code = message.as_ref().and_then(FlashMessage::code);
    case.same("the code", code, Some("LOGIN_BAD_CREDENTIALS"));
    case.submit(&mut jar, change(NEW_PASSWORD), "/account")
        .await;
    let reply = case.send(&me(&jar)).await;
    case.same("the session lives on", reply.status, 200);
    let reply = case.send(&me(&copy)).await;
    case.same("its copied cookies do not", reply.status, 401);

    let anonymous = &mut Jar::default();
    case.submit(anonymous, change(PASSWORD), "/login?next=%2Faccount")
        .await;
}

/// A browser sends nothing for an unchecked box, and an empty text for an empty field.
async fn checkboxes_and_empty_fields(run: &CaseRun<'_>) {
    let case = case_of(run).await;
    let mut jar = Jar::default();
    let fields = [("identifier", ""), ("password", PASSWORD)];
    case.submit(&mut jar, form("/auth/login", &fields), "/login")
        .await;
    let message = case.flash(&jar).await;
    let field = message
        .as_ref()
        .and_then(|message| message.field("identifier"));
    case.same(
        "a required field",
        field.map(FlashField::code),
        Some("too_short"),
    );
    let mut jar = Jar::default();
    case.submit(&mut jar, login_form(PASSWORD), "/home").await;
    let logout = form("/auth/logout", &[("refresh_token", "")]);
    case.submit(&mut jar, logout, "/bye").await;
}
