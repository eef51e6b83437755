//! Run account changes in your transaction.
//!
//! A person signs up and founds a company: either both rows are there at the end, or neither. Three
//! steps keep what is slow and what cannot be taken back out of the transaction:
//!
//! 1. [`Accounts::begin_registration`](auth_core::Accounts::begin_registration) checks the password, asks
//!    `on_before_register`, and hashes the password, which takes milliseconds of a whole core. Nothing is written.
//! 2. [`DieselStore::transaction`](crate::DieselStore::transaction) writes: the user through
//!    [`UsersIn`](crate::UsersIn), everything else through the connection. `Err` undoes all of it, and so does a
//!    panic.
//! 3. [`Accounts::finish_registration`](auth_core::Accounts::finish_registration) raises the event and mails. A mail about
//!    an account that a roll-back took away cannot be called back.
//!
//! (The application has `diesel` among its own dependencies, because `table!` writes paths that begin
//! with that name.)
//!
//! ```
//! use auth_core::accounts::{NoHooks, Registration};
//! use auth_core::secret::{MasterSecret, Secret};
//! use auth_core::store::{InsertOutcome, PageRequest};
//! use auth_core::{Accounts, StoreError, User, UserDatabase};
//! use auth_diesel::SqliteStore;
//! use diesel::{ExpressionMethods, insert_into};
//! use auth_diesel::diesel_async::RunQueryDsl;
//!
//! diesel::table! {
//!     companies (name) {
//!         name -> Text,
//!         founder -> Binary,
//!     }
//! }
//!
//! /// Makes the account and its company.
//! async fn sign_up(
//!     store: &SqliteStore,
//!     accounts: &Accounts<User>,
//!     person: Registration<User>,
//!     company: &'static str,
//! ) -> Result<User, Box<dyn std::error::Error>> {
//!     let new = accounts.begin_registration(person, &accounts.context()).await?;
//!     let user = store
//!         .transaction(move |transaction| {
//!             Box::pin(async move {
//!                 let InsertOutcome::Inserted(user) = transaction.users().insert(new).await? else {
//!                     return Err(StoreError::new("the address is taken"));
//!                 };
//!                 let founder = user.id.as_bytes().to_vec();
//!                 insert_into(companies::table)
//!                     .values((companies::name.eq(company), companies::founder.eq(founder)))
//!                     .execute(transaction.connection())
//!                     .await
//!                     .map_err(StoreError::new)?;
//!                 Ok(user)
//!             })
//!         })
//!         .await?;
//!     accounts.finish_registration(&user, &accounts.context()).await?;
//!     Ok(user)
//! }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//! # use auth_diesel::diesel_async::SimpleAsyncConnection;
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
//! # let store: SqliteStore = SqliteStore::open(&url).await?;
//! # {
//! #     let mut connection = store.pool().get().await?;
//! #     connection.batch_execute(
//! #         "CREATE TABLE companies (name TEXT NOT NULL PRIMARY KEY, founder BLOB NOT NULL)",
//! #     ).await?;
//! # }
//! # let secret = MasterSecret::new(Secret::generate()?);
//! # let accounts = Accounts::builder(store.clone(), &secret)
//! #     .expiring_store(store.clone())
//! #     .hooks(NoHooks::new())
//! #     .build()?;
//! # let person = |address| Registration::new(address, "a mill that weaves algebra");
//! sign_up(&store, &accounts, person("ada@example.com")?, "Engines & Co").await?;
//! // The name is taken by another company: then there is no such user either.
//! sign_up(&store, &accounts, person("eve@example.com")?, "Engines & Co").await.unwrap_err();
//! assert_eq!(store.list(PageRequest::first()).await?.total, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What to know
//!
//! * The work runs in a task of its own: a client that hangs up does not stop it in the middle.
//! * An address that is taken is an outcome, not an error, and leaves the transaction usable: every
//!   change of an account is a savepoint.
//! * In SQLite there is one writer at a time. The transaction waits for its turn
//!   ([`with_write_timeout`](crate::DieselStore::with_write_timeout)) and keeps others waiting: no calls over the
//!   network in it.
//! * Other engines may end a transaction because another one was in its way (a deadlock). The
//!   single operations of a store are then tried again; your transaction is not, because only you
//!   know what it did beside the database. The error is a [`StoreError`](auth_core::StoreError).
//! * An application that has begun a transaction by itself, on a connection of the shared pool,
//!   takes [`UsersIn::new`](crate::UsersIn::new). On SQLite such a future must not be dropped while
//!   a statement runs on a runtime with one thread.
