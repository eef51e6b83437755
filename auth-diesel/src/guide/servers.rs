//! Connect to a database: the options of URLs, TLS, and poolers.
//!
//! Each option of a URL is understood, or refused when the store opens with an error that names it
//! ([`OpenError::UrlOption`](crate::OpenError::UrlOption)). Percent-encode `@`, `?`, `#`, `/` and `:` in a
//! user name, in a password and in the value of an option. No error contains the URL.
//!
//! # SQLite
//!
//! `sqlite://PATH`. The path is not decoded, and ends at the first `?`.
//!
//! | option | meaning |
//! | --- | --- |
//! | `mode=rwc` | creates the file if it does not exist; the default |
//! | `mode=rw` | the file must exist |
//!
//! # PostgreSQL
//!
//! `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. The options have the names and the meaning of libpq, except for
//! `keepalives_retries`, which is `keepalives_count` there.
//!
//! | option | meaning |
//! | --- | --- |
//! | `sslmode`, `sslrootcert`, `sslcert`, `sslkey` | TLS, see below |
//! | `sslnegotiation`, `channel_binding` | `direct` and `require` need TLS |
//! | `host`, `hostaddr`, `port`, `user`, `password`, `dbname` | replace parts of the URL; a folder as `host` is a Unix socket |
//! | `application_name`, `options` | parameters of the session: `options=-c%20search_path=accounts` |
//! | `connect_timeout`, `tcp_user_timeout`, `keepalives`, `keepalives_idle`, `keepalives_interval`, `keepalives_retries` | limits of the connection |
//! | `target_session_attrs`, `load_balance_hosts` | which of several hosts is used |
//! | `pgbouncer` | `true` behind a pooler in transaction mode, see below; `false` by default |
//!
//! ## TLS
//!
//! TLS needs the feature `tls`, which compiles rustls with the provider aws-lc-rs. Without the feature a mode that
//! requires TLS is refused, and `prefer` is clear text. **Use `sslmode=verify-full`**:
//!
//! ```text
//! postgres://app:PASSWORD@db.example/app?sslmode=verify-full&sslrootcert=/etc/app/ca.pem
//! postgres://app:PASSWORD@db.example/app?sslmode=verify-full&sslrootcert=system
//! ```
//!
//! | `sslmode` | encrypted | certificate is verified | safe against |
//! | --- | --- | --- | --- |
//! | `disable` | no | | |
//! | `prefer`, the default | if the server has TLS | no | nothing: an attacker can answer that the server has no TLS |
//! | `require` | yes | no | readers, not against an attacker between the two, who presents any certificate |
//! | `require` with `sslrootcert` | yes | as `verify-ca` | as `verify-ca` |
//! | `verify-ca` | yes | it is of a trusted authority, for any host | attackers without a certificate of that authority |
//! | `verify-full` | yes | it is of a trusted authority, for the host of the URL | attackers |
//!
//! - `sslrootcert` is a file of certificates in PEM, or `system` for the root certificates of the system, which requires
//!   `verify-full` (it is the default then). Unlike libpq, there is no default file: `verify-ca` and `verify-full` without
//!   `sslrootcert` are refused, and so is `sslrootcert` with a mode that accepts clear text.
//! - `sslcert` and `sslkey` are files in PEM with the certificate of the client and its key, without a password.
//! - Files are read once, when the store opens.
//! - A certificate must have the host as a subject alternative name; a common name does not count. The certificate of a
//!   server must not be its own authority (`CA:TRUE`).
//! - With `prefer`, a failed handshake is an error: there is no second attempt in clear text.
//! - Unix sockets have no TLS.
//!
//! An application with its own pool has the same options in [`postgres_manager`](crate::postgres_manager).
//!
//! ## PgBouncer
//!
//! A pooler in session mode is like the server itself. In transaction mode it lends a connection of the server for
//! each transaction, so that a prepared statement is lost before it is run again. A store notices that when it opens, with a
//! second connection, and refuses
//! ([`OpenError::TransactionPooling`](crate::OpenError::TransactionPooling)) until the URL has `pgbouncer=true`, or the
//! options have [`StoreOptions::transaction_pooling`](crate::StoreOptions::transaction_pooling). (PgBouncer 1.21 and later
//! with `max_prepared_statements` above 0 keeps prepared statements, and is accepted without the option.)
//!
//! With the option:
//!
//! - Each operation is a transaction, in which its statements are prepared, run and closed. That costs two to four
//!   additional round trips.
//! - Nothing depends on settings of a session: a store has no `SET`, no `LISTEN` and no lock that is longer than a
//!   transaction. The driver sets the time zone and the character set, which PgBouncer keeps for each client.
//! - Migrations run in one transaction with a lock of that transaction, and therefore work through the pooler, too.
//! - Statements of the application on the store's pool must be in transactions:
//!   [`DieselStore::transaction`](crate::DieselStore::transaction).
//! - A column with a type of an extension or of the application (`citext`, an enumeration) makes the driver look the type up
//!   with a prepared statement that it keeps. Use `text` instead.
//! - `options` of the URL is refused by PgBouncer unless its `ignore_startup_parameters` has it, and is then without
//!   effect: set the search path with `ALTER ROLE`.
//! - An application with its own pool creates it with `postgres_manager` and `pgbouncer=true`, and calls
//!   [`DieselStore::with_transaction_pooling`](crate::DieselStore::with_transaction_pooling).
//!
//! The search at the start can miss a pooler that other programs keep busy; its log then has "the database refused a
//! statement" with the message "prepared statement". Set the option whenever the pooler is in transaction mode.
//!
//! # MySQL and MariaDB
//!
//! `mysql://USER:PASSWORD@HOST:PORT/DATABASE`; the database is required.
//!
//! | option | meaning |
//! | --- | --- |
//! | `prefer_socket`, `socket` | over TCP to this machine, the driver changes to the Unix socket of the server unless this is `false`; the path of a socket |
//! | `tcp_keepalive`, `tcp_nodelay` | milliseconds; `true` or `false` |
//! | `compression` | `fast`, `best`, `on` or 0 to 9 |
//! | `wait_timeout`, `max_allowed_packet` | settings of the session |
//! | `secure_auth`, `enable_cleartext_plugin` | which logins the driver accepts |
//!
//! ## TLS
//!
//! This crate connects without TLS, and refuses options that ask for it. The driver has TLS behind its own features, with
//! settings that an application must choose, so the application makes the connections of its pool. Add the driver of the
//! version of diesel-async to its dependencies:
//!
//! ```text
//! [dependencies]
//! mysql_async = { version = "0.36", default-features = false, features = ["default-rustls-no-provider", "aws-lc-rs"] }
//! ```
//!
//! ```text
//! use auth_diesel::diesel::ConnectionError;
//! use auth_diesel::diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
//! use auth_diesel::{MysqlConnection, MysqlStore, bb8};
//! use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};
//!
//! let authority = std::path::PathBuf::from("/etc/app/ca.pem");
//! let opts = Opts::from_url(&url)?;
//! let opts = OptsBuilder::from_opts(opts)
//!     .ssl_opts(SslOpts::default().with_root_certs(vec![authority.into()]).with_disable_built_in_roots(true))
//!     .prefer_socket(false)     // a socket has no TLS
//!     .client_found_rows(true)  // the store counts the rows that were found
//!     .stmt_cache_size(0);      // diesel-async has its own cache
//! let mut config = ManagerConfig::<MysqlConnection>::default();
//! config.custom_setup = Box::new(move |_| {
//!     let opts = opts.clone();
//!     Box::pin(async move {
//!         let failed = |error: mysql_async::Error| ConnectionError::BadConnection(error.to_string());
//!         MysqlConnection::try_from(Conn::new(opts).await.map_err(failed)?).await
//!     })
//! });
//! let manager = AsyncDieselConnectionManager::new_with_config("", config);
//! let store = MysqlStore::from_pool(bb8::Pool::builder().build(manager).await?);
//! store.migrate().await?;
//! ```
//!
//! This verifies the authority and the host. Three effects to know:
//!
//! - The driver configures rustls with the provider of the process, and installs aws-lc-rs if there is none. If another crate
//!   enables the feature `ring` of rustls, it panics, unless the application has called `install_default` first.
//! - A pool reports a failed handshake as a time-out. Connect once before you build it, or set its `error_sink`.
//! - Require TLS on the server, too: `ALTER USER app REQUIRE SSL`.
