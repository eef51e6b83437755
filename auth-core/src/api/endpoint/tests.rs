//! A body can take its time: what the caller was when it began says nothing about now.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::RequestParts;
use crate::accounts::{AdminUpdate, DeleteMode, Privileges};
use crate::http::{BrokenBody, BufferedRequest, RequestBody};
use crate::login::{AuthMethod, AuthProof};
use crate::store::memory::MemoryExpiringStore;
use crate::testing::{Outbox, PASSWORD, accounts_builder, master_secret, password, registration};
use crate::{Auth, Backend, BearerTransport, JwtStrategy, User};

/// What happens to the caller while its body is on the way.
#[derive(Debug, Clone, Copy)]
enum Meanwhile {
    Nothing,
    Demoted,
    Deactivated,
    Deleted,
    LoggedOut,
}

/// A body that arrives when something has happened.
struct SlowBody {
    meanwhile: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    text: String,
}

impl RequestBody for SlowBody {
    fn announced(&self) -> Option<u64> {
        None
    }

    fn poll_chunk(&mut self, task: &mut Context<'_>) -> Poll<Result<Option<&[u8]>, BrokenBody>> {
        let Some(meanwhile) = &mut self.meanwhile else {
            return Poll::Ready(Ok(None));
        };
        ready!(meanwhile.as_mut().poll(task));
        self.meanwhile = None;
        Poll::Ready(Ok(Some(self.text.as_bytes())))
    }
}

async fn happen(meanwhile: Meanwhile, auth: Auth<User>, caller: User, token: String) {
    let (accounts, id) = (auth.accounts(), &caller.id);
    let context = accounts.context();
    let demotion = AdminUpdate {
        is_superuser: Some(false),
        ..AdminUpdate::default()
    };
    match meanwhile {
        Meanwhile::Nothing => {}
        Meanwhile::Demoted => drop(
            accounts
                .update_as_admin(id, demotion, &context)
                .await
                .unwrap(),
        ),
        Meanwhile::Deactivated => accounts
            .delete(id, DeleteMode::Soft, &context)
            .await
            .unwrap(),
        Meanwhile::Deleted => accounts
            .delete(id, DeleteMode::Hard, &context)
            .await
            .unwrap(),
        Meanwhile::LoggedOut => {
            let strategy = auth.backends()[0].strategy();
            let outcome = strategy.revoke(&token, accounts.now()).await.unwrap();
            assert_eq!(outcome, crate::strategy::RevokeOutcome::Revoked);
        }
    }
}

async fn administrator(auth: &Auth<User>, address: &str) -> User {
    let privileges = Privileges::none().verified().superuser();
    let (accounts, context) = (auth.accounts(), auth.accounts().context());
    let created = accounts.create_privileged(registration(address), privileges, &context);
    created.await.unwrap()
}

/// Sends a request whose body takes its time.
async fn status(meanwhile: Meanwhile, method: &str, path: &str, text: &str) -> u16 {
    let slow = Duration::from_millis(100);
    status_after(slow, meanwhile, method, path, text).await
}

async fn status_after(
    time: Duration,
    meanwhile: Meanwhile,
    method: &str,
    path: &str,
    text: &str,
) -> u16 {
    let jwt = JwtStrategy::from_master(&master_secret()).revoked_in(MemoryExpiringStore::new());
    let auth = Auth::builder(accounts_builder(Arc::new(Outbox::new())))
        .backend(Backend::new("jwt", BearerTransport::new(), jwt))
        .build()
        .unwrap();
    administrator(&auth, "root@example.com").await;
    let caller = administrator(&auth, "eve@example.com").await;
    let ally = auth
        .accounts()
        .register(
            registration("mallory@example.com"),
            &auth.accounts().context(),
        )
        .await
        .unwrap();
    let proof = AuthProof::vouched_for(caller.clone(), AuthMethod::PASSWORD);
    let context = auth.accounts().context();
    let step = auth
        .log_in(auth.backends()[0].name(), proof, &context)
        .await;
    let token = step.unwrap().done().unwrap().access.expose().to_owned();

    let head = BufferedRequest::new(method, Vec::new())
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .head;
    let happens = happen(meanwhile, auth.clone(), caller, token);
    let mut body = SlowBody {
        meanwhile: Some(Box::pin(async move {
            happens.await;
            tokio::time::advance(time).await;
            tokio::time::resume();
        })),
        text: text.to_owned(),
    };
    let route = auth.routes().find(|route| route.path() == path).unwrap();
    let id = ally.id.to_string();
    let parts = RequestParts {
        head: &head,
        id: Some(&id),
        path: None,
        body: &mut body,
    };
    // Until the body is there nothing waits for another thread.
    tokio::time::pause();
    auth.respond(route, parts).await.status()
}

/// A body that comes with its head belongs to the caller that was authenticated.
#[tokio::test]
async fn caller_of_a_body_that_is_there_is_authenticated_once() {
    let body = r#"{"is_superuser":true}"#;
    let update = |time, path| status_after(time, Meanwhile::LoggedOut, "PATCH", path, body);
    for (millis, expected) in [(99, 200), (100, 401)] {
        let time = Duration::from_millis(millis);
        assert_eq!(update(time, "/users/{id}").await, expected, "{time:?}");
    }
}

/// A8.3.2, B-24: a change of privileges holds for requests that are under way, too.
#[tokio::test]
async fn an_administrator_of_before_cannot_change_users() {
    let update = |meanwhile| {
        status(
            meanwhile,
            "PATCH",
            "/users/{id}",
            r#"{"is_superuser":true}"#,
        )
    };
    assert_eq!(update(Meanwhile::Nothing).await, 200);
    assert_eq!(update(Meanwhile::Demoted).await, 403);
    for meanwhile in [
        Meanwhile::Deactivated,
        Meanwhile::Deleted,
        Meanwhile::LoggedOut,
    ] {
        assert_eq!(update(meanwhile).await, 401, "{meanwhile:?}");
    }
}

/// A7.4.1, A7.4.2: nor can a user of before change its own account.
#[tokio::test]
async fn a_user_of_before_cannot_change_its_account() {
    let address = format!(r#"{{"email":"e@example.com","current_password":"{PASSWORD}"}}"#);
    let change =
        format!(r#"{{"current_password":"{PASSWORD}","new_password":"an engine of difference"}}"#);
    for (method, path, body, success) in [
        ("PATCH", "/users/me", address.as_str(), 200),
        ("POST", "/users/me/change-password", change.as_str(), 204),
    ] {
        assert_eq!(
            status(Meanwhile::Nothing, method, path, body).await,
            success
        );
        for meanwhile in [
            Meanwhile::Deactivated,
            Meanwhile::Deleted,
            Meanwhile::LoggedOut,
        ] {
            assert_eq!(
                status(meanwhile, method, path, body).await,
                401,
                "{path} {meanwhile:?}"
            );
        }
    }
}

/// A6.4.2, N-PW-06: there is nowhere to put a hint or a secret question.
#[tokio::test]
async fn hints_and_questions_are_refused() {
    for member in ["password_hint", "security_question", "security_answer"] {
        let body =
            format!(r#"{{"email":"ada@example.com","password":"{PASSWORD}","{member}":"x"}}"#);
        let status = status(Meanwhile::Nothing, "POST", "/auth/register", &body).await;
        assert_eq!(status, 422, "{member}");
    }
}

/// C-FP-05, B-58: nothing that a client says of hosts gets into what is mailed: hooks get a token and no
/// link.
#[tokio::test]
async fn a_spoofed_host_goes_nowhere() {
    let outbox = Outbox::new();
    let jwt = JwtStrategy::from_master(&master_secret()).revoked_in(MemoryExpiringStore::new());
    let auth = Auth::builder(accounts_builder(Arc::new(outbox.clone())))
        .backend(Backend::new("jwt", BearerTransport::new(), jwt))
        .build()
        .unwrap();
    auth.accounts()
        .register(registration("ada@example.com"), &auth.accounts().context())
        .await
        .unwrap();
    let mut request = BufferedRequest::new("POST", br#"{"email":"ada@example.com"}"#.to_vec())
        .header("content-type", "application/json");
    for name in ["host", "x-forwarded-host", "forwarded", "origin", "referer"] {
        request = request.header(name, "evil.example");
    }
    let route = auth
        .routes()
        .find(|route| route.path() == "/auth/forgot-password")
        .unwrap();
    let parts = RequestParts {
        head: &request.head,
        id: None,
        path: None,
        body: &mut request.body,
    };
    let reply = auth.respond(route, parts).await;
    auth.accounts().wait_idle().await;
    let token = outbox.latest("reset", "ada@example.com").unwrap();
    assert_eq!((reply.status(), reply.body().len()), (202, 0));
    assert!(token.split('.').count() == 3 && !token.contains("evil"));
    assert!(
        auth.accounts()
            .reset_password(
                &token,
                password("an engine of difference"),
                &auth.accounts().context()
            )
            .await
            .is_ok()
    );
}
