//! The memory of simultaneous logins, measured in a separate process.

use std::process::Command;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::app::{self, Storage};
use crate::{load, logins};

/// The argument that makes this program the measured process.
pub(crate) const CHILD: &str = "memory-child";
const LOGINS: usize = 500;

pub(crate) fn login_storm() {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).arg(CHILD).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    crate::note(
        "resident memory idle → peak with 500 logins at once",
        text.trim(),
    );
}

pub(crate) async fn child() {
    let folder = tempfile::tempdir().unwrap();
    let auth = app::auth(Storage::Sqlite(folder.path())).await;
    let address = app::serve(auth).await;
    let idle = status("VmRSS");
    let clients: Vec<_> = (0..LOGINS)
        .map(|_| {
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream
                    .write_all(&logins::login_request("/auth/login"))
                    .await
                    .unwrap();
                load::read_reply(&mut stream, &mut Vec::new()).await;
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    println!("{idle} MiB → {} MiB", status("VmHWM"));
}

/// Returns a line of `/proc/self/status`, in MiB; zero on systems without this file.
fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text
        .lines()
        .find(|line| line.starts_with(name))
        .unwrap_or_default();
    let kib: u64 = line
        .split_whitespace()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    kib / 1024
}
