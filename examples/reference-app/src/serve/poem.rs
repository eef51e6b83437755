//! The pages of the application in Poem.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use auth_core::{Auth, User};
use auth_poem::{
    ActiveUser, CurrentUser, OptionalUser, RouteExt, Superuser, VerifiedUser, csrf_protection,
    provide, routes,
};
use poem::http::uri::Scheme;
use poem::web::{Json, LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, EndpointExt, Route, get, handler, post};
use serde_json::{Value, json};
use setup::server;
use tokio::net::TcpListener;

use super::LIMITS;

pub(super) async fn serve(
    listener: TcpListener,
    auth: &Auth<User>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> bool {
    let app = Arc::new(app(auth));
    let respond = move |peer, request| {
        let (app, peer) = (Arc::clone(&app), RemoteAddr(Addr::SocketAddr(peer)));
        async move {
            let request = (request, LocalAddr::default(), peer, Scheme::HTTP).into();
            Ok::<_, Infallible>(app.get_response(request).await.into())
        }
    };
    server::serve(listener, LIMITS, stop, respond).await
}

fn app(auth: &Auth<User>) -> impl Endpoint + 'static {
    Route::new()
        .at("/health", get(health))
        .at("/public", get(public))
        .at("/protected", get(protected))
        .at("/active", get(active))
        .at("/verified", get(verified))
        .at("/superuser", get(superuser))
        .at("/optional", get(optional))
        .at("/echo", post(echo))
        .merge(routes(auth))
        .with(csrf_protection(auth))
        .with(provide(auth))
}

#[handler]
fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

#[handler]
fn public() -> Json<Value> {
    Json(Value::Null)
}

#[handler]
fn protected(user: CurrentUser<User>) -> Json<String> {
    Json(user.into_inner().email().to_string())
}

/// Changes nothing, but its method is unsafe in the sense of HTTP.
#[handler]
fn echo(_: CurrentUser<User>, body: String) -> String {
    body
}

#[handler]
fn active(user: ActiveUser<User>) -> Json<String> {
    Json(user.into_inner().email().to_string())
}

#[handler]
fn verified(user: VerifiedUser<User>) -> Json<String> {
    Json(user.into_inner().email().to_string())
}

#[handler]
fn superuser(user: Superuser<User>) -> Json<String> {
    Json(user.into_inner().email().to_string())
}

#[handler]
fn optional(OptionalUser(user): OptionalUser<User>) -> Json<Option<String>> {
    Json(user.map(|user| user.email().to_string()))
}

#[cfg(test)]
mod tests {
    use auth_core::store::memory::MemoryExpiringStore;
    use auth_core::testing::{self, Outbox};
    use auth_core::{Backend, BearerTransport, JwtStrategy};
    use auth_poem::assert_wired;
    use poem::http::Method;

    use super::*;

    /// In Axum the compiler checks this.
    #[tokio::test]
    async fn every_page_for_users_is_authenticated() {
        let strategy = JwtStrategy::from_master(&testing::master_secret())
            .revoked_in(MemoryExpiringStore::new());
        let accounts = testing::accounts_builder(Arc::new(Outbox::new()));
        let auth = Auth::builder(accounts)
            .backend(Backend::new("jwt", BearerTransport::new(), strategy))
            .build()
            .unwrap();
        let pages = [
            "/protected",
            "/active",
            "/verified",
            "/superuser",
            "/optional",
        ];
        let pages = pages.map(|page| (Method::GET, page)).into_iter();
        assert_wired(&app(&auth), pages.chain([(Method::POST, "/echo")])).await;
    }
}
