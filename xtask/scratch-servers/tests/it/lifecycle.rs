//! A server starts, stops, starts again, crashes, recovers, and leaves nothing behind.

use std::io::Read;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use scratch_servers::{Engine, Required, Scratch, Server, ServerError};

#[test]
fn postgres_restarts_recovers_and_is_removed() {
    restarts_recovers_and_is_removed(Engine::Postgres);
}

#[test]
fn mysql_restarts_recovers_and_is_removed() {
    restarts_recovers_and_is_removed(Engine::Mysql);
}

#[test]
fn servers_start_in_parallel_and_share_nothing() {
    let starts = Engine::ALL.map(|engine| std::thread::spawn(move || start(engine)));
    let [one, other] = starts.map(|start| start.join().unwrap());
    let (Some(one), Some(other)) = (one, other) else {
        return;
    };
    assert_ne!(one.address(), other.address());
    assert_ne!(one.folder(), other.folder());
    drop(one);
    assert!(listens(&other));
}

fn restarts_recovers_and_is_removed(engine: Engine) {
    let Some(mut server) = start(engine) else {
        return;
    };
    let (url, folder) = (server.url().to_owned(), server.folder().to_owned());
    assert!(url.contains(&format!("@{}/", server.address())), "{url}");
    assert!(listens(&server));
    // Starting a running server does nothing.
    server.start().unwrap();

    server.stop().unwrap();
    assert!(!listens(&server));
    assert_eq!(processes_in(&folder), [""; 0]);
    server.stop().unwrap();

    server.start().unwrap();
    assert!(listens(&server));
    // PostgreSQL has a separate process for an open connection, which must end, too.
    let open = TcpStream::connect(server.address()).unwrap();

    server.kill().unwrap();
    assert!(!listens(&server));
    assert_eq!(processes_in(&folder), [""; 0]);
    assert!(is_closed(open));
    server.kill().unwrap();

    server.start().unwrap();
    assert!(listens(&server));
    assert_eq!(server.url(), url);

    let address = server.address();
    drop(server);
    assert!(TcpStream::connect(address).is_err());
    assert!(!folder.exists());
    assert_eq!(processes_in(&folder), [""; 0]);
}

/// Starts a server; `None` if the engine is neither installed nor required.
fn start(engine: Engine) -> Option<Server> {
    installed(engine).then(|| Scratch::start(engine).unwrap())
}

/// Returns whether the engine is installed; panics if a required engine is not.
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
pub(crate) fn installed(engine: Engine) -> bool {
    let there = engine.is_installed();
    if !there {
        assert_eq!(required(), Required::Nothing, "{engine} is not installed");
        eprintln!("left out: {}", ServerError::Missing(engine));
    }
    there
}

#[expect(
    clippy::disallowed_methods,
    reason = "the caller decides whether a missing engine is a failure"
)]
fn required() -> Required {
    let value = std::env::var(Required::VARIABLE).ok();
    Required::parse(value.as_deref()).unwrap()
}

fn listens(server: &Server) -> bool {
    TcpStream::connect(server.address()).is_ok()
}

/// Returns whether the other side closes a connection.
pub(crate) fn is_closed(mut stream: TcpStream) -> bool {
    stream
        .set_read_timeout(Some(Duration::from_mins(1)))
        .unwrap();
    // Closed or reset; a timeout would be an error of another kind.
    match stream.read_to_end(&mut Vec::new()) {
        Ok(_) => true,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

/// Returns the command lines of processes whose working folder is this one, such as those of a server; Linux only.
pub(crate) fn processes_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name() != "self")
        .filter_map(|entry| {
            let inside = std::fs::read_link(entry.path().join("cwd")).ok()?;
            let line = std::fs::read(entry.path().join("cmdline")).ok()?;
            // The link of a removed folder has a suffix.
            let inside = inside
                .to_string_lossy()
                .starts_with(&*folder.to_string_lossy());
            inside.then(|| String::from_utf8_lossy(&line).into_owned())
        })
        .collect()
}
