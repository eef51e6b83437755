//! Headers of a request that authenticate a user: a login for the tests of an application.

use crate::auth::Auth;
use crate::backend::Backend;
use crate::http::{BufferedRequest, Header};
use crate::login::{AuthMethod, AuthProof, IssuedTokens, LoginStep};
use crate::transport::CredentialSource;
use crate::user::AuthUser;

/// Returns the header `Authorization: Bearer …` with which a request is one of this user.
///
/// It logs the user in by the first backend that reads this header, without a password: the hooks of a
/// login run, and its events are raised. The token is a real one, which passes through routers, guards
/// and extractors. `request_as` of an adapter makes a request with it.
///
/// # Examples
///
/// ```
/// use auth_core::testing::{self, bearer_headers, registration};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let auth = testing::auth();
/// let accounts = auth.accounts();
/// let ada = accounts.register(registration("ada@example.com"), &accounts.context()).await.unwrap();
///
/// let headers = bearer_headers(&auth, &ada).await;
/// assert_eq!(headers[0].name(), "authorization");
/// # });
/// ```
///
/// # Panics
///
/// If the user is not in the store, if the login is refused or needs a second factor, or if no backend
/// reads this header.
pub async fn bearer_headers<U: AuthUser>(auth: &Auth<U>, user: &U) -> Vec<Header> {
    let probe = BufferedRequest::new("GET", Vec::new()).header("authorization", "Bearer probe");
    let reads_bearer =
        |backend: &&Backend<U>| backend.transport().read(&probe.head) == Ok(Some("probe"));
    let Some(backend) = auth.backends().iter().find(reads_bearer) else {
        fail("no backend of this handle reads `Authorization: Bearer`");
    };
    let tokens = log_in(auth, backend, user).await;
    let bearer = format!("Bearer {}", tokens.access.expose());
    vec![header("authorization", bearer)]
}

/// Returns the headers with which a request is one of this user's browser: `Cookie`, and the CSRF token
/// that proves that the request is not forged.
///
/// It logs the user in by the first backend with cookies, as [`bearer_headers`] does.
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemorySessionStore;
/// use auth_core::testing::{self, Outbox, cookie_headers, registration};
/// use auth_core::{Auth, Backend, CookieTransport, OpaqueStrategy, Sessions};
/// use std::sync::Arc;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let sessions = Sessions::new(MemorySessionStore::new(), &testing::master_secret());
/// let accounts = testing::accounts_builder(Arc::new(Outbox::new())).sessions(sessions);
/// let web = Backend::new("web", CookieTransport::new(), OpaqueStrategy::new());
/// let auth = Auth::builder(accounts).backend(web).build().unwrap();
/// let accounts = auth.accounts();
/// let ada = accounts.register(registration("ada@example.com"), &accounts.context()).await.unwrap();
///
/// let headers = cookie_headers(&auth, &ada).await;
/// let names: Vec<_> = headers.iter().map(|header| header.name()).collect();
/// assert_eq!(names, ["cookie", "x-csrf-token"]);
/// # });
/// ```
///
/// # Panics
///
/// If the user is not in the store, if the login is refused or needs a second factor, or if no backend
/// uses cookies.
pub async fn cookie_headers<U: AuthUser>(auth: &Auth<U>, user: &U) -> Vec<Header> {
    let has_cookies =
        |backend: &&Backend<U>| backend.transport().source() == CredentialSource::Cookie;
    let Some(backend) = auth.backends().iter().find(has_cookies) else {
        fail("no backend of this handle uses cookies");
    };
    let tokens = log_in(auth, backend, user).await;
    let reply = auth.token_reply(&tokens).expect("the reply to a login");
    let set = reply.headers().filter(|set| set.name() == "set-cookie");
    let pair = |set: &Header| set.value().split(';').next().map(str::to_owned);
    let pairs: Vec<_> = set.filter_map(pair).collect();
    let csrf = backend.transport().csrf_cookie();
    let csrf = csrf.and_then(|name| {
        let mut values = pairs.iter().filter_map(|pair| pair.split_once('='));
        values.find(|(known, _)| *known == name)
    });
    let mut headers = vec![header("cookie", pairs.join("; "))];
    headers.extend(csrf.map(|(_, token)| header("x-csrf-token", token.to_owned())));
    headers
}

async fn log_in<U: AuthUser>(auth: &Auth<U>, backend: &Backend<U>, user: &U) -> IssuedTokens<U> {
    let stored = auth.accounts().get(user.id()).await;
    let stored = stored.expect("the store answers");
    assert!(
        stored.is_some(),
        "the user is not in the store of this handle: register the user first"
    );
    let proof = AuthProof::vouched_for(user.clone(), AuthMethod::PASSWORD);
    let context = auth.accounts().context();
    match auth.log_in(backend.name(), proof, &context).await {
        Ok(LoginStep::Done(tokens)) => tokens,
        Ok(LoginStep::SecondFactor(_)) => fail("the login of this user needs a second factor"),
        Err(error) => fail(&format!("the login of this user failed: {error}")),
    }
}

fn header(name: &'static str, value: String) -> Header {
    Header::new(name, value).expect("the value of a credential is visible ASCII")
}

#[expect(
    clippy::panic,
    reason = "a fixture that cannot be built fails its test"
)]
fn fail(reason: &str) -> ! {
    panic!("{reason}")
}
