//! Refresh tokens that are not proven: the strategy is not asked for a token.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use base64ct::{Base64UrlUnpadded, Encoding};
use time::OffsetDateTime;

use super::ada;
use crate::error::Unavailable;
use crate::session::RefreshToken;
use crate::store::memory::MemorySessionStore;
use crate::strategy::{BackendInfo, IssueRequest, IssuedToken, PresentedToken, RevokeOutcome};
use crate::testing::{Outbox, PASSWORD, accounts_builder, master_secret, password, registration};
use crate::token::PublicJwk;
use crate::{
    Auth, Backend, BearerTransport, ConfigReport, OpaqueStrategy, Sessions, Strategy, User,
};

/// Counts the tokens that it issues.
struct Counting(Arc<AtomicUsize>);

#[async_trait]
impl Strategy<User> for Counting {
    async fn issue(&self, request: IssueRequest<'_, User>) -> Result<IssuedToken, Unavailable> {
        self.0.fetch_add(1, Ordering::SeqCst);
        OpaqueStrategy::new().issue(request).await
    }
    async fn read(
        &self,
        token: &str,
        now: OffsetDateTime,
    ) -> Result<Option<PresentedToken<uuid::Uuid>>, Unavailable> {
        Strategy::<User>::read(&OpaqueStrategy::new(), token, now).await
    }
    async fn revoke(&self, _: &str, _: OffsetDateTime) -> Result<RevokeOutcome, Unavailable> {
        Ok(RevokeOutcome::Unsupported)
    }
    fn is_session_secret(&self) -> bool {
        true
    }
    fn longest_token(&self) -> usize {
        Strategy::<User>::longest_token(&OpaqueStrategy::new())
    }
    fn public_keys(&self) -> Vec<PublicJwk> {
        Vec::new()
    }
    fn validate(&self, _: &BackendInfo<'_>, _: &mut ConfigReport) {}
}

#[tokio::test]
async fn unproven_refresh_token_reaches_no_strategy() {
    let issued = Arc::new(AtomicUsize::new(0));
    let sessions = Sessions::new(MemorySessionStore::new(), &master_secret());
    let accounts = accounts_builder(Arc::new(Outbox::new())).sessions(sessions);
    let backend = Backend::new("api", BearerTransport::new(), Counting(Arc::clone(&issued)));
    let auth = Auth::builder(accounts).backend(backend).build().unwrap();
    let (accounts, context) = (auth.accounts(), auth.accounts().context());
    let registered = accounts.register(registration("ada@example.com"), &context);
    registered.await.unwrap();
    let ada = ada();
    let proof = accounts.check_password(&ada, password(PASSWORD), &context);
    let step = auth.log_in("api", proof.await.unwrap(), &context).await;
    let first = step.unwrap().done().unwrap().refresh.unwrap();
    assert_eq!(issued.load(Ordering::SeqCst), 1);

    // The id of the session is public, and its secrets are invented.
    let mut bytes = Base64UrlUnpadded::decode_vec(first.expose()).unwrap();
    bytes[16..].fill(7);
    let invented = Base64UrlUnpadded::encode_string(&bytes);
    assert!(RefreshToken::parse(&invented).is_some());
    assert!(auth.refresh("api", &invented, &context).await.is_err());
    assert_eq!(issued.load(Ordering::SeqCst), 1);

    // A spent token two generations back.
    let mut token = first.expose().to_owned();
    for _ in 0..2 {
        let next = auth.refresh("api", &token, &context).await.unwrap();
        token = next.refresh.unwrap().expose().to_owned();
    }
    assert_eq!(issued.load(Ordering::SeqCst), 3);
    assert!(auth.refresh("api", first.expose(), &context).await.is_err());
    assert_eq!(issued.load(Ordering::SeqCst), 3);
}
