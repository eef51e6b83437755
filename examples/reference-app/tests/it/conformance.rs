//! The HTTP contract through every framework and storage, case by case; and every reply compared
//! with the core's own over stores in memory, byte for byte: status, headers in their order, body.
//!
//! A new framework or storage needs a variant of its enum, an arm of a `match`, and a line in `harnesses!`.

mod storage;

use std::net::{Ipv4Addr, SocketAddr};

use async_trait::async_trait;
use auth_core::testing::conformance::{
    self, Client, CoreHarness, Harness, HttpClient, Stores, Transcript,
};
use auth_core::{Auth, User};
use poem::listener::TcpAcceptor;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, OnceCell};

use storage::{Kind, Storage};

macro_rules! harnesses {
    ($($test:ident: $way:ident, $kind:ident;)+) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            if let Some(storage) = Storage::new(Kind::$kind).await {
                check(&TestApp::new(Way::$way, storage)).await;
            }
        })+
    };
}

harnesses! {
    core_over_memory: Core, Memory;
    core_over_sqlite: Core, Sqlite;
    core_over_postgres: Core, Postgres;
    core_over_mysql: Core, Mysql;
    axum_over_memory: Axum, Memory;
    axum_over_sqlite: Axum, Sqlite;
    axum_over_postgres: Axum, Postgres;
    axum_over_mysql: Axum, Mysql;
    poem_over_memory: Poem, Memory;
    poem_over_sqlite: Poem, Sqlite;
    poem_over_postgres: Poem, Postgres;
    poem_over_mysql: Poem, Mysql;
}

/// Checks the contract, and that replies do not depend on the framework and engine.
async fn check(app: &TestApp) {
    static REFERENCE: OnceCell<Transcript> = OnceCell::const_new();
    let (failures, transcript) = Transcript::of(app).await;
    conformance::assert_none(&failures);
    let reference = async || Transcript::of(&CoreHarness::new()).await.1;
    REFERENCE
        .get_or_init(reference)
        .await
        .assert_same(&transcript);
}

struct TestApp {
    way: Way,
    storage: Storage,
    /// The handle of the previous fixture.
    previous: Mutex<Option<Auth<User>>>,
}

/// The implementations of HTTP under test.
enum Way {
    Core,
    Axum,
    Poem,
}

impl TestApp {
    fn new(way: Way, storage: Storage) -> Self {
        let previous = Mutex::default();
        Self {
            way,
            storage,
            previous,
        }
    }
}

#[async_trait]
impl Harness for TestApp {
    async fn stores(&self) -> Stores {
        // Work after a reply must not reach the stores of the next fixture.
        if let Some(auth) = self.previous.lock().await.take() {
            auth.accounts().wait_idle().await;
        }
        self.storage.fresh().await
    }

    async fn open(&self, auth: Auth<User>) -> Box<dyn Client> {
        *self.previous.lock().await = Some(auth.clone());
        match self.way {
            Way::Core => CoreHarness::new().open(auth).await,
            Way::Axum => {
                let (listener, address) = listen().await;
                let app = auth_axum::routes(&auth);
                let app = app.into_make_service_with_connect_info::<SocketAddr>();
                tokio::spawn(async move { axum::serve(listener, app).await });
                Box::new(HttpClient::new(address))
            }
            Way::Poem => {
                let (listener, address) = listen().await;
                let server =
                    poem::Server::new_with_acceptor(TcpAcceptor::from_tokio(listener).unwrap());
                tokio::spawn(server.run(auth_poem::routes(&auth)));
                Box::new(HttpClient::new(address))
            }
        }
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}
