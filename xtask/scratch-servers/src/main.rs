//! `cargo run -p scratch-servers`: servers for manual tests, until the input ends or Ctrl-C is pressed.

use std::io::{self, Write};
use std::process::ExitCode;

use scratch_servers::{Engine, Scratch};

/// Prints a shell line for each installed engine, which sets the variable that tests read.
fn main() -> io::Result<ExitCode> {
    let mut servers = Vec::new();
    for engine in Engine::ALL {
        match Scratch::start(engine) {
            Ok(server) => {
                let folder = server.folder().display();
                let line = format!("export {}={}", engine.variable(), server.url());
                writeln!(io::stdout(), "# {engine} in {folder}\n{line}")?;
                servers.push(server);
            }
            Err(error) => writeln!(io::stderr(), "{error}")?,
        }
    }
    if servers.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    writeln!(io::stdout(), "# Enter or Ctrl-C ends them")?;
    io::stdin().read_line(&mut String::new())?;
    Ok(ExitCode::SUCCESS)
}
