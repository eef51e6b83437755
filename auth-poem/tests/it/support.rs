//! A server on the loopback, and a client that shows every byte.

use auth_core::accounts::AdminUpdate;
use auth_core::store::LoginIdentifier;
use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use auth_core::testing::{self, FaultInjector, Outbox, ProbedExpiringStore, ProbedUserDatabase};
use auth_core::{Accounts, Auth, AuthUser, Backend, BearerTransport, JwtStrategy, User};
use poem::listener::TcpAcceptor;
use poem::{IntoEndpoint, Server};
use serde_json::{Value, json};
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Accounts in memory whose stores count and fail on demand.
pub(crate) struct TestApp {
    pub(crate) auth: Auth<User>,
    pub(crate) users: FaultInjector,
    pub(crate) revoked: FaultInjector,
    pub(crate) outbox: Outbox,
}

impl TestApp {
    pub(crate) fn new() -> Self {
        let (users, revoked, outbox) = (FaultInjector::new(), FaultInjector::new(), Outbox::new());
        let database = ProbedUserDatabase::new(MemoryUserDatabase::new(), &users);
        let master = testing::master_secret();
        let accounts = Accounts::builder(database, &master)
            .expiring_store(MemoryExpiringStore::new())
            .hasher(testing::fast_hasher())
            .hooks(outbox.clone());
        let tokens = ProbedExpiringStore::new(MemoryExpiringStore::new(), &revoked);
        let strategy = JwtStrategy::from_master(&master).revoked_in(tokens);
        let auth = Auth::builder(accounts)
            .backend(Backend::new("jwt", BearerTransport::new(), strategy))
            .build()
            .unwrap();
        Self {
            auth,
            users,
            revoked,
            outbox,
        }
    }

    /// Registers a user, changes it as an administrator would, and answers with its id.
    pub(crate) async fn user(&self, address: &str, update: AdminUpdate) -> UserKey {
        let accounts = self.auth.accounts();
        let user = accounts
            .register(testing::registration(address), &accounts.context())
            .await;
        let id = user.unwrap().id;
        accounts
            .update_as_admin(&id, update, &accounts.context())
            .await
            .unwrap();
        id
    }

    /// How often the stores that authentication asks were asked.
    pub(crate) fn calls(&self) -> (u64, u64) {
        (self.users.calls(), self.revoked.calls())
    }

    /// A server of its own for these routes, until the test ends.
    pub(crate) async fn serve(&self, app: impl IntoEndpoint<Endpoint: 'static>) -> Client {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = app.into_endpoint();
        let acceptor = TcpAcceptor::from_tokio(listener).unwrap();
        tokio::spawn(Server::new_with_acceptor(acceptor).run(app));
        Client { address }
    }

    /// A token of this user, as a login hands it out.
    pub(crate) async fn token(&self, client: &Client, prefix: &str, address: &str) -> String {
        let body = json!({"identifier": address, "password": testing::PASSWORD});
        let answer = client.post(&format!("{prefix}/auth/login"), &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn exists(&self, address: &str) -> bool {
        let login = LoginIdentifier::Email(testing::email(address));
        let password = testing::password(testing::PASSWORD);
        let accounts = self.auth.accounts();
        let context = accounts.context();
        let proof = accounts.check_password(&login, password, &context).await;
        proof.is_ok()
    }
}

/// The key of the bundled user.
pub(crate) type UserKey = <User as AuthUser>::Id;

#[derive(Clone, Copy)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
}

impl Client {
    /// Sends one request as it is written and reads until the server closes.
    pub(crate) async fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            text: body.to_owned(),
        }
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        if !body.is_empty() {
            write!(request, "content-length: {}\r\n", body.len()).unwrap();
        }
        request.push_str("\r\n");
        request.push_str(body);
        self.raw(request.as_bytes()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send("POST", path, &headers, &body.to_string()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn get_as(&self, token: &str, path: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        self.send("GET", path, &[("authorization", &bearer)], "")
            .await
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The code of the error envelope.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }

    /// The names and values of the headers that the toolkit decides, in the order of the wire.
    pub(crate) fn headers(&self) -> Vec<&str> {
        let ours = |line: &&str| !line.starts_with("date:") && !line.starts_with("connection:");
        self.head.lines().skip(1).filter(ours).collect()
    }
}
