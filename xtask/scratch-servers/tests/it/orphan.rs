//! Servers do not outlive the process that started them, even if it is killed.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use scratch_servers::Engine;

use crate::lifecycle::{installed, is_closed, processes_in};

/// One server, read from the program's output.
struct Seen {
    folder: PathBuf,
    address: String,
    open: TcpStream,
}

#[test]
fn servers_end_when_their_starter_is_killed() {
    let Some((mut starter, servers)) = starter() else {
        return;
    };

    starter.kill().unwrap();
    starter.wait().unwrap();

    // The watcher removes the folder last.
    let deadline = Instant::now() + Duration::from_mins(1);
    for server in servers {
        assert!(is_closed(server.open));
        while server.folder.exists() {
            assert!(Instant::now() < deadline, "{:?} stays", server.folder);
            std::thread::yield_now();
        }
        assert!(TcpStream::connect(&server.address).is_err());
        assert_eq!(processes_in(&server.folder), [""; 0]);
    }
}

#[test]
fn servers_end_when_their_starter_ends() {
    let Some((mut starter, servers)) = starter() else {
        return;
    };

    drop(starter.stdin.take());

    assert!(starter.wait().unwrap().success());
    for server in servers {
        assert!(is_closed(server.open));
        assert!(!server.folder.exists());
        assert!(TcpStream::connect(&server.address).is_err());
    }
}

/// Starts the package's program with its servers; `None` if no engine is installed.
fn starter() -> Option<(Child, Vec<Seen>)> {
    let expected = Engine::ALL.into_iter().filter(|&engine| installed(engine));
    let expected = expected.count();
    if expected == 0 {
        return None;
    }
    let mut program = Command::new(env!("CARGO_BIN_EXE_scratch-servers"));
    program.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut starter = program.spawn().unwrap();

    let output = BufReader::new(starter.stdout.take().unwrap());
    let mut servers = Vec::new();
    let mut folder = None;
    for line in output.lines().map(Result::unwrap) {
        if line.starts_with("# Enter") {
            break;
        }
        if let Some((_, path)) = line.split_once(" in ") {
            folder = Some(PathBuf::from(path));
        } else if let Some((_, rest)) = line.split_once('@') {
            let (address, _) = rest.split_once('/').unwrap();
            let address = address.to_owned();
            let open = TcpStream::connect(&address).unwrap();
            let folder = folder.take().unwrap();
            servers.push(Seen {
                folder,
                address,
                open,
            });
        }
    }
    assert_eq!(servers.len(), expected);
    Some((starter, servers))
}
