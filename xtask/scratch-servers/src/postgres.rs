//! PostgreSQL: its programs, settings and greeting.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::engine::CONNECTIONS;
use crate::folder::Folder;
use crate::program;
use crate::recipe::Recipe;

pub(crate) const ROLE: &str = "scratch";

/// The settings of a temporary server.
///
/// `synchronous_commit` stays on: without `fsync` it costs little, and with it a confirmed
/// commit survives a crash of the server.
const SETTINGS: &[&str] = &[
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=on",
    "wal_level=minimal",
    "max_wal_senders=0",
    "shared_buffers=32MB",
    "autovacuum=off",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "listen_addresses=127.0.0.1",
    // Without a socket: the path of one in the folder may be too long.
    "unix_socket_directories=",
    // Files in the data folder: a killed server leaves nothing elsewhere.
    "dynamic_shared_memory_type=mmap",
];

#[derive(Debug)]
pub(crate) struct Postgres {
    initdb: PathBuf,
    postgres: PathBuf,
}

impl Postgres {
    pub(crate) fn find(folders: &[PathBuf]) -> Option<Self> {
        let debian = program::postgres_folders(Path::new("/usr/lib/postgresql"));
        // Both from one folder, so that their versions match.
        folders.iter().chain(&debian).find_map(|folder| {
            let folder = std::slice::from_ref(folder);
            Some(Self {
                initdb: program::find(folder, &["initdb"])?,
                postgres: program::find(folder, &["postgres"])?,
            })
        })
    }
}

impl Recipe for Postgres {
    fn set_up(&self, folder: &Folder, password: &str) -> io::Result<Command> {
        let file = folder.write("password", password)?;
        let mut command = Command::new(&self.initdb);
        command
            .args(["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256"])
            .args(["--no-sync", "--no-instructions", "--username", ROLE])
            .arg("--pwfile")
            .arg(file)
            .arg("--pgdata")
            .arg(folder.data());
        Ok(command)
    }

    fn serve(&self, folder: &Folder, port: u16) -> Command {
        let mut command = Command::new(&self.postgres);
        command.arg("-D").arg(folder.data());
        let numbers = [
            format!("port={port}"),
            format!("max_connections={CONNECTIONS}"),
        ];
        for setting in SETTINGS.iter().map(|setting| (*setting).to_owned()) {
            command.args(["-c".to_owned(), setting]);
        }
        for setting in numbers {
            command.args(["-c".to_owned(), setting]);
        }
        command
    }

    fn stop_signal(&self) -> &'static str {
        // "Fast": TERM would wait for the clients.
        "INT"
    }

    fn url(&self, address: SocketAddr, password: &str) -> String {
        url(address, password)
    }

    fn has_port(&self, folder: &Folder, pid: u32) -> bool {
        let file = fs::read_to_string(pid_file(folder)).unwrap_or_default();
        let mut lines = file.lines().map(str::trim);
        // A killed server leaves its file behind, so the process id must match.
        lines.next() == Some(&pid.to_string()) && lines.any(|line| line == "ready")
    }

    fn greeting(&self) -> Vec<u8> {
        greeting()
    }

    fn takes_logins(&self, answer: &[u8]) -> bool {
        takes_logins(answer)
    }

    /// Removes the small segment of shared memory that locks the data folder and survives its server.
    fn clear_after_kill(&self, folder: &Folder) {
        let file = fs::read_to_string(pid_file(folder)).unwrap_or_default();
        if let Some(segment) = segment(&file) {
            let mut command = Command::new("ipcrm");
            command.args(["-m", segment]);
            // Without the tool, a few bytes of memory stay allocated until the machine restarts.
            let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        }
    }
}

pub(crate) fn url(address: SocketAddr, password: &str) -> String {
    format!("postgres://{ROLE}:{password}@{address}/postgres")
}

/// Returns the start-up message of protocol 3.0: its length, the version, names and values.
pub(crate) fn greeting() -> Vec<u8> {
    let text = format!("user\0{ROLE}\0database\0postgres\0\0");
    let length = u32::try_from(text.len() + 8).unwrap_or_default();
    let mut message = length.to_be_bytes().to_vec();
    message.extend(196_608_u32.to_be_bytes());
    message.extend(text.into_bytes());
    message
}

pub(crate) fn takes_logins(answer: &[u8]) -> bool {
    // `R` requests the password; a server that is still starting answers `E`.
    answer.first() == Some(&b'R')
}

fn pid_file(folder: &Folder) -> PathBuf {
    folder.data().join("postmaster.pid")
}

/// Returns the id of the segment, which follows its key in the seventh line.
fn segment(pid_file: &str) -> Option<&str> {
    let number = pid_file.lines().nth(6)?.split_whitespace().nth(1)?;
    number.parse::<u32>().is_ok().then_some(number)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Postgres, segment};
    use crate::folder::Folder;
    use crate::recipe::Recipe;

    fn postgres() -> Postgres {
        Postgres {
            initdb: PathBuf::from("initdb"),
            postgres: PathBuf::from("postgres"),
        }
    }

    #[test]
    fn greeting_is_a_complete_startup_message() {
        let greeting = postgres().greeting();
        assert_eq!(greeting[..4], [0, 0, 0, 40]);
        assert_eq!(greeting.len(), 40);
        assert_eq!(greeting[4..8], [0, 3, 0, 0]);
        assert!(postgres().takes_logins(b"R\0\0\0\x17"));
        assert!(!postgres().takes_logins(b"E\0\0\0\x50"));
    }

    #[test]
    fn port_is_recorded_only_by_the_ready_process_itself() {
        let folder = Folder::create("pid", None).unwrap();
        std::fs::create_dir(folder.data()).unwrap();
        let file = |status: &str| {
            let text =
                format!("4711\n/data\n1700000000\n20000\n\n127.0.0.1\n  123  9\n{status}  \n");
            std::fs::write(folder.data().join("postmaster.pid"), text).unwrap();
        };
        assert!(!postgres().has_port(&folder, 4711));
        file("starting");
        assert!(!postgres().has_port(&folder, 4711));
        file("ready");
        assert!(postgres().has_port(&folder, 4711));
        assert!(!postgres().has_port(&folder, 471));
    }

    #[test]
    fn segment_is_read_from_the_seventh_line() {
        let file = "1\n/data\n1700000000\n20000\n\n127.0.0.1\n   5901234        42\nready\n";
        assert_eq!(segment(file), Some("42"));
        assert_eq!(segment("1\n/data\n"), None);
    }
}
