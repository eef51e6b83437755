//! What differs between the engines, as data and questions that the server's life is made of.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::folder::Folder;
use crate::{Engine, mysql, postgres};

/// How one engine is installed here, set up and run.
pub(crate) trait Recipe: fmt::Debug + Send + Sync {
    /// Writes what the set-up needs into the folder, and answers the command that makes the data.
    fn set_up(&self, folder: &Folder, password: &str) -> io::Result<Command>;

    /// The command that serves the data until it is told to stop.
    fn serve(&self, folder: &Folder, port: u16) -> Command;

    /// The signal at which the server ends in good order, without waiting for its clients.
    fn stop_signal(&self) -> &'static str;

    /// The URL for the role that may do everything.
    fn url(&self, address: SocketAddr, password: &str) -> String;

    /// Returns whether this process has recorded in the folder that it has its port. Another process may answer on the port.
    fn has_port(&self, folder: &Folder, pid: u32) -> bool;

    /// What a client says first.
    fn greeting(&self) -> Vec<u8>;

    /// Whether the first bytes of the answer are those of a server that takes logins.
    fn takes_logins(&self, answer: &[u8]) -> bool;

    /// Clears away what a killed server leaves behind outside of its folder.
    fn clear_after_kill(&self, folder: &Folder);
}

/// The recipe of an engine, if its programs are in these folders or where Debian keeps them.
pub(crate) fn find(engine: Engine, folders: &[PathBuf]) -> Option<Box<dyn Recipe>> {
    match engine {
        Engine::Postgres => postgres::Postgres::find(folders).map(|recipe| Box::new(recipe) as _),
        Engine::Mysql => mysql::Mysql::find(folders).map(|recipe| Box::new(recipe) as _),
    }
}

/// Whether a server answers there as one that takes logins.
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
