//! Redirects with a message, from handlers of the application.

use std::sync::Arc;

use crate::accounts::AccountsBuilder;
use crate::api::RouteSetting;
use crate::auth::{Auth, AuthBuilder};
use crate::http::BufferedRequest;
use crate::login::{AuthMethod, AuthProof, LoginStep};
use crate::testing::{Outbox, accounts_builder, master_secret, registration};
use crate::{Backend, CookieTransport, FlashMessage, OpaqueStrategy, Sessions, User};

fn accounts() -> AccountsBuilder<User> {
    let sessions = Sessions::new(
        crate::store::memory::MemorySessionStore::new(),
        &master_secret(),
    );
    accounts_builder(Arc::new(Outbox::new())).sessions(sessions)
}

fn auth() -> Auth<User> {
    with_cookies(accounts()).build().unwrap()
}

fn with_cookies(accounts: AccountsBuilder<User>) -> AuthBuilder<User> {
    let web = Backend::new("web", CookieTransport::new(), OpaqueStrategy::new());
    Auth::builder(accounts).backend(web)
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

/// Without an expiring store a message cannot be spent: the handler fails at once, and not each page after it.
#[tokio::test]
async fn accounts_without_expiring_store_have_no_messages() {
    let message = FlashMessage::success("newsletter");
    let cookie_of = |auth: &Auth<User>| {
        let reply = auth.flash_redirect("/account", message.clone())?;
        let mut headers = reply.headers();
        let cookie = headers.find(|header| header.name() == "set-cookie");
        Ok::<_, crate::api::Rejection>(cookie.unwrap().value().to_owned())
    };
    let before = auth();
    let cookie = cookie_of(&before).unwrap();
    let auth = with_cookies(accounts().without_email_flows())
        .route("verify", RouteSetting::off())
        .route("password", RouteSetting::off())
        .build()
        .unwrap();
    assert_eq!(cookie_of(&auth).unwrap_err().code().status(), 500);
    let cookie = cookie.split(';').next().unwrap();
    let page = BufferedRequest::new("GET", Vec::new()).header("cookie", cookie);
    let page = auth.take_flash(&page.head).await.unwrap();
    assert_eq!((page.value, page.headers.len()), (None, 1));
}

/// A login by a handler of the application sets the cookies that the login route sets.
#[tokio::test]
async fn login_by_the_application_redirects_with_its_cookies() {
    let auth = auth();
    let accounts = auth.accounts();
    let context = accounts.context();
    let user = accounts.register(registration("ada@example.com"), &context);
    let method = AuthMethod::custom("company-sso").unwrap();
    let proof = AuthProof::vouched_for(user.await.unwrap(), method);
    let LoginStep::Done(tokens) = auth.log_in("web", proof, &context).await.unwrap() else {
        panic!("no second factor is due");
    };
    let reply = auth.token_redirect(&tokens, "/account").unwrap();
    assert_eq!((reply.status(), reply.body()), (303, &b""[..]));
    let mut headers = reply.headers();
    assert!(headers.any(|header| header.name() == "location" && header.value() == "/account"));
    let pairs = reply
        .headers()
        .filter(|header| header.name() == "set-cookie");
    let pairs: Vec<_> = pairs
        .filter_map(|set| set.value().split(';').next())
        .collect();
    let request = BufferedRequest::new("GET", Vec::new()).header("cookie", pairs.join("; "));
    assert!(
        auth.authenticate(&request.head)
            .await
            .unwrap()
            .user()
            .is_some()
    );
    assert_eq!(
        auth.token_redirect(&tokens, "//evil.example")
            .unwrap_err()
            .code()
            .status(),
        500
    );
}
