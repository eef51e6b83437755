//! Throw-away PostgreSQL and MariaDB (or MySQL) servers for tests, started from installed binaries.
//!
//! A server has a random free port on the loopback interface, a random password, and a data folder of its own
//! in the folder for temporary files. It is independent of other servers on the same
//! machine, and is removed with its folder when it is dropped, and also when the process that
//! started it is killed.
//!
//! Tests that can share a server get its URL from [`test_server`]; `cargo xtask test`
//! starts one per engine for the whole run. Tests that stop or kill a server start a separate one:
//!
//! ```no_run
//! use scratch_servers::{Engine, Scratch};
//!
//! let mut server = Scratch::start(Engine::Postgres)?;
//! println!("connect to {}", server.url());
//! server.kill()?; // like a crash
//! server.start()?; // the same port, the same data
//! # Ok::<(), scratch_servers::ServerError>(())
//! ```
//!
//! Binaries are searched on `PATH` and in Debian's folders. PostgreSQL and MariaDB refuse to run as
//! root; if root starts them, they run as `postgres`, `mysql` or `nobody`. On systems other than Unix
//! every engine counts as missing.
//!
//! # Differences from a server in production
//!
//! The servers do not wait for the disk (`fsync=off`, `innodb_flush_method=nosync`): a power loss destroys the data.
//! A confirmed commit has been written to the operating system, so it survives
//! [`Server::kill`], as tests of crashes require. Caches are small, the time zone is UTC,
//! MariaDB's character set is `utf8mb4`, and there is room for [`CONNECTIONS`] connections.

mod engine;
mod error;
mod given;

#[cfg(unix)]
mod account;
#[cfg(unix)]
mod folder;
#[cfg(unix)]
mod mysql;
#[cfg(unix)]
mod pgbouncer;
#[cfg(unix)]
mod postgres;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod random;
#[cfg(unix)]
mod recipe;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod watcher;

#[cfg(not(unix))]
#[path = "elsewhere.rs"]
mod server;

pub use engine::{CONNECTIONS, Engine, PoolMode};
pub use error::ServerError;
pub use given::{Required, own_pgbouncer, own_server, test_server};
pub use server::{Scratch, Server};
