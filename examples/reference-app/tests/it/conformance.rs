//! The HTTP contract through every door and over every storage, case by case; and every reply compared
//! with the core's own over stores in memory, byte for byte: status, headers in their order, body.
//!
//! A door or a storage more is a variant of its enum, an arm of a `match`, and a line below.

mod http;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use auth_core::testing::conformance::{self, CoreRig, Door, Rig, Transcript};
use auth_core::{Auth, ExpiringStore, User, UserDatabase};
use auth_diesel::SqliteStore;
use poem::listener::TcpAcceptor;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;

use http::HttpDoor;

type Stores = (Arc<dyn UserDatabase<User = User>>, Arc<dyn ExpiringStore>);

macro_rules! rigs {
    ($($test:ident: $way:expr, $storage:expr;)+) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            check(&House { way: $way, storage: $storage }).await;
        })+
    };
}

rigs! {
    the_core_over_memory: Way::Core, Storage::Memory;
    the_core_over_sqlite: Way::Core, Storage::sqlite();
    axum_over_memory: Way::Axum, Storage::Memory;
    axum_over_sqlite: Way::Axum, Storage::sqlite();
    poem_over_memory: Way::Poem, Storage::Memory;
    poem_over_sqlite: Way::Poem, Storage::sqlite();
}

/// The contract is kept, and nothing of a framework or of an engine shows.
async fn check(house: &House) {
    static REFERENCE: OnceCell<Transcript> = OnceCell::const_new();
    let (failures, transcript) = Transcript::of(house).await;
    conformance::assert_none(&failures);
    let reference = async || Transcript::of(&CoreRig::new()).await.1;
    REFERENCE
        .get_or_init(reference)
        .await
        .assert_same(&transcript);
}

struct House {
    way: Way,
    storage: Storage,
}

/// The ways in.
enum Way {
    Core,
    Axum,
    Poem,
}

enum Storage {
    Memory,
    Sqlite { folder: TempDir, files: AtomicU32 },
}

impl Storage {
    fn sqlite() -> Self {
        Self::Sqlite {
            folder: tempfile::tempdir().unwrap(),
            files: AtomicU32::new(0),
        }
    }

    /// Stores that nobody else has.
    async fn fresh(&self) -> Stores {
        match self {
            Self::Memory => CoreRig::new().stores().await,
            Self::Sqlite { folder, files } => {
                let file = format!("{}.db", files.fetch_add(1, Ordering::Relaxed));
                let url = format!("sqlite://{}", folder.path().join(file).display());
                let store = SqliteStore::open(&url).await.unwrap();
                (Arc::new(store.clone()), Arc::new(store))
            }
        }
    }
}

#[async_trait]
impl Rig for House {
    async fn stores(&self) -> Stores {
        self.storage.fresh().await
    }

    async fn open(&self, auth: Auth<User>) -> Box<dyn Door> {
        match self.way {
            Way::Core => CoreRig::new().open(auth).await,
            Way::Axum => {
                let (listener, address) = listen().await;
                let app = auth_axum::routes(&auth);
                tokio::spawn(async move { axum::serve(listener, app).await });
                Box::new(HttpDoor(address))
            }
            Way::Poem => {
                let (listener, address) = listen().await;
                let server =
                    poem::Server::new_with_acceptor(TcpAcceptor::from_tokio(listener).unwrap());
                tokio::spawn(server.run(auth_poem::routes(&auth)));
                Box::new(HttpDoor(address))
            }
        }
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}
