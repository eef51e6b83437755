//! Accounts for an Axum application: a storage of its own, bearer tokens, and mails that are printed.

use std::net::SocketAddr;
use std::time::Duration;

use auth_axum::CurrentUser;
use auth_core::accounts::{
    ForgotPassword, HookResult, RequestEmailChange, RequestVerify, VerifyToken,
};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, Context, JwtStrategy, User, UserManager,
};
use axum::extract::{ConnectInfo, Request};
use axum::{Json, Router, routing::get};
use custom_storage::RedbStore;
use setup::server::{Limits, serve};
use tower_service::Service as _;

/// Where a real application would send mail.
struct Mailer;

#[async_trait::async_trait]
impl UserManager for Mailer {
    type User = User;

    async fn on_after_register(&self, user: &User, token: &VerifyToken, _: &Context) -> HookResult {
        setup::mail("verify", user.email(), token.expose())
    }

    async fn on_after_request_verify_token(
        &self,
        ask: RequestVerify<'_, User>,
        _: &Context,
    ) -> HookResult {
        setup::mail("verify", ask.user.email(), ask.token.expose())
    }

    async fn on_after_request_email_change(
        &self,
        ask: RequestEmailChange<'_, User>,
        _: &Context,
    ) -> HookResult {
        setup::mail("verify", ask.email, ask.token.expose())
    }

    async fn on_after_forgot_password(
        &self,
        ask: ForgotPassword<'_, User>,
        _: &Context,
    ) -> HookResult {
        match ask {
            ForgotPassword::Known { user, token } => {
                setup::mail("reset", user.email(), token.expose())
            }
            _ => Ok(()),
        }
    }
}

/// Runs only with a valid token.
async fn protected(user: CurrentUser<User>) -> Json<String> {
    Json(user.email().to_string())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = setup::secret()?;
    let store = RedbStore::open(setup::variable("DATABASE_PATH").unwrap_or("auth.redb".into()))?;
    let jwt = JwtStrategy::from_master(&secret).revoked_in(store.clone());
    let accounts = Accounts::builder(store.clone(), &secret)
        .expiring_store(store)
        .hooks(Mailer);
    let auth = Auth::builder(accounts)
        .backend(Backend::new("jwt", BearerTransport::new(), jwt))
        .build()?;
    tokio::spawn(auth.accounts().purge_every(Duration::from_mins(10)));

    let app = Router::new()
        .route("/protected", get(protected))
        .merge(auth_axum::routes(&auth))
        .with_state(auth.clone());
    let listener = setup::listen().await?;
    // A server with a time limit for request heads. The peers' addresses are used by events and limits.
    let respond = move |peer, mut request: Request<_>| {
        request
            .extensions_mut()
            .insert(ConnectInfo::<SocketAddr>(peer));
        app.clone().call(request)
    };
    serve(listener, Limits::default(), setup::ctrl_c(), respond).await;
    auth.accounts().wait_idle().await;
    Ok(())
}
