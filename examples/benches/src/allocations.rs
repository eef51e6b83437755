//! The allocations of one authenticated request beyond those of bare Axum.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::app::{self, EMAIL, MEMORY, Mode};
use crate::client::{Request, http};
use crate::row::{Aim, Row};
use crate::rows::Run;
use crate::server::{Login, login};
use crate::stats::Spread;

/// The requests before and during the count.
const WARM: usize = 500;
const COUNTED: usize = 2000;

const MODES: [Mode; 3] = [Mode::Jwt, Mode::JwtWithSession, Mode::Opaque];

const STORAGES: [&str; 2] = ["memory", "SQLite"];

fn name(storage: &str, mode: Mode) -> String {
    format!("allocations beyond bare Axum's, {storage}, {}", mode.name())
}

/// Adds the rows that the program `allocations` prints.
pub(crate) fn measure(run: &mut Run<'_>) {
    let pairs = STORAGES
        .iter()
        .flat_map(|storage| MODES.map(|mode| name(storage, mode)));
    if !pairs.into_iter().any(|name| run.options.selects(&name)) {
        return;
    }
    let program = std::env::current_exe()
        .unwrap()
        .with_file_name("allocations");
    let output = Command::new(program).output();
    let output = output.unwrap_or_else(|error| panic!("allocations: {error}; build all binaries"));
    let figures: Vec<(String, f64)> = serde_json::from_slice(&output.stdout).unwrap();
    for (name, figure) in figures {
        if run.options.selects(&name) {
            let row = Row::alone(&name, "", Spread::one(figure));
            run.add(row.aim(Some(Aim::AtMost(8.0))));
        }
    }
}

/// Prints the name and the figure of each row as JSON.
pub(crate) fn print(count: fn() -> usize) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite://{}", folder.path().join("bench.db").display());
    let bare = of_one(
        count,
        serve(&runtime, Mode::Bare, MEMORY),
        &Request::get("/protected"),
    );
    let mut figures = Vec::new();
    for (storage, url) in STORAGES.into_iter().zip([MEMORY, &file]) {
        for mode in MODES {
            let address = serve(&runtime, mode, url);
            let login = Login::of(&http::ask(address, &login("/auth/login")));
            let ours = of_one(count, address, &login.get("/protected"));
            figures.push((name(storage, mode), ours - bare));
        }
    }
    println!("{}", serde_json::to_string(&figures).unwrap());
}

fn serve(runtime: &Runtime, mode: Mode, url: &str) -> SocketAddr {
    runtime.block_on(async {
        let auth = match mode {
            Mode::Bare => None,
            _ => Some(app::auth(mode, url).await),
        };
        if let Some(auth) = &auth {
            app::register(auth).await;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(app::axum::serve(listener, auth));
        address
    })
}

/// Returns the mean allocations of the process for one request. The client allocates nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
fn of_one(count: fn() -> usize, address: SocketAddr, request: &Request) -> f64 {
    let mut stream = TcpStream::connect(address).unwrap();
    let (request, mut buffer) = (request.bytes(), [0; 4096]);
    let mut ask = || {
        stream.write_all(&request).unwrap();
        let mut length = 0;
        // The body is the address of the account, and ends the reply.
        while !buffer.get(..length).unwrap().ends_with(EMAIL.as_bytes()) {
            let read = stream.read(buffer.get_mut(length..).unwrap()).unwrap();
            assert!(read > 0, "no reply with the address");
            length += read;
        }
    };
    for _ in 0..WARM {
        ask();
    }
    let before = count();
    for _ in 0..COUNTED {
        ask();
    }
    (count() - before) as f64 / COUNTED as f64
}
