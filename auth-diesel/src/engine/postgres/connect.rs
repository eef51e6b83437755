//! Connections to PostgreSQL.

use std::error::Error as _;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::CacheSize;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::future::{Either, select};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, NoTls, Socket};

use super::settings::Settings;
use crate::engine::{ServerSession, connect_within};
use crate::error::OpenError;

/// The time limit of a handshake where the application has a pool of its own.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Returns a connection manager of a URL for the application's own pool, with the options of
/// [`PostgresStore::open`](crate::DieselStore::open), among them those for TLS.
///
/// With `pgbouncer=true` the statements of the application must be in transactions, and the store needs
/// [`DieselStore::with_transaction_pooling`](crate::DieselStore::with_transaction_pooling), too. The manager does not
/// notice a pooler whose option is missing.
///
/// # Errors
///
/// [`OpenError`] if the URL or a file that it names is invalid.
///
/// # Examples
///
/// ```no_run
/// use auth_diesel::{PostgresStore, bb8, postgres_manager};
///
/// # async fn open() -> Result<(), Box<dyn std::error::Error>> {
/// let url = "postgres://app:password@db.example/app?sslmode=verify-full&sslrootcert=/etc/app/ca.pem";
/// let pool = bb8::Pool::builder().max_size(16).build(postgres_manager(url)?).await?;
/// let store: PostgresStore = PostgresStore::from_pool(pool);
/// store.migrate().await?;
/// # Ok(())
/// # }
/// ```
pub fn postgres_manager(
    url: &str,
) -> Result<AsyncDieselConnectionManager<AsyncPgConnection>, OpenError> {
    Ok(manager(Settings::parse(url)?, HANDSHAKE))
}

/// Returns the connection manager of these settings; `timeout` limits the time of a handshake.
pub(super) fn manager(
    settings: Settings,
    timeout: Duration,
) -> AsyncDieselConnectionManager<AsyncPgConnection> {
    let mut config = ManagerConfig::default();
    // The driver notices when a connection ends, and the store checks that before each
    // use; a test query would cost a round trip.
    config.recycling_method = RecyclingMethod::Fast;
    let settings = Arc::new(settings);
    config.custom_setup = Box::new(move |_| {
        let settings = Arc::clone(&settings);
        Box::pin(async move { connect_within(timeout, connect(&settings)).await })
    });
    // The settings have the URL.
    AsyncDieselConnectionManager::new_with_config("", config)
}

async fn connect(settings: &Settings) -> ConnectionResult<AsyncPgConnection> {
    #[cfg(feature = "tls")]
    if let Some(tls) = &settings.tls {
        return connect_over(settings, tls.connector()).await;
    }
    connect_over(settings, NoTls).await
}

async fn connect_over<T>(settings: &Settings, tls: T) -> ConnectionResult<AsyncPgConnection>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let connected = settings.config.connect(tls).await;
    let (client, mut connection) = connected.map_err(|error| refusal(&error))?;
    if settings.session == ServerSession::Own {
        return AsyncPgConnection::try_from_client_and_connection(client, connection).await;
    }
    // The connection is set up with prepared statements, which need one session of the server.
    {
        let statement = pin!(client.batch_execute("BEGIN"));
        match select(statement, &mut connection).await {
            Either::Left((begun, _)) => begun.map_err(|error| refusal(&error))?,
            Either::Right((ended, _)) => {
                ended.map_err(|error| refusal(&error))?;
                return Err(ConnectionError::BadConnection("closed".to_owned()));
            }
        }
    }
    let connected = AsyncPgConnection::try_from_client_and_connection(client, connection).await;
    let mut connection = connected?;
    let commit = connection.batch_execute("COMMIT").await;
    commit.map_err(ConnectionError::CouldntSetupConfiguration)?;
    connection.set_prepared_statement_cache_size(CacheSize::Disabled);
    Ok(connection)
}

/// Returns a connection without its set-up, driven by a task until it is dropped.
pub(super) async fn client(settings: &Settings) -> Result<Client, tokio_postgres::Error> {
    #[cfg(feature = "tls")]
    if let Some(tls) = &settings.tls {
        return client_over(settings, tls.connector()).await;
    }
    client_over(settings, NoTls).await
}

async fn client_over<T>(settings: &Settings, tls: T) -> Result<Client, tokio_postgres::Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = settings.config.connect(tls).await?;
    // Its error is that of the next statement, too.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

/// Returns the error of a handshake, with the message of the server or with the reasons of the driver. Neither
/// contains a password.
fn refusal(error: &tokio_postgres::Error) -> ConnectionError {
    let text = if let Some(error) = error.as_db_error() {
        error.message().to_owned()
    } else {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(reason) = source {
            text.push_str(": ");
            text.push_str(&reason.to_string());
            source = reason.source();
        }
        text
    };
    let kind = DatabaseErrorKind::UnableToSendCommand;
    ConnectionError::CouldntSetupConfiguration(DieselError::DatabaseError(kind, Box::new(text)))
}
