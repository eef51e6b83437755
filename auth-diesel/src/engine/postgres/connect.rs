//! Connections to PostgreSQL.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{NoTls, Socket};

use super::settings::Settings;
use crate::engine::connect_within;
use crate::error::OpenError;

/// The time limit of a handshake where the application has a pool of its own.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Returns a connection manager of a URL for the application's own pool, with the options of
/// [`PostgresStore::open`](crate::DieselStore::open), among them those for TLS.
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
    let (client, connection) = connected.map_err(|error| refusal(&error))?;
    AsyncPgConnection::try_from_client_and_connection(client, connection).await
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
