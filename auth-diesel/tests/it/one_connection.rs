//! A pool of one connection.

use std::time::Duration;

use auth_core::accounts::DeleteMode;
use auth_core::testing::conformance::{Client, CoreClient, WireRequest};
use auth_core::testing::{Outbox, PASSWORD, fast_hasher, master_secret};
use auth_core::{Accounts, Auth, Backend, BearerTransport, OpaqueStrategy, Sessions, User};
use auth_diesel::{DieselStore, StoreOptions};
use serde_json::{Value, json};

use crate::homes::Home;
use crate::on_each_engine;

on_each_engine!(no_operation_needs_a_second_connection);

const ADA: &str = "ada@example.com";
const NEW_PASSWORD: &str = "an engine of differences";

/// Two tokens in a reply.
fn tokens(reply: &Value) -> (String, String) {
    let text = |name: &str| reply[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}

/// B-09: every flow runs on a pool of one connection: no operation waits for a second one.
async fn no_operation_needs_a_second_connection<H: Home>(home: H) {
    let options = StoreOptions::default()
        .pool_size(1)
        .checkout_timeout(Duration::from_secs(2));
    let store = DieselStore::<H::Connection>::open_with(home.url(), options);
    let (store, outbox) = (store.await.unwrap(), Outbox::<User>::default());
    let accounts = Accounts::builder(store.clone(), &master_secret())
        .expiring_store(store.clone())
        .sessions(Sessions::new(store.clone(), &master_secret()))
        .hooks(outbox.clone())
        .hasher(fast_hasher());
    let opaque = Backend::new("api", BearerTransport::new(), OpaqueStrategy::new());
    let auth = Auth::builder(accounts)
        .backend(opaque)
        .delete_mode(DeleteMode::Hard)
        .build()
        .unwrap();
    let (accounts, client) = (auth.accounts().clone(), CoreClient::new(auth));
    let send = async |request: WireRequest, status: u16| {
        let reply = client.send(request.clone()).await;
        assert_eq!(reply.status, status, "{request}: {reply}");
        accounts.wait_idle().await;
        reply.json()
    };
    let post = |path: &str, body: Value| WireRequest::post(path, &body);
    let mailed = |kind| outbox.latest(kind, ADA).unwrap();

    let account = json!({"email": ADA, "password": PASSWORD});
    let user = send(post("/auth/register", account.clone()), 201).await;
    send(post("/auth/register", account), 400).await;
    let verify = json!({"token": mailed("verify")});
    send(post("/auth/verify", verify), 200).await;
    let login = |password: &str| {
        let body = json!({"identifier": ADA, "password": password});
        post("/auth/login", body)
    };
    let (_, refresh) = tokens(&send(login(PASSWORD), 200).await);
    let refresh = json!({"refresh_token": refresh});
    let (access, _) = tokens(&send(post("/auth/refresh", refresh), 200).await);
    let change = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
    let change = post("/users/me/change-password", change).bearer(&access);
    let (access, _) = tokens(&send(change, 200).await);
    send(WireRequest::get("/auth/sessions").bearer(&access), 200).await;
    let others = WireRequest::new("POST", "/auth/sessions/revoke-others");
    send(others.bearer(&access), 204).await;
    send(
        WireRequest::new("POST", "/auth/logout").bearer(&access),
        204,
    )
    .await;
    send(post("/auth/forgot-password", json!({"email": ADA})), 202).await;
    let reset = json!({"token": mailed("reset"), "password": PASSWORD});
    send(post("/auth/reset-password", reset), 200).await;
    send(login(PASSWORD), 200).await;
    let id = user["id"].as_str().unwrap().parse().unwrap();
    let context = accounts.context();
    let deleted = accounts.delete(&id, DeleteMode::Hard, &context).await;
    deleted.unwrap();
    accounts.purge_expired().await.unwrap();
    send(login(PASSWORD), 400).await;
}
