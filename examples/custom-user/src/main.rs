//! A shop whose customers log in: the quickstart, with a user of the application's own.

use std::net::SocketAddr;
use std::time::Duration;

use auth_axum::CurrentUser;
use auth_core::accounts::{
    ForgotPassword, HookResult, RequestEmailChange, RequestVerify, VerifyToken,
};
use auth_core::{Accounts, Auth, Backend, BearerTransport, Context, JwtStrategy, UserManager};
use axum::extract::{ConnectInfo, Request};
use axum::{Json, Router, routing::get};
use custom_user::Customer;
use setup::server::{Limits, serve};
use tower_service::Service as _;

/// Where a real application would send mail, in the customer's language.
struct Mailer;

#[async_trait::async_trait]
impl UserManager for Mailer {
    type User = Customer;

    async fn on_after_register(
        &self,
        customer: &Customer,
        token: &VerifyToken,
        _: &Context,
    ) -> HookResult {
        setup::mail("verify", &customer.account.email, token.expose())
    }

    async fn on_after_request_verify_token(
        &self,
        ask: RequestVerify<'_, Customer>,
        _: &Context,
    ) -> HookResult {
        setup::mail("verify", &ask.user.account.email, ask.token.expose())
    }

    async fn on_after_request_email_change(
        &self,
        ask: RequestEmailChange<'_, Customer>,
        _: &Context,
    ) -> HookResult {
        setup::mail("verify", ask.email, ask.token.expose())
    }

    async fn on_after_forgot_password(
        &self,
        ask: ForgotPassword<'_, Customer>,
        _: &Context,
    ) -> HookResult {
        match ask {
            ForgotPassword::Known { user, token } => {
                setup::mail("reset", &user.account.email, token.expose())
            }
            _ => Ok(()),
        }
    }
}

/// The greeting of a customer. The own columns are fields.
async fn protected(customer: CurrentUser<Customer>) -> Json<String> {
    let name = &customer.display_name;
    Json(match customer.company {
        Some(company) => format!("{name} of company {company}"),
        None => name.clone(),
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let secret = setup::secret()?;
    let store = custom_user::open(&setup::database_url()).await?;
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
    let listener = setup::listen_for(&[("display_name", "Ada")]).await?;
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
