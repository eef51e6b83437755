//! On systems other than Unix every engine counts as missing.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::{Engine, PoolMode, ServerError};

/// Starts servers on Unix; on this system it always fails.
#[derive(Debug)]
pub struct Scratch;

impl Scratch {
    /// Always [`ServerError::Missing`].
    ///
    /// # Errors
    ///
    /// Always.
    pub fn start(engine: Engine) -> Result<Server, ServerError> {
        Err(ServerError::Missing(engine))
    }

    /// Always [`ServerError::NoPgBouncer`].
    ///
    /// # Errors
    ///
    /// Always.
    pub fn start_pgbouncer(_: &Server, _: PoolMode) -> Result<Server, ServerError> {
        Err(ServerError::NoPgBouncer)
    }
}

pub(crate) fn is_installed(_: Engine) -> bool {
    false
}

/// A server, which cannot exist on this system.
#[derive(Debug)]
pub struct Server(Infallible);

#[expect(
    clippy::missing_errors_doc,
    reason = "the type has no value, so none of its methods is ever called"
)]
impl Server {
    /// Returns the URL of the server.
    #[must_use]
    pub fn url(&self) -> &str {
        match self.0 {}
    }

    /// Returns the address of the server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        match self.0 {}
    }

    /// Returns the folder of the server.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self.0 {}
    }

    /// Starts the server again.
    pub fn start(&mut self) -> Result<(), ServerError> {
        match self.0 {}
    }

    /// Stops the server.
    pub fn stop(&mut self) -> Result<(), ServerError> {
        match self.0 {}
    }

    /// Kills the server.
    pub fn kill(&mut self) -> Result<(), ServerError> {
        match self.0 {}
    }

    /// Stops every process of the server without ending it.
    pub fn freeze(&self) {
        match self.0 {}
    }

    /// Lets the processes of a frozen server run again.
    pub fn thaw(&self) {
        match self.0 {}
    }

    /// Returns the folder in which the server looks for locales.
    #[must_use]
    pub fn locales(&self) -> PathBuf {
        match self.0 {}
    }

    /// Writes a file that only the server and this process can read.
    pub fn write_file(&self, _: &str, _: &str) -> Result<PathBuf, ServerError> {
        match self.0 {}
    }
}
