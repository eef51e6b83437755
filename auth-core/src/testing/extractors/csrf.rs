//! Forged requests to the pages of an application.

use super::app::{App, assert_refused, assert_text, with};
use crate::testing::conformance::WireRequest;

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

pub(super) async fn layer_refuses_forged_requests_only(app: &App) {
    let ada = app.main.ada().await;
    let [cookie, token] = app.main.cookies(&ada).await;
    let bearer = app.main.bearer(&ada).await;
    let site = |value| pair("sec-fetch-site", value);
    let invalid = pair("x-csrf-token", "invalid");
    let post = async |headers: &[(String, String)]| {
        let request = WireRequest::new("POST", "/layer/public");
        app.send(with(request, headers)).await
    };
    for headers in [
        vec![cookie.clone()],
        vec![cookie.clone(), site("cross-site")],
        vec![cookie.clone(), site("cross-site"), token.clone()],
        vec![cookie.clone(), invalid],
    ] {
        let reply = post(&headers).await;
        assert_refused(&format!("{headers:?}"), &reply, 403, "CSRF_FAILED");
        let reply = app.get("/layer/public", &headers).await;
        assert_text("a safe method", &reply, 200, "public");
    }
    let foreign = pair("cookie", "theme=dark");
    let with_bearer = [vec![cookie.clone(), site("cross-site")], bearer].concat();
    for headers in [
        vec![],
        vec![foreign, site("cross-site")],
        vec![cookie.clone(), token],
        vec![cookie, site("same-origin")],
        with_bearer,
    ] {
        let reply = post(&headers).await;
        assert_text(&format!("{headers:?}"), &reply, 200, "public");
    }
}

/// Without the layer, an extractor refuses the request itself.
pub(super) async fn extractor_refuses_forged_requests(app: &App) {
    let ada = app.main.ada().await;
    let [cookie, token] = app.main.cookies(&ada).await;
    for page in ["/active", "/optional"] {
        let post = |headers: &[(String, String)]| with(WireRequest::new("POST", page), headers);
        let reply = app.send(post(std::slice::from_ref(&cookie))).await;
        assert_refused(page, &reply, 403, "CSRF_FAILED");
        let reply = app.send(post(&[cookie.clone(), token.clone()])).await;
        assert_text(page, &reply, 200, "ada@example.com by web");
    }
}
