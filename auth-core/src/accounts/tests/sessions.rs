//! Sessions at moments and in numbers that no client brings about at will.

use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use time::{Duration, OffsetDateTime};

use crate::accounts::{Accounts, AdminUpdate, DeleteMode};
use crate::config::ConfigReport;
use crate::error::Unavailable;
use crate::login::Methods;
use crate::login::{self, PresentedTokens};
use crate::session::{SessionId, Sessions};
use crate::store::memory::MemorySessionStore;
use crate::store::{SessionStore, SessionTokens, StoredSession};
use crate::strategy::{BackendInfo, IssueRequest, IssuedToken, PresentedToken, RevokeOutcome};
use crate::testing::{
    Outbox, PASSWORD, accounts_builder, email, master_secret, password, registration,
};
use crate::token::PublicJwk;
use crate::{Backend, BearerTransport, JwtStrategy, Strategy, User};

fn accounts(store: impl SessionStore) -> Accounts<User> {
    accounts_builder(Arc::new(Outbox::new()))
        .sessions(Sessions::new(store, &master_secret()))
        .build()
        .unwrap()
}

/// A JWT for whose making it takes so long that the password is changed meanwhile.
struct Slow {
    jwt: JwtStrategy,
    accounts: Arc<OnceLock<Accounts<User>>>,
    change_now: Arc<Mutex<bool>>,
}

#[async_trait]
impl Strategy<User> for Slow {
    async fn issue(&self, request: IssueRequest<'_, User>) -> Result<IssuedToken, Unavailable> {
        let is_due = std::mem::take(&mut *self.change_now.lock().unwrap());
        if is_due {
            let (old, new) = (password(PASSWORD), password("an engine of brass and steam"));
            let accounts = self.accounts.get().unwrap();
            let user = accounts.get(&request.user().id).await?.unwrap();
            let context = accounts.context();
            // The rows stay, as they do until the caller's session has new secrets.
            let changed = accounts.change_password_of(&user, &old, &new, &context);
            changed.await.unwrap();
        }
        self.jwt.issue(request).await
    }
    async fn read(
        &self,
        token: &str,
        now: OffsetDateTime,
    ) -> Result<Option<PresentedToken<uuid::Uuid>>, Unavailable> {
        Strategy::<User>::read(&self.jwt, token, now).await
    }
    async fn revoke(&self, _: &str, _: OffsetDateTime) -> Result<RevokeOutcome, Unavailable> {
        Ok(RevokeOutcome::Unsupported)
    }
    fn is_session_secret(&self) -> bool {
        false
    }
    fn longest_token(&self) -> usize {
        Strategy::<User>::longest_token(&self.jwt)
    }
    fn public_keys(&self) -> Vec<PublicJwk> {
        Vec::new()
    }
    fn validate(&self, _: &BackendInfo<'_>, _: &mut ConfigReport) {}
}

/// B-24: a refresh that overlaps with a change of the password answers a token of the epoch before, which is
/// dead: the change has ended the secrets of its own session, too.
#[tokio::test]
async fn refresh_beside_a_change_of_the_password_answers_a_dead_token() {
    let accounts = accounts(MemorySessionStore::new());
    let change_now = Arc::new(Mutex::new(false));
    let slow = Slow {
        jwt: JwtStrategy::from_master(&master_secret()).dangerous_without_revocation(),
        accounts: Arc::new(OnceLock::from(accounts.clone())),
        change_now: Arc::clone(&change_now),
    };
    let backend = Backend::new("api", BearerTransport::new(), slow)
        .dangerous_with_sessions_checked_at_refresh_only();
    accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap();
    let (ada, context) = (email("ada@example.com").into(), accounts.context());
    let proof = accounts.check_password(&ada, password(PASSWORD), &context);
    let (proof, nothing) = (proof.await.unwrap(), PresentedTokens::none());
    let step = login::log_in(&accounts, &backend, proof, nothing, &context).await;
    let started = step.unwrap().done().unwrap();
    *change_now.lock().unwrap() = true;

    let token = started.refresh.unwrap();
    let refreshed = login::refresh(&accounts, &backend, token.expose(), &context).await;
    let access = refreshed.unwrap().access;
    let reading = backend.strategy().read(access.expose(), accounts.now());
    let Some(PresentedToken::SelfContained(subject)) = reading.await.unwrap() else {
        panic!("a JWT speaks for a user");
    };
    let user = accounts.get(&subject.id).await.unwrap().unwrap();
    assert!(subject.epoch < user.account.epoch);
}

/// A session of the user, last used so many seconds ago.
fn row_of(accounts: &Accounts<User>, user: &User, age: i64) -> StoredSession {
    let (now, sessions) = (accounts.now(), accounts.session_settings().unwrap());
    StoredSession {
        id: SessionId::generate().unwrap(),
        owner: sessions.owner(&user.id).unwrap(),
        backend: "api".to_owned(),
        epoch: user.account.epoch,
        created_at: now,
        last_used_at: now - Duration::seconds(age),
        expires_at: now + Duration::DAY,
        ends_at: now + Duration::DAY,
        client: None,
        version: 0,
        tokens: SessionTokens::from_stored(String::new()),
        auth_time: now,
        methods: Methods::none(),
    }
}

/// Every change that ends the sessions of a user removes their rows, in batches, and those of no other.
#[tokio::test]
async fn rows_of_ended_sessions_are_removed() {
    const CHANGES: [&str; 6] = [
        "own password",
        "password",
        "address",
        "activity",
        "deletion",
        "end",
    ];
    for which in CHANGES {
        let store = Arc::new(MemorySessionStore::new());
        let accounts = accounts(Arc::clone(&store));
        let context = accounts.context();
        let register = |address| accounts.register(registration(address), &context);
        let ada = register("ada@example.com").await.unwrap();
        let eve = register("eve@example.com").await.unwrap();
        for user in [&ada, &eve] {
            for _ in 0..1200 {
                let row = row_of(&accounts, user, 0);
                store.insert_session(row).await.unwrap();
            }
        }
        let new = || password("an engine of brass and steam");
        let mut update = AdminUpdate::default();
        match which {
            "own password" => {
                let (old, new) = (password(PASSWORD), new());
                let changed = accounts.change_password(&ada, &old, &new, &context);
                changed.await.unwrap();
            }
            "deletion" => accounts
                .delete(&ada.id, DeleteMode::Soft, &context)
                .await
                .unwrap(),
            "end" => assert!(accounts.end_all_sessions(&ada.id, &context).await.unwrap()),
            "password" => update.password = Some(new()),
            "address" => update.email = Some(email("ada@example.org")),
            _ => update.is_active = Some(false),
        }
        let updated = accounts.update_as_admin(&ada.id, update, &context);
        updated.await.unwrap();
        accounts.wait_idle().await;
        let sessions = accounts.session_settings().unwrap();
        for (user, left) in [(&ada, 0), (&eve, 1200)] {
            let owner = sessions.owner(&user.id).unwrap();
            let rows = store.delete_sessions_of(&owner).await.unwrap();
            assert_eq!(rows, left, "{which}");
        }
    }
}

/// However many sessions died with the user's epoch, none of them hides one that is good.
#[tokio::test]
async fn dead_sessions_hide_none_that_is_alive() {
    let store = Arc::new(MemorySessionStore::new());
    let accounts = accounts(Arc::clone(&store));
    let user = accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap();
    let row = |age| row_of(&accounts, &user, age);
    let kept = row(30);
    for row in std::iter::once(kept.clone()).chain((0..1500).map(|_| row(0))) {
        store.insert_session(row).await.unwrap();
    }
    assert_eq!(accounts.sessions(&user).await.unwrap().len(), 1000);
    let others_ended = accounts
        .end_other_sessions(&user, Some(&kept.id), &accounts.context())
        .await;
    let user = others_ended.unwrap().unwrap();
    let left = accounts.sessions(&user).await.unwrap();
    let left: Vec<_> = left.iter().map(|session| session.id).collect();
    assert_eq!(left, [kept.id]);
}
