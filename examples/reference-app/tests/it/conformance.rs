//! The HTTP contract through every door and over every storage, case by case: the core directly and
//! Axum over real HTTP, each with stores in memory and in SQLite.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use auth_core::testing::conformance::{self, CoreRig, Door, Rig, WireReply, WireRequest};
use auth_core::{Auth, ExpiringStore, User, UserDatabase};
use auth_diesel::SqliteStore;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

type Stores = (Arc<dyn UserDatabase<User = User>>, Arc<dyn ExpiringStore>);

#[tokio::test(flavor = "multi_thread")]
async fn the_core_over_sqlite() {
    let rig = House {
        storage: Storage::sqlite(),
        framework: Framework::None,
    };
    conformance::assert_none(&conformance::run(&rig).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_over_memory() {
    let rig = House {
        storage: Storage::Memory,
        framework: Framework::Axum,
    };
    conformance::assert_none(&conformance::run(&rig).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_over_sqlite() {
    let rig = House {
        storage: Storage::sqlite(),
        framework: Framework::Axum,
    };
    conformance::assert_none(&conformance::run(&rig).await);
}

struct House {
    storage: Storage,
    framework: Framework,
}

enum Storage {
    Memory,
    Sqlite { folder: TempDir, files: AtomicU32 },
}

enum Framework {
    None,
    Axum,
}

impl Storage {
    fn sqlite() -> Self {
        Self::Sqlite {
            folder: tempfile::tempdir().unwrap(),
            files: AtomicU32::new(0),
        }
    }
}

#[async_trait]
impl Rig for House {
    async fn stores(&self) -> Stores {
        match &self.storage {
            Storage::Memory => CoreRig::new().stores().await,
            Storage::Sqlite { folder, files } => {
                let file = format!("{}.db", files.fetch_add(1, Ordering::Relaxed));
                let url = format!("sqlite://{}", folder.path().join(file).display());
                let store = SqliteStore::open(&url).await.unwrap();
                (Arc::new(store.clone()), Arc::new(store))
            }
        }
    }

    async fn open(&self, auth: Auth<User>) -> Box<dyn Door> {
        match self.framework {
            Framework::None => CoreRig::new().open(auth).await,
            Framework::Axum => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                let address = listener.local_addr().unwrap();
                let app = auth_axum::routes(&auth);
                tokio::spawn(async move { axum::serve(listener, app).await });
                Box::new(HttpDoor(address))
            }
        }
    }
}

/// A connection of its own for each request, and every byte as the case has it.
struct HttpDoor(SocketAddr);

#[async_trait]
impl Door for HttpDoor {
    async fn send(&self, request: WireRequest) -> WireReply {
        let (mut reader, mut writer) = TcpStream::connect(self.0).await.unwrap().into_split();
        let bytes = on_the_wire(&request);
        // A server may answer and close before it has read a body that is too long.
        let writing = tokio::spawn(async move {
            let written = writer.write_all(&bytes).await;
            (writer, written)
        });
        let mut reply = Vec::new();
        let ended = reader.read_to_end(&mut reply).await;
        assert!(!reply.is_empty(), "no reply to {request}: {ended:?}");
        drop(writing.await);
        parse(&reply)
    }
}

fn on_the_wire(request: &WireRequest) -> Vec<u8> {
    let mut bytes = format!(
        "{} {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n",
        request.method, request.target
    )
    .into_bytes();
    for (name, value) in &request.headers {
        bytes.extend_from_slice(format!("{name}: ").as_bytes());
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", request.body.len()).as_bytes());
    bytes.extend_from_slice(&request.body);
    bytes
}

fn parse(reply: &[u8]) -> WireReply {
    const OF_THE_CONNECTION: [&str; 4] =
        ["date", "content-length", "connection", "transfer-encoding"];
    let end = reply
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = str::from_utf8(&reply[..end]).unwrap();
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| !OF_THE_CONNECTION.contains(name))
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
        .collect();
    WireReply {
        status,
        headers,
        body: reply[end + 4..].to_vec(),
    }
}
