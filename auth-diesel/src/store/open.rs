//! Opening a database, and bringing its tables up to date.

use std::any::TypeId;
use std::sync::Arc;

use auth_core::User;
use diesel::result::Error as DieselError;

use super::DieselStore;
use super::lease::Lease;
use crate::engine::{ServerSession, SqlBackend};
use crate::error::OpenError;
use crate::migrate::{self, AppMigration};
use crate::options::StoreOptions;
use crate::statements::users::Users;
use crate::table::SqlUser;

impl<C: SqlBackend, U: SqlUser> DieselStore<C, U> {
    /// Opens the database of a URL with the [default options](StoreOptions): `sqlite://PATH`,
    /// `postgres://USER:PASSWORD@HOST/DATABASE` or `mysql://USER:PASSWORD@HOST/DATABASE`.
    ///
    /// The rest after `sqlite://` is the path, so an absolute path gives three slashes; a file
    /// that does not exist is created, readable only by its owner. Tables are brought up to date.
    /// An option of the URL (`?sslmode=verify-full`) is understood or refused; the guide
    /// `guide::servers` lists them.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the URL, the file, the server or the tables are invalid.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_with(url, StoreOptions::default()).await
    }

    /// Opens the database of a URL with options.
    ///
    /// # Errors
    ///
    /// [`OpenError`], as [`open`](Self::open).
    pub async fn open_with(url: &str, options: StoreOptions) -> Result<Self, OpenError> {
        let (pool, session) = C::open(url, &options).await?;
        let connections = options.lookup_connections;
        let mut store = Self::from_pool(pool)
            .with_session(session)
            .with_write_timeout(options.checkout_timeout)
            .with_statement_timeout(options.statement_timeout);
        if options.announce_changes {
            let feed = Arc::new(());
            if session == ServerSession::Own {
                let (pool, store_lives) = (store.pool.clone(), Arc::downgrade(&feed));
                tokio::spawn(C::listen(pool, store.changes.clone(), store_lives));
            }
            store.feed = Some(feed);
        }
        if options.migrate {
            store.migrate_all(options.migrations).await?;
        } else {
            store.check_all(options.migrations).await?;
        }
        store.lookup_connections = C::open_lookup_connections(url, &store.pool, connections).await;
        Ok(store)
    }

    /// Brings the tables up to date, and checks that they have the required columns. Does
    /// nothing if they are up to date; several processes may call it simultaneously.
    ///
    /// The table of users is created only for the bundled user: an application with its own user type
    /// creates its table before, or opens the store by a URL with a
    /// [migration](StoreOptions::migration) that creates it.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the database cannot be reached, rejects a migration, was migrated by a
    /// newer version of this crate, or has a table that does not fit.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        self.migrate_all(Vec::new()).await
    }

    async fn migrate_all(&self, own: Vec<AppMigration>) -> Result<(), OpenError> {
        let mut connection = self.connection().await?;
        let session = self.session;
        let bundled = TypeId::of::<U>() == TypeId::of::<User>();
        // A separate task: a transaction on SQLite must not be dropped before its end.
        let task = tokio::spawn(async move {
            let outcome = async {
                session.begin(&mut *connection).await.map_err(of::<C>)?;
                let outcome = match check_settings(&mut *connection).await {
                    Ok(()) => {
                        let outcome = migrate::run(&mut *connection, bundled, &own).await;
                        outcome.map_err(OpenError::of_migration::<C>)
                    }
                    fault => fault,
                };
                let ended = session.end(&mut *connection, outcome.is_ok()).await;
                outcome.and(ended.map_err(of::<C>))
            };
            let outcome = outcome.await;
            connection.keep();
            (outcome, own)
        });
        let (outcome, own) = task.await.map_err(|_| OpenError::Interrupted)?;
        outcome?;
        self.check_all(own).await
    }

    /// Checks that the tables exist with the required columns, that address and user
    /// name have unique indexes, and that no newer version of this crate has changed them. This does
    /// not check the types of the columns against the `table!`: the contract suite does
    /// (`auth_core::testing::contract`).
    ///
    /// # Errors
    ///
    /// [`OpenError`], as [`migrate`](Self::migrate).
    pub async fn check(&self) -> Result<(), OpenError> {
        self.check_all(Vec::new()).await
    }

    async fn check_all(&self, own: Vec<AppMigration>) -> Result<(), OpenError> {
        let mut connection = self.connection().await?;
        let (plan, session) = (Arc::clone(&self.plan), self.session);
        let task = tokio::spawn(async move {
            session.begin(&mut *connection).await.map_err(of::<C>)?;
            check_settings(&mut *connection).await?;
            let newer = migrate::refuse_newer(&mut *connection, &own).await;
            newer.map_err(OpenError::of_migration::<C>)?;
            let fault = Users::new(&mut *connection, &plan).find_fault().await;
            let ended = session.end(&mut *connection, false).await;
            ended.map_err(of::<C>)?;
            connection.keep();
            match fault {
                Ok(None) => Ok(()),
                Ok(Some((table, reason))) => Err(OpenError::Table {
                    table: table.to_owned(),
                    reason,
                }),
                Err(error) => Err(OpenError::of_migration::<C>(error.into())),
            }
        });
        task.await.map_err(|_| OpenError::Interrupted)?
    }

    async fn connection(&self) -> Result<Lease<C>, OpenError> {
        let reason = |error: auth_core::StoreError| {
            let source = std::error::Error::source(&error);
            source.map_or_else(|| error.to_string(), ToString::to_string)
        };
        let connection = Lease::of_pool(&self.pool).await;
        connection.map_err(|error| OpenError::Connection(reason(error)))
    }
}

fn of<C: SqlBackend>(error: DieselError) -> OpenError {
    OpenError::of_migration::<C>(error.into())
}

/// Returns an error if the settings of the database lose data or break statements.
async fn check_settings<C: SqlBackend>(connection: &mut C) -> Result<(), OpenError> {
    match connection.find_setting_fault().await {
        Ok(None) => Ok(()),
        Ok(Some(fault)) => Err(OpenError::Setting(fault)),
        Err(error) => Err(of::<C>(error)),
    }
}
