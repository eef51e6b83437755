//! Accounts for a Poem application: SQLite, bearer tokens, and mails that are printed.

use auth_core::accounts::{ForgotPassword, HookResult, RequestVerify, VerifyToken};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, Context, JwtStrategy, User, UserManager,
};
use auth_diesel::SqliteStore;
use auth_poem::{CurrentUser, RouteExt, provide, routes};
use poem::listener::TcpAcceptor;
use poem::{EndpointExt, Route, Server, get, handler, web::Json};

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

    let app = Route::new()
        .at("/protected", get(protected))
        .merge(routes(&auth))
        .with(provide(&auth));
    Server::new_with_acceptor(TcpAcceptor::from_tokio(setup::listen().await?)?)
        .run_with_graceful_shutdown(app, setup::ctrl_c(), None)
        .await?;
    auth.accounts().wait_idle().await;
    Ok(())
}
