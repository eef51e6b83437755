//! The whole journey of a client, as a program without HTTP writes it.

use std::sync::Arc;

use async_trait::async_trait;

use crate::accounts::{Decision, DecisionResult, Refusal, UserManager};
use crate::context::Context;
use crate::login::{LoginError, LoginStep, PresentedTokens, RefreshError};
use crate::store::memory::MemorySessionStore;
use crate::testing::{PASSWORD, accounts_builder, email, master_secret, password, registration};
use crate::{Auth, Backend, BearerTransport, OpaqueStrategy, Sessions, User};

struct ClosesGrace;

#[async_trait]
impl UserManager for ClosesGrace {
    type User = User;

    async fn on_before_login(&self, user: &User, _: &Context) -> DecisionResult {
        Ok(if user.email().as_str() == "grace@example.com" {
            Decision::Refuse(Refusal::new("ACCOUNT_CLOSED", "This account is closed.")?)
        } else {
            Decision::Allow
        })
    }
}

#[tokio::test]
async fn client_logs_in_refreshes_logs_out_and_is_refused_without_http() {
    let sessions = Sessions::new(MemorySessionStore::new(), &master_secret());
    let auth = Auth::builder(accounts_builder(Arc::new(ClosesGrace)).sessions(sessions))
        .backend(Backend::new(
            "api",
            BearerTransport::new(),
            OpaqueStrategy::new(),
        ))
        .build()
        .unwrap();
    let (accounts, context) = (auth.accounts(), auth.accounts().context());
    let log_in = async |address| {
        accounts
            .register(registration(address), &context)
            .await
            .unwrap();
        let identifier = email(address).into();
        let proof = accounts.check_password(&identifier, password(PASSWORD), &context);
        auth.log_in("api", proof.await.unwrap(), &context).await
    };

    let LoginStep::Done(first) = log_in("ada@example.com").await.unwrap() else {
        panic!("a second factor is due");
    };
    let refresh = first.refresh.unwrap();
    let second = auth
        .refresh("api", refresh.expose(), &context)
        .await
        .unwrap();
    let presented = PresentedTokens::none().with_access(second.access.expose());
    assert!(auth.log_out("api", presented, &context).await.unwrap());
    let refresh = second.refresh.unwrap();
    let ended = auth.refresh("api", refresh.expose(), &context).await;
    assert!(matches!(ended, Err(RefreshError::Invalid)));

    let refused = log_in("grace@example.com").await;
    assert!(
        matches!(refused, Err(LoginError::Refused(refusal)) if refusal.code() == "ACCOUNT_CLOSED")
    );
}
