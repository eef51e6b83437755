//! Servers that are stopped, killed and started while a store is in use.

use std::time::Duration;

use auth_core::store::{InsertOutcome, PageRequest, UserDatabase};
use auth_diesel::{DieselStore, MysqlConnection, PostgresConnection, SqlBackend, StoreOptions};
use scratch_servers::{Engine, own_server};
use tokio::task::JoinSet;

use crate::support::{inserted, new_user};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn store_recovers_from_an_outage_of_postgres() {
    recovers_from_an_outage::<PostgresConnection>(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn store_recovers_from_an_outage_of_mysql() {
    recovers_from_an_outage::<MysqlConnection>(Engine::Mysql).await;
}

/// Eight callers insert users constantly while the server is stopped, started, killed and started:
/// each acknowledged user exists once, and the program needs no
/// restart.
async fn recovers_from_an_outage<C: SqlBackend>(engine: Engine) {
    let Some(mut server) = own_server(engine) else {
        return;
    };
    let options = StoreOptions::default().checkout_timeout(Duration::from_secs(1));
    let store = DieselStore::<C>::open_with(server.url(), options)
        .await
        .unwrap();
    let known = inserted(&store, new_user("known@example.com")).await;

    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut callers = JoinSet::new();
    for caller in 0..8 {
        let (store, stopped) = (store.clone(), stopped.clone());
        callers.spawn(async move { insert_until(&store, caller, &stopped).await });
    }
    for kill in [false, true] {
        if kill {
            server.kill().unwrap();
        } else {
            server.stop().unwrap();
        }
        let error = store.get(&known.id).await.unwrap_err();
        assert_eq!(error.to_string(), "the store cannot answer");
        server.start().unwrap();
        // The first calls may get connections that the server has closed.
        let mut answers = 0;
        for _ in 0..100 {
            match store.get(&known.id).await {
                Ok(user) => {
                    assert!(user.is_some(), "the outage was reported as absence");
                    answers += 1;
                    if answers == 20 {
                        break;
                    }
                }
                Err(_) => tokio::task::yield_now().await,
            }
        }
        assert_eq!(answers, 20, "the store did not recover");
    }
    stop.send(true).unwrap();
    let (mut told, mut unsure) = (Vec::new(), 0);
    for (caller_told, caller_unsure) in callers.join_all().await {
        told.extend(caller_told);
        unsure += caller_unsure;
    }
    assert!(unsure > 0, "no call failed during the outage");
    for address in &told {
        let found = store.find(&new_user(address).email.into()).await.unwrap();
        assert!(found.is_some(), "{address} is lost");
    }
    let total = store.list(PageRequest::first()).await.unwrap().total;
    let (least, most) = (told.len() as u64 + 1, (told.len() + unsure) as u64 + 1);
    assert!(
        (least..=most).contains(&total),
        "{total} of {least} to {most}"
    );
}

/// Inserts users until the end; returns the acknowledged addresses and the number of failed calls.
async fn insert_until<C: SqlBackend>(
    store: &DieselStore<C>,
    caller: usize,
    stopped: &tokio::sync::watch::Receiver<bool>,
) -> (Vec<String>, usize) {
    let (mut told, mut unsure) = (Vec::new(), 0);
    for number in 0.. {
        if *stopped.borrow() {
            break;
        }
        let address = format!("user{number}.of{caller}@example.com");
        match store.insert(new_user(&address)).await {
            Ok(InsertOutcome::Inserted(_)) => told.push(address),
            Ok(InsertOutcome::Taken(field)) => panic!("{field} of a new address is taken"),
            Err(_) => unsure += 1,
        }
    }
    (told, unsure)
}
