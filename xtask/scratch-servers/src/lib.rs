//! Throw-away PostgreSQL and MariaDB (or MySQL) servers for tests, started from installed binaries.
//!
//! A server has a random free port on the loopback interface, a random password, and a data folder of its own
//! in the folder for temporary files. It knows nothing of a server that may be running on the same
//! machine, and goes away with its folder when it is dropped, and also when the process that
//! started it is killed.
//!
//! Tests that need no more than *some* server ask [`test_server`] for its URL; `cargo xtask test`
//! starts one of each engine for the whole run. Tests that stop and crash a server start one of their own:
//!
//! ```no_run
//! use scratch_servers::{Engine, Scratch};
//!
//! let mut server = Scratch::start(Engine::Postgres)?;
//! println!("connect to {}", server.url());
//! server.kill()?; // as if the machine had lost it
//! server.start()?; // the same port, the same data
//! # Ok::<(), scratch_servers::ServerError>(())
//! ```
//!
//! Binaries are looked for on `PATH` and where Debian keeps them. PostgreSQL and MariaDB refuse to run as
//! root; when root asks, they run as `postgres`, `mysql` or `nobody`. On systems other than Unix
//! every engine counts as missing.
//!
//! # What is different from a server in production
//!
//! Nothing waits for the disk (`fsync=off`, `innodb_flush_method=nosync`), so a power cut would destroy the data.
//! A commit has still been handed to the operating system when it is answered: it outlives
//! [`Server::kill`], which is what tests of crashes are about. Caches are small, the time zone is UTC,
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

pub use engine::{CONNECTIONS, Engine};
pub use error::ServerError;
pub use given::{Required, own_server, test_server};
pub use server::{Scratch, Server};
