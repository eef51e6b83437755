//! Redirects with a message, from handlers of the application.

use std::sync::Arc;

use crate::auth::Auth;
use crate::http::BufferedRequest;
use crate::testing::{Outbox, accounts_builder, master_secret};
use crate::{Backend, CookieTransport, FlashMessage, OpaqueStrategy, Sessions, User};

fn auth() -> Auth<User> {
    let sessions = Sessions::new(
        crate::store::memory::MemorySessionStore::new(),
        &master_secret(),
    );
    let accounts = accounts_builder(Arc::new(Outbox::new())).sessions(sessions);
    let web = Backend::new("web", CookieTransport::new(), OpaqueStrategy::new());
    Auth::builder(accounts).backend(web).build().unwrap()
}

#[tokio::test]
async fn message_of_the_application_is_shown_once() {
    let (auth, message) = (auth(), FlashMessage::success("newsletter"));
    let reply = auth
        .flash_redirect("/account?a=b", message.clone())
        .unwrap();
    let header = |wanted: &str| {
        let mut headers = reply.headers();
        let found = headers.find(|header| header.name() == wanted).unwrap();
        found.value().to_owned()
    };
    assert_eq!(
        (reply.status(), header("location").as_str()),
        (303, "/account?a=b")
    );
    let cookie = header("set-cookie");
    let cookie = cookie.split(';').next().unwrap();
    let page = BufferedRequest::new("GET", Vec::new()).header("cookie", cookie);
    for expected in [Some(message), None] {
        assert_eq!(auth.take_flash(&page.head).await.unwrap().value, expected);
    }
}

#[test]
fn redirect_of_the_application_stays_on_the_own_site() {
    for path in ["//evil.example", "https://evil.example/", "/a/../b", ""] {
        let refused = auth().flash_redirect(path, FlashMessage::success("a"));
        assert_eq!(refused.unwrap_err().code().status(), 500, "{path}");
    }
}
