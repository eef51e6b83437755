//! MariaDB and MySQL: their programs, settings and greetings.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::engine::CONNECTIONS;
use crate::folder::Folder;
use crate::program;
use crate::recipe::Recipe;

const ROLE: &str = "scratch";

/// The settings that also apply during set-up. `loose` settings are unknown to some versions.
///
/// The log is written at each commit and effectively never flushed to the disk: the cheapest
/// setting with which a confirmed commit survives a crash of the server.
const STORAGE: &[&str] = &[
    "--innodb-flush-log-at-trx-commit=2",
    "--loose-innodb-flush-method=nosync",
    "--innodb-use-native-aio=0",
    "--innodb-buffer-pool-size=32M",
    "--loose-innodb-log-file-size=16M",
    "--key-buffer-size=1M",
    "--loose-aria-pagecache-buffer-size=8M",
    "--loose-performance-schema=OFF",
    "--loose-sync-frm=OFF",
];

const SERVING: &[&str] = &[
    "--bind-address=127.0.0.1",
    // Relative to the data folder: the whole path may be too long for a socket.
    "--socket=socket",
    "--pid-file=pid",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--loose-mysqlx=OFF",
    "--character-set-server=utf8mb4",
    "--default-time-zone=+00:00",
    "--loose-innodb-buffer-pool-dump-at-shutdown=OFF",
    "--loose-innodb-buffer-pool-load-at-startup=OFF",
];

#[derive(Debug)]
pub(crate) struct Mysql {
    /// MariaDB's script that creates the data; MySQL's server needs no script.
    installer: Option<PathBuf>,
    server: PathBuf,
}

impl Mysql {
    pub(crate) fn find(folders: &[PathBuf]) -> Option<Self> {
        let installer = program::find(folders, &["mariadb-install-db", "mysql_install_db"]);
        let server = program::find(folders, &["mariadbd", "mysqld"])?;
        // MariaDB's server cannot create data without its script.
        let complete = installer.is_some() || server.ends_with("mysqld");
        complete.then_some(Self { installer, server })
    }
}

impl Recipe for Mysql {
    fn set_up(&self, folder: &Folder, password: &str) -> io::Result<Command> {
        folder.write("init.sql", &init_sql(password))?;
        let mut command = Command::new(self.installer.as_ref().unwrap_or(&self.server));
        command.arg("--no-defaults");
        if self.installer.is_some() {
            // Root can log in only through the socket, which is in the folder.
            command.arg("--auth-root-authentication-method=socket");
            command.args(["--skip-test-db", "--skip-name-resolve"]);
        } else {
            command.arg("--initialize-insecure");
        }
        command
            .arg(option("--datadir=", &folder.data()))
            .arg(option("--tmpdir=", folder.path()))
            .args(STORAGE);
        Ok(command)
    }

    fn serve(&self, folder: &Folder, port: u16) -> Command {
        let mut command = Command::new(&self.server);
        command
            .arg("--no-defaults")
            .arg(option("--datadir=", &folder.data()))
            .arg(option("--tmpdir=", folder.path()))
            .arg(option("--init-file=", &folder.path().join("init.sql")))
            .arg(format!("--port={port}"))
            .arg(format!("--max-connections={CONNECTIONS}"))
            .args(STORAGE)
            .args(SERVING);
        command
    }

    fn stop_signal(&self) -> &'static str {
        "TERM"
    }

    fn url(&self, address: SocketAddr, password: &str) -> String {
        format!("mysql://{ROLE}:{password}@{address}/mysql")
    }

    fn has_port(&self, folder: &Folder, pid: u32) -> bool {
        // The file is written once the port is bound; a killed server leaves its own behind.
        fs::read_to_string(folder.data().join("pid"))
            .is_ok_and(|file| file.trim() == pid.to_string())
    }

    fn greeting(&self) -> Vec<u8> {
        // The server speaks first.
        Vec::new()
    }

    fn takes_logins(&self, answer: &[u8]) -> bool {
        // The packet's header is followed by the protocol version, or by 255 in an error packet.
        answer.get(4) == Some(&10)
    }

    fn clear_after_kill(&self, _: &Folder) {}
}

/// The statements of each start, one per line. Names are not resolved, so the role's host is an IP address.
fn init_sql(password: &str) -> String {
    let role = format!("'{ROLE}'@'127.0.0.1'");
    format!(
        "CREATE USER IF NOT EXISTS {role} IDENTIFIED BY '{password}';\n\
         GRANT ALL PRIVILEGES ON *.* TO {role} WITH GRANT OPTION;\n"
    )
}

fn option(name: &str, value: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(value);
    option
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Mysql, init_sql};
    use crate::folder::Folder;
    use crate::recipe::Recipe;

    #[test]
    fn error_packet_is_not_a_greeting() {
        let mysql = Mysql {
            installer: None,
            server: PathBuf::from("mysqld"),
        };
        assert!(mysql.takes_logins(&[0x5d, 0, 0, 0, 10]));
        assert!(!mysql.takes_logins(&[0x45, 0, 0, 0, 255]));
        assert!(!mysql.takes_logins(&[]));
    }

    #[test]
    fn mysql_creates_its_data_with_the_server_and_mariadb_with_its_script() {
        let folder = Folder::create("recipes", None).unwrap();
        let made_by = |installer: Option<&str>, name: &str| {
            let recipe = Mysql {
                installer: installer.map(PathBuf::from),
                server: PathBuf::from("mysqld"),
            };
            let folder = Folder::create(name, None).unwrap();
            format!("{:?}", recipe.set_up(&folder, "secret").unwrap())
        };
        assert!(made_by(None, "mysql").contains("--initialize-insecure"));
        let script = made_by(Some("mysql_install_db"), "mariadb");
        assert!(script.starts_with("\"mysql_install_db\" \"--no-defaults\""));
        // Every user of the machine can see the command line.
        assert!(!script.contains("secret"));
        assert!(!folder.data().exists());
    }

    #[test]
    fn init_file_has_one_statement_per_line() {
        let sql = init_sql("secret");
        assert!(sql.lines().all(|line| line.ends_with(';')));
        assert!(sql.contains("IF NOT EXISTS 'scratch'@'127.0.0.1' IDENTIFIED BY 'secret'"));
    }
}
