//! Accounts for a Poem application: SQLite, bearer tokens, and mails that are printed.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use auth_core::accounts::{
    ForgotPassword, HookResult, RequestEmailChange, RequestVerify, VerifyToken,
};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, Context, JwtStrategy, User, UserManager,
};
use auth_diesel::SqliteStore;
use auth_poem::{CurrentUser, RouteExt, provide, routes};
use poem::http::uri::Scheme;
use poem::web::{Json, LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint as _, EndpointExt, Route, get, handler};
use setup::server::{Limits, serve};

/// Prints the mails that a real application would send.
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
#[handler]
fn protected(user: CurrentUser<User>) -> Json<String> {
    Json(user.into_inner().email().to_string())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = setup::secret()?;
    let store = SqliteStore::open(&setup::database_url()).await?;
    let jwt = JwtStrategy::from_master(&secret).revoked_in(store.clone());
    let accounts = Accounts::builder(store.clone(), &secret)
        .expiring_store(store)
        .hooks(Mailer);
    let auth = Auth::builder(accounts)
        .backend(Backend::new("jwt", BearerTransport::new(), jwt))
        .build()?;
    tokio::spawn(auth.accounts().purge_every(Duration::from_mins(10)));

    let app = Route::new()
        .at("/protected", get(protected))
        .merge(routes(&auth))
        .with(provide(&auth));
    let app = Arc::new(app);
    let listener = setup::listen().await?;
    // A server with a time limit for request heads. The peers' addresses are used by events and limits.
    let respond = move |peer, request| {
        let (app, peer) = (Arc::clone(&app), RemoteAddr(Addr::SocketAddr(peer)));
        async move {
            let request = (request, LocalAddr::default(), peer, Scheme::HTTP).into();
            Ok::<_, Infallible>(app.get_response(request).await.into())
        }
    };
    serve(listener, Limits::default(), setup::ctrl_c(), respond).await;
    auth.accounts().wait_idle().await;
    Ok(())
}
