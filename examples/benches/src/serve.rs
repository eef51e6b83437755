//! The process of a server: it serves one set-up until its standard input ends.

use std::io::{BufRead, Read, Write};
use std::time::Instant;

use tokio::net::TcpListener;

use crate::app::{self, Framework, MODES, Mode};

/// The sub-command, followed by the framework and the mode. The first line of the standard input is the URL of
/// the storage, which may have a password.
pub(crate) const COMMAND: &str = "serve";

/// Serves the set-up that the arguments name. Prints the address, and the microseconds that it took to open the
/// storage and to build the handle.
pub(crate) fn run(arguments: &[String]) {
    let (framework, mode) = setup(arguments).unwrap_or_else(|| panic!("no such set-up"));
    let mut url = String::new();
    std::io::stdin().lock().read_line(&mut url).unwrap();
    std::thread::spawn(exit_with_the_parent);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(serve(framework, mode, url.trim()));
}

fn setup(arguments: &[String]) -> Option<(Framework, Mode)> {
    let [_, framework, mode] = arguments else {
        return None;
    };
    let framework = Framework::ALL
        .into_iter()
        .find(|each| each.name() == framework)?;
    let (mode, _) = MODES.iter().find(|(_, name)| name == mode)?;
    Some((framework, *mode))
}

fn exit_with_the_parent() {
    let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
    std::process::exit(0);
}

async fn serve(framework: Framework, mode: Mode, url: &str) {
    let begin = Instant::now();
    let auth = match mode {
        Mode::Bare => None,
        _ => Some(app::auth(mode, url).await),
    };
    let opened = begin.elapsed().as_micros();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{} {opened}", listener.local_addr().unwrap());
    std::io::stdout().flush().unwrap();
    match framework {
        Framework::Axum => app::axum::serve(listener, auth).await,
        Framework::Poem => app::poem::serve(listener, auth).await,
    }
}
