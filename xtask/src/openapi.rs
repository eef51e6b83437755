//! `cargo xtask openapi`: the document of the reference application is valid, and a client that is generated from it works.

mod tools;

use std::path::Path;
use std::process::Command;
use std::{fs, io};

use self::tools::{Missing, Tools};
use crate::check::{Check, Failure};
use crate::process::{Process, root, target};
use crate::scratch::{Folder, Program, free_port};

const REPEAT: &str = "cargo xtask openapi";

/// The program, with the settings of the document and of the run.
const PROGRAM: &str = "reference-app";
const SETTINGS: &[&str] = &["--database-url", "memory:", "--log", "error", "--sessions"];

/// The files that the tools read besides the document.
const FILES: [&str; 3] = ["tsconfig.json", "redocly.yaml", "journey.ts"];

pub(crate) fn run() -> Check {
    let folder = target().join("openapi");
    let tools = match Tools::install(&folder) {
        Ok(tools) => tools,
        Err(Missing::LeftOut(what)) => return Failure::unchecked(what, REPEAT),
        Err(Missing::Required(what)) => return Failure::alone(what, REPEAT),
    };
    Process::cargo(&format!("build --quiet --package {PROGRAM}")).run()?;
    let program = target().join("debug").join(PROGRAM);
    prepare(&folder, &program).map_err(|error| failed(&error.to_string()))?;
    for check in tools.checks() {
        check.run()?;
    }
    let journey = || {
        let folder = Folder::create("openapi-journey").map_err(|error| error.to_string())?;
        let port = free_port().map_err(|error| error.to_string())?;
        let mut command = Command::new(&program);
        command
            .args(SETTINGS)
            .args(["--listen", &format!("127.0.0.1:{port}")]);
        Program::start(command, &folder, port).map(|program| (folder, program))
    };
    let (_folder, server) = journey().map_err(|what: String| failed(&what))?;
    tools.journey(server.client.port).run()
}

fn failed(what: &str) -> Vec<Failure> {
    vec![Failure::new(what, REPEAT)]
}

/// Writes the document and the files of the tools into their folder.
fn prepare(folder: &Path, program: &Path) -> io::Result<()> {
    let output = Command::new(program)
        .args(SETTINGS)
        .arg("openapi")
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!(
            "`{PROGRAM} openapi` fails: {said}"
        )));
    }
    fs::write(folder.join("openapi.json"), output.stdout)?;
    let sources = root().join("xtask/openapi");
    FILES
        .iter()
        .try_for_each(|name| fs::copy(sources.join(name), folder.join(name)).map(drop))
}
