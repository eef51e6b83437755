//! TLS between the store and PostgreSQL: what each `sslmode` accepts and refuses.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use auth_core::store::{PageRequest, UserDatabase};
use auth_diesel::diesel::{QueryableByName, sql_query, sql_types::Bool, sql_types::Text};
use auth_diesel::diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use auth_diesel::{
    DieselStore, PostgresConnection, PostgresStore, StoreOptions, bb8, postgres_manager,
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use scratch_servers::{Engine, Server, own_server};

use crate::homes::{Home, Postgres};
use crate::support::new_user;

/// The host in the certificate of the server; `hostaddr` leads to the server.
const HOST: &str = "db.example";

/// For a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// An authority that signs certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
        }
    }

    /// Returns a certificate for this name, and its key.
    fn signed(&self, name: &str) -> (String, String) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

/// A PostgreSQL server with TLS, and the files of its clients.
struct TlsServer {
    server: Server,
    folder: tempfile::TempDir,
    authority: Authority,
}

impl TlsServer {
    async fn start() -> Option<Self> {
        let server = own_server(Engine::Postgres)?;
        let authority = Authority::new("authority");
        let (certificate, key) = authority.signed(HOST);
        let path = |name: &str, text: &str| server.write_file(name, text).unwrap();
        let settings = [
            ("ssl_cert_file", path("server.crt", &certificate)),
            ("ssl_key_file", path("server.key", &key)),
            ("ssl_ca_file", path("ca.crt", &authority.certificate)),
        ];
        let mut connection = PostgresConnection::establish(server.url()).await.unwrap();
        for (name, path) in settings {
            let set = format!("ALTER SYSTEM SET {name} = '{}'", path.display());
            connection.batch_execute(&set).await.unwrap();
        }
        connection
            .batch_execute("ALTER SYSTEM SET ssl = on")
            .await
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), &authority.certificate).unwrap();
        let mut started = Self {
            server,
            folder,
            authority,
        };
        started.server.stop().unwrap();
        started.server.start().unwrap();
        Some(started)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn ca(&self) -> String {
        shown(&self.folder.path().join("ca.pem"))
    }

    /// Returns the URL of the server under a name, which resolves to nothing, with these options.
    fn url(&self, host: &str, options: &str) -> String {
        let address = self.server.address();
        let url = self
            .server
            .url()
            .replace(&address.to_string(), &format!("{host}:{}", address.port()));
        format!("{url}?hostaddr={}&{options}", address.ip())
    }

    /// Lets the server refuse connections in clear text.
    async fn require_tls(&self) {
        let hba =
            "COPY (VALUES ('hostssl all all all scram-sha-256')) TO PROGRAM 'cat > pg_hba.conf'";
        let url = self.url(HOST, "sslmode=disable");
        let mut connection = PostgresConnection::establish(&url).await.unwrap();
        connection.batch_execute(hba).await.unwrap();
        connection
            .batch_execute("SELECT pg_reload_conf()")
            .await
            .unwrap();
        // The server reads the file a little later.
        let begin = Instant::now();
        while PostgresConnection::establish(&url).await.is_ok() && begin.elapsed() < PATIENCE {}
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

async fn open(url: &str) -> Result<PostgresStore, String> {
    let options = StoreOptions::default()
        .pool_size(2)
        .checkout_timeout(Duration::from_secs(10));
    let opened = PostgresStore::open_with(url, options).await;
    opened.map_err(|error| format!("{error}; {error:?}"))
}

#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = Bool)]
    ssl: bool,
    #[diesel(sql_type = Text)]
    client: String,
}

/// Checks that a store works over this URL; returns what the server says about its connection.
async fn session(url: &str) -> Session {
    let store = open(url)
        .await
        .unwrap_or_else(|error| panic!("{url}: {error}"));
    store.list(PageRequest::first()).await.unwrap();
    let mut connection = store.pool().get().await.unwrap();
    let of_server = "SELECT ssl, coalesce(client_dn, '') AS client FROM pg_stat_ssl \
                     WHERE pid = pg_backend_pid()";
    sql_query(of_server)
        .get_result(&mut *connection)
        .await
        .unwrap()
}

async fn is_refused(url: &str, reason: &str) {
    let error = open(url)
        .await
        .err()
        .unwrap_or_else(|| panic!("{url} was opened"));
    assert!(error.contains(reason), "{url}: {error}");
    assert!(!error.contains('@'), "{error}");
}

/// The table of `sslmode`, as in the manual of PostgreSQL.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_sslmode_verifies_what_its_name_says() {
    let Some(server) = TlsServer::start().await else {
        return;
    };
    let right = format!("sslrootcert={}", server.ca());
    wrong_certificates_are_refused(&server, &right).await;
    for (host, options, encrypted) in [
        (HOST, format!("sslmode=verify-full&{right}"), true),
        ("127.0.0.1", format!("sslmode=verify-ca&{right}"), true),
        ("127.0.0.1", format!("sslmode=require&{right}"), true),
        ("127.0.0.1", "sslmode=require".to_owned(), true),
        ("127.0.0.1", "sslmode=prefer".to_owned(), true),
        ("127.0.0.1", "application_name=none".to_owned(), true),
        ("127.0.0.1", "sslmode=disable".to_owned(), false),
        (
            HOST,
            format!("sslmode=verify-full&{right}&channel_binding=require"),
            true,
        ),
    ] {
        let url = server.url(host, &options);
        assert_eq!(session(&url).await.ssl, encrypted, "{options}");
    }
    // The certificate of a client.
    let (certificate, key) = server.authority.signed("accounts");
    let certificate = shown(&server.file("client.crt", &certificate));
    let key = shown(&server.file("client.key", &key));
    let client = format!("sslmode=verify-full&{right}&sslcert={certificate}&sslkey={key}");
    assert!(
        session(&server.url(HOST, &client))
            .await
            .client
            .contains("accounts")
    );

    // A pool of the application.
    let url = server.url(HOST, &format!("sslmode=verify-full&{right}"));
    let pool = bb8::Pool::builder()
        .build(postgres_manager(&url).unwrap())
        .await
        .unwrap();
    let store: PostgresStore = PostgresStore::from_pool(pool);
    store.migrate().await.unwrap();

    server.require_tls().await;
    is_refused(&server.url(HOST, "sslmode=disable"), "pg_hba.conf").await;
    slow_statement_is_cancelled(&url).await;
}

async fn wrong_certificates_are_refused(server: &TlsServer, right: &str) {
    let other = server.file("other.pem", &Authority::new("other").certificate);
    let other = format!("sslrootcert={}", shown(&other));
    for (host, options, reason) in [
        (
            "127.0.0.1",
            format!("sslmode=verify-full&{right}"),
            "not valid for name",
        ),
        (
            "other.example",
            format!("sslmode=verify-full&{right}"),
            "not valid for name",
        ),
        (
            HOST,
            format!("sslmode=verify-full&{other}"),
            "UnknownIssuer",
        ),
        (HOST, format!("sslmode=verify-ca&{other}"), "UnknownIssuer"),
        (HOST, format!("sslmode=require&{other}"), "UnknownIssuer"),
        (
            HOST,
            "sslmode=verify-full&sslrootcert=system".to_owned(),
            "UnknownIssuer",
        ),
        (HOST, "sslrootcert=system".to_owned(), "UnknownIssuer"),
    ] {
        is_refused(&server.url(host, &options), reason).await;
    }
}

/// The request to cancel a statement reaches a server that requires TLS.
async fn slow_statement_is_cancelled(url: &str) {
    let options = StoreOptions::default().statement_timeout(Duration::from_millis(300));
    let store = DieselStore::<PostgresConnection>::open_with(url, options)
        .await
        .unwrap();
    let mut other = store.pool().get().await.unwrap();
    let lock = "BEGIN; LOCK TABLE auth_users IN ACCESS EXCLUSIVE MODE";
    other.batch_execute(lock).await.unwrap();
    store.insert(new_user("ada@example.com")).await.unwrap_err();
    let waits = "SELECT count(*) > 0 AS ssl, '' AS client FROM pg_stat_activity \
                 WHERE state = 'active' AND query LIKE '%INTO \"auth_users\"%' AND pid <> pg_backend_pid()";
    // Within its transaction the other connection would repeat its first answer.
    let mut observer = store.pool().get().await.unwrap();
    let begin = Instant::now();
    let mut is_waiting = true;
    while is_waiting && begin.elapsed() < PATIENCE {
        let waiting = sql_query(waits).get_result::<Session>(&mut *observer);
        is_waiting = waiting.await.unwrap().ssl;
    }
    assert!(!is_waiting, "the statement still waits for the lock");
}

/// A server without TLS is refused where TLS is required, and used where it is only preferred.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn server_without_tls_is_refused_where_tls_is_required() {
    let Some(home) = Postgres::new().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, Authority::new("other").certificate).unwrap();
    let ca = shown(&ca);
    for options in [
        "sslmode=require".to_owned(),
        format!("sslmode=verify-ca&sslrootcert={ca}"),
        format!("sslmode=verify-full&sslrootcert={ca}"),
    ] {
        let url = format!("{}?{options}", home.url());
        is_refused(&url, "server does not support TLS").await;
    }
    let url = format!("{}?sslmode=prefer", home.url());
    assert!(!session(&url).await.ssl);
}

/// Checks that the error of each query names its option, the reason and no password.
async fn are_refused(cases: &[(String, &str, &str)]) {
    for (options, option, reason) in cases {
        let url = format!("postgres://user:a-secret-word@127.0.0.1:1/accounts?{options}");
        let error = open(&url).await.err().unwrap();
        let named = format!("option `{option}` ");
        assert!(error.contains(&named), "{options}: {error}");
        assert!(error.contains(reason), "{options}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn sslmode_and_root_certificates_that_do_not_fit_are_refused() {
    let fit = "needs `sslmode=verify-full`";
    let full = "sslmode=verify-full";
    let path = "needs `sslrootcert=PATH`";
    are_refused(&[
        (full.to_owned(), "sslmode", path),
        ("sslmode=verify-ca".to_owned(), "sslmode", path),
        (
            "sslmode=verify-ca&sslrootcert=system".to_owned(),
            "sslrootcert",
            "verify-full",
        ),
        (
            "sslmode=require&sslrootcert=system".to_owned(),
            "sslrootcert",
            "verify-full",
        ),
        ("sslrootcert=ca.pem".to_owned(), "sslrootcert", fit),
        (
            "sslmode=prefer&sslrootcert=ca.pem".to_owned(),
            "sslrootcert",
            "clear text",
        ),
    ])
    .await;
}

/// No server is needed: files are read before a connection is made.
#[tokio::test]
async fn missing_or_unusable_file_is_named_by_its_option() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        shown(&path)
    };
    let authority = Authority::new("authority");
    let (crt, key) = authority.signed("accounts");
    let ca = file("ca.pem", &authority.certificate);
    let (crt, key) = (file("client.crt", &crt), file("client.key", &key));
    let empty = file("empty.pem", "no certificate\n");
    let missing = shown(&folder.path().join("missing.pem"));
    let roots = |path: &str| format!("sslmode=verify-full&sslrootcert={path}");
    let with = |options: String| format!("{}&{options}", roots(&ca));
    let unread = "cannot be read";
    are_refused(&[
        (roots(&missing), "sslrootcert", unread),
        (roots(&empty), "sslrootcert", "without a certificate"),
        (with(format!("sslcert={crt}")), "sslcert", "needs `sslkey`"),
        (with(format!("sslkey={key}")), "sslkey", "needs `sslcert`"),
        (
            with(format!("sslcert={missing}&sslkey={key}")),
            "sslcert",
            unread,
        ),
        (
            with(format!("sslcert={crt}&sslkey={missing}")),
            "sslkey",
            unread,
        ),
        (
            with(format!("sslcert={crt}&sslkey={empty}")),
            "sslkey",
            "without a private key",
        ),
    ])
    .await;
}
