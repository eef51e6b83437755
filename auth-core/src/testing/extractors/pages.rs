//! Pages that the server renders: the way to the login page, the message of a form, and the token of one.

use super::app::{App, assert_refused, assert_text, with};
use crate::testing::PASSWORD;
use crate::testing::conformance::{WireReply, WireRequest};

const FORM: &str = "application/x-www-form-urlencoded";

fn page(path: &str) -> WireRequest {
    WireRequest::get(path).header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
}

fn location(reply: &WireReply) -> String {
    let value = reply.header("location").next().unwrap_or_default();
    String::from_utf8_lossy(value).into_owned()
}

/// Returns the cookies that a reply sets, as a header of the next request.
fn cookies(reply: &WireReply) -> (String, String) {
    let set = reply.header("set-cookie").map(String::from_utf8_lossy);
    let pairs = set.filter_map(|line| Some(line.split_once(';')?.0.to_owned()));
    ("cookie".to_owned(), pairs.collect::<Vec<_>>().join("; "))
}

fn login_form(fields: &str) -> WireRequest {
    WireRequest::new("POST", "/auth/login").text(FORM, fields)
}

/// A browser goes to the login page, and comes back to the page with its query. Every other client gets the
/// refusal.
pub(super) async fn page_without_login_redirects_browsers(app: &App) {
    let ada = app.main.ada().await;
    let bearer = app.main.bearer(&ada).await;
    for path in ["/page/guarded", "/page/user"] {
        let reply = app.send(page(&format!("{path}?a=b&c=%2F"))).await;
        let next: String =
            form_urlencoded::byte_serialize(format!("{path}?a=b&c=%2F").as_bytes()).collect();
        assert_eq!(
            (reply.status, location(&reply)),
            (303, format!("/login?next={next}"))
        );
        let reply = app.get(path, &[]).await;
        assert_refused(
            "a client other than a browser",
            &reply,
            401,
            "AUTHENTICATION_FAILED",
        );
        let script = WireRequest::new("POST", path).header("accept", "text/html");
        let reply = app.send(script).await;
        assert!(
            matches!(reply.status, 401 | 405),
            "a post: {}",
            reply.status
        );
        let reply = app.send(with(page(path), &bearer)).await;
        assert_eq!(reply.status, 200, "a user");
        app.main.users.fail(true);
        let reply = app.send(with(page(path), &bearer)).await;
        app.main.users.fail(false);
        assert_refused("an outage", &reply, 503, "SERVICE_UNAVAILABLE");
    }
}

/// The login page behind its own guard would redirect to itself for ever.
pub(super) async fn login_page_is_not_redirected_to_itself(app: &App) {
    let reply = app.send(page("/login?next=%2Faccount")).await;
    assert_refused("the login page", &reply, 401, "AUTHENTICATION_FAILED");
}

/// A3.7.2: a path that a browser would take for another site does not become `next`.
pub(super) async fn next_page_is_a_path_of_the_site(app: &App) {
    let reply = app.send(page("/page/user?x=%0d%0a")).await;
    assert_eq!((reply.status, location(&reply).as_str()), (303, "/login"));
}

pub(super) async fn flash_message_is_shown_on_one_page(app: &App) {
    let form = login_form("identifier=ada%40example.com&password=wrong")
        .header("sec-fetch-site", "same-origin");
    let refused = app.send(form).await;
    assert_eq!(
        (refused.status, location(&refused).as_str()),
        (303, "/login")
    );
    let cookie = [cookies(&refused)];
    let shown = app.get("/page/form", &cookie).await;
    let text = String::from_utf8_lossy(&shown.body).into_owned();
    assert!(
        text.starts_with("LOGIN_BAD_CREDENTIALS ada@example.com "),
        "{text}"
    );
    let set = shown.header("set-cookie").map(String::from_utf8_lossy);
    let mut deleted =
        set.filter(|line| line.starts_with("__Host-auth-flash=;") && line.contains("Max-Age=0"));
    assert!(deleted.next().is_some(), "its cookie is deleted");
    let again = app.get("/page/form", &cookie).await;
    let text = String::from_utf8_lossy(&again.body).into_owned();
    assert!(text.starts_with("none  "), "{text}");
}

/// C-CS-01: the token of a page is the proof of its form where a browser sends no origin.
pub(super) async fn token_of_a_page_proves_its_form(app: &App) {
    app.main.ada().await;
    let shown = app.get("/page/form", &[]).await;
    let text = String::from_utf8_lossy(&shown.body).into_owned();
    let token = text.rsplit(' ').next().unwrap_or_default();
    let fields = format!(
        "identifier=ada%40example.com&password={}&csrf_token=",
        PASSWORD.replace(' ', "+")
    );
    let cookie = [cookies(&shown)];
    for (sent, status) in [("", 403), ("x", 403), (token, 303)] {
        let form = with(login_form(&format!("{fields}{sent}")), &cookie);
        assert_eq!(app.send(form).await.status, status, "{sent}");
    }
    // The token of the cookie is kept, so that other tabs can still send their forms.
    let again = app.get("/page/form", &cookie).await;
    assert_text("the next page", &again, 200, &format!("none  {token}"));
    assert!(again.header("set-cookie").next().is_none(), "no new cookie");
}
