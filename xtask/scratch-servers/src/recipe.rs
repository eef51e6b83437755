//! The differences between the engines.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::folder::Folder;
use crate::{Engine, mysql, postgres};

/// How one engine is found, set up and run.
pub(crate) trait Recipe: fmt::Debug + Send + Sync {
    /// Writes the files of the set-up into the folder, and returns the command that creates the data.
    fn set_up(&self, folder: &Folder, password: &str) -> io::Result<Command>;

    /// Returns the command that runs the server.
    fn serve(&self, folder: &Folder, port: u16) -> Command;

    /// Returns the signal at which the server shuts down without waiting for its clients.
    fn stop_signal(&self) -> &'static str;

    /// Returns the URL for the role with all privileges.
    fn url(&self, address: SocketAddr, password: &str) -> String;

    /// Returns whether this process has recorded its port in the folder. Another process may answer on the port.
    fn has_port(&self, folder: &Folder, pid: u32) -> bool;

    /// Returns the first message of a client.
    fn greeting(&self) -> Vec<u8>;

    /// Returns whether the first bytes of the answer are those of a server that accepts logins.
    fn takes_logins(&self, answer: &[u8]) -> bool;

    /// Removes what a killed server leaves behind outside of its folder.
    fn clear_after_kill(&self, folder: &Folder);
}

/// Returns the recipe of an engine, if its programs are in these folders or in Debian's.
pub(crate) fn find(engine: Engine, folders: &[PathBuf]) -> Option<Box<dyn Recipe>> {
    match engine {
        Engine::Postgres => postgres::Postgres::find(folders).map(|recipe| Box::new(recipe) as _),
        Engine::Mysql => mysql::Mysql::find(folders).map(|recipe| Box::new(recipe) as _),
    }
}

/// Returns whether a server at this address accepts logins.
pub(crate) fn answers(recipe: &dyn Recipe, address: SocketAddr) -> bool {
    let patience = Duration::from_secs(2);
    let ask = || -> io::Result<[u8; 5]> {
        let mut stream = TcpStream::connect_timeout(&address, patience)?;
        stream.set_read_timeout(Some(patience))?;
        stream.write_all(&recipe.greeting())?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| recipe.takes_logins(&answer))
}
