//! Shell commands: printed before they run, and repeated in the failure message.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::check::{Check, Failure, say};

/// A command with its arguments and extra environment, run in the workspace's root.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    program: &'static str,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
    hidden: Vec<(&'static str, String)>,
}

/// Which of its two outputs a command prints its result to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Output {
    Standard,
    Error,
}

impl Process {
    /// Returns a Cargo command; blanks separate the arguments.
    pub(crate) fn cargo(arguments: &str) -> Self {
        Self::new("cargo", arguments)
    }

    /// Returns a command of a program; blanks separate the arguments.
    pub(crate) fn new(program: &'static str, arguments: &str) -> Self {
        let arguments = arguments.split_whitespace().map(str::to_owned).collect();
        Self {
            program,
            arguments,
            environment: Vec::new(),
            hidden: Vec::new(),
        }
    }

    /// Adds arguments without splitting them at blanks.
    pub(crate) fn arguments(mut self, more: &[String]) -> Self {
        self.arguments.extend_from_slice(more);
        self
    }

    /// Adds an environment variable, printed in front of the command.
    pub(crate) fn environment(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Adds a secret environment variable, which is never printed.
    pub(crate) fn hidden_environment(mut self, name: &'static str, value: &str) -> Self {
        self.hidden.push((name, value.to_owned()));
        self
    }

    /// Runs the command with its output on the terminal.
    pub(crate) fn run(&self) -> Check {
        say(&format!("$ {}", self.line()));
        match self.command().status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Failure::alone(format!("{} ({status})", self.line()), self.line()),
            Err(error) => Err(vec![self.not_started(&error)]),
        }
    }

    /// Runs the command with its output on the terminal, and reads the lines of one output.
    pub(crate) fn follow(
        &self,
        which: Output,
        mut on_line: impl FnMut(&str),
    ) -> Result<ExitStatus, Failure> {
        say(&format!("$ {}", self.line()));
        let mut command = self.command();
        match which {
            Output::Standard => command.stdout(Stdio::piped()),
            Output::Error => command.stderr(Stdio::piped()),
        };
        let mut child = command.spawn().map_err(|error| self.not_started(&error))?;
        let pipe: Option<Box<dyn Read>> = match which {
            Output::Standard => child.stdout.take().map(|pipe| Box::new(pipe) as _),
            Output::Error => child.stderr.take().map(|pipe| Box::new(pipe) as _),
        };
        for line in pipe.into_iter().flat_map(lines_of) {
            say(&line);
            on_line(&line);
        }
        child.wait().map_err(|error| self.not_started(&error))
    }

    /// Runs the command silently and returns its output.
    pub(crate) fn read(&self) -> Result<String, Failure> {
        let output = self
            .command()
            .output()
            .map_err(|error| self.not_started(&error))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::new(
            format!("{}: {}", self.line(), said.trim()),
            self.line(),
        ))
    }

    /// Returns whether the command starts and succeeds, without output: checks for an installed tool.
    pub(crate) fn succeeds(&self) -> bool {
        self.command()
            .output()
            .is_ok_and(|output| output.status.success())
    }

    /// Returns the command as a shell line for the workspace's root.
    pub(crate) fn line(&self) -> String {
        let environment = self
            .environment
            .iter()
            .map(|(name, value)| format!("{name}={}", quoted(value)));
        let program = std::iter::once(self.program.to_owned());
        let arguments = self.arguments.iter().map(|argument| quoted(argument));
        environment
            .chain(program)
            .chain(arguments)
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.args(&self.arguments).current_dir(root());
        command.envs(
            self.environment
                .iter()
                .chain(&self.hidden)
                .map(|(name, value)| (*name, value.as_str())),
        );
        command
    }

    fn not_started(&self, error: &std::io::Error) -> Failure {
        Failure::new(
            format!("{} does not run: {error}", self.program),
            self.line(),
        )
    }
}

/// Returns the folder of the workspace.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// Returns Cargo's target folder.
#[expect(clippy::disallowed_methods, reason = "cargo reads the same variable")]
pub(crate) fn target() -> PathBuf {
    let named = std::env::var("CARGO_TARGET_DIR").ok();
    root().join(named.as_deref().unwrap_or("target"))
}

/// Returns lines as text; invalid UTF-8 is replaced, and a broken pipe ends them.
fn lines_of(pipe: Box<dyn Read>) -> impl Iterator<Item = String> {
    BufReader::new(pipe)
        .split(b'\n')
        .map_while(Result::ok)
        .map(|line| String::from_utf8_lossy(&line).into_owned())
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,=+:@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Output, Process};

    #[test]
    fn printed_line_is_quoted_for_the_shell() {
        let doc = Process::cargo("doc --no-deps").environment("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(doc.line(), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");

        let bench = Process::cargo("run").arguments(&["it's".to_owned()]);
        assert_eq!(bench.line(), r"cargo run 'it'\''s'");
    }

    #[test]
    fn hidden_variable_reaches_the_command_and_is_not_printed() {
        let command = Process::new("sh", "-c").arguments(&["echo $HIDDEN".to_owned()]);
        let command = command.hidden_environment("HIDDEN", "a secret");

        assert_eq!(command.line(), "sh -c 'echo $HIDDEN'");
        assert_eq!(command.read().unwrap(), "a secret\n");
    }

    #[test]
    fn failure_names_the_command() {
        let failures = Process::cargo("no-such-command").run().unwrap_err();

        assert_eq!(failures[0].repeat, "cargo no-such-command");
        assert!(!Process::new("no-such-program-anywhere", "").succeeds());
    }

    #[test]
    fn follow_reads_each_line_of_the_output() {
        let mut seen = Vec::new();

        let status = Process::cargo("--version")
            .follow(Output::Standard, |line| seen.push(line.to_owned()))
            .unwrap();

        assert!(status.success());
        assert!(
            seen.iter().any(|line| line.starts_with("cargo ")),
            "{seen:?}"
        );
    }
}
