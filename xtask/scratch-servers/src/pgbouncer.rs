//! PgBouncer, a pooler in front of a PostgreSQL server.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use crate::PoolMode;
use crate::folder::Folder;
use crate::postgres::{self, ROLE};
use crate::program;
use crate::recipe::Recipe;

#[derive(Debug)]
pub(crate) struct PgBouncer {
    program: PathBuf,
    server: SocketAddr,
    mode: PoolMode,
}

impl PgBouncer {
    pub(crate) fn find(folders: &[PathBuf], server: SocketAddr, mode: PoolMode) -> Option<Self> {
        Some(Self {
            program: program::find(folders, &["pgbouncer"])?,
            server,
            mode,
        })
    }

    fn settings(&self, folder: &Folder, port: u16) -> String {
        let mode = match self.mode {
            PoolMode::Session => "session",
            PoolMode::Transaction => "transaction",
        };
        format!(
            "[databases]\n\
             * = host={} port={}\n\
             [pgbouncer]\n\
             listen_addr = 127.0.0.1\n\
             listen_port = {port}\n\
             unix_socket_dir =\n\
             auth_type = scram-sha-256\n\
             auth_file = {}\n\
             pool_mode = {mode}\n\
             max_client_conn = 500\n\
             default_pool_size = 5\n\
             server_idle_timeout = 2\n\
             pidfile = {}\n",
            self.server.ip(),
            self.server.port(),
            folder.path().join("users").display(),
            pid_file(folder).display(),
        )
    }
}

impl Recipe for PgBouncer {
    /// Writes the file of users; there is no data.
    fn set_up(&self, folder: &Folder, password: &str) -> io::Result<Command> {
        folder.write("users", &format!("\"{ROLE}\" \"{password}\"\n"))?;
        let mut command = Command::new(&self.program);
        command.arg("--version");
        Ok(command)
    }

    fn serve(&self, folder: &Folder, port: u16) -> Command {
        let name = format!("{port}.ini");
        // It exists after a restart. Without it PgBouncer ends, and says so in its log.
        let _ = folder.write(&name, &self.settings(folder, port));
        let mut command = Command::new(&self.program);
        command.arg(folder.path().join(name));
        command
    }

    fn stop_signal(&self) -> &'static str {
        // It waits for transactions, not for clients.
        "INT"
    }

    fn url(&self, address: SocketAddr, password: &str) -> String {
        postgres::url(address, password)
    }

    fn has_port(&self, folder: &Folder, pid: u32) -> bool {
        let file = fs::read_to_string(pid_file(folder)).unwrap_or_default();
        file.trim() == pid.to_string()
    }

    fn greeting(&self) -> Vec<u8> {
        postgres::greeting()
    }

    fn takes_logins(&self, answer: &[u8]) -> bool {
        postgres::takes_logins(answer)
    }

    fn clear_after_kill(&self, _: &Folder) {}
}

fn pid_file(folder: &Folder) -> PathBuf {
    folder.path().join("pid")
}
