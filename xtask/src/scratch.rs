//! A folder outside of the workspace, a free port, and a program that runs for one check.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io, process, thread};

use crate::http::Client;

/// The time limit within which a program must listen.
const START: Duration = Duration::from_mins(1);

/// A new folder among the temporary files. It is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(crate) fn create(name: &str) -> io::Result<Self> {
        let path = env::temp_dir().join(format!("{name}-{}", process::id()));
        fs::create_dir(&path)?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file and creates its parent folders.
    pub(crate) fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.path.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A remaining folder is a temporary file, which the operating system removes.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Returns a port that was free when it was checked.
pub(crate) fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A program that serves HTTP on a port. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    pub(crate) client: Client,
}

impl Program {
    /// Starts the program with its output in a file `log` of its folder, and waits until it listens.
    pub(crate) fn start(mut command: Command, folder: &Folder, port: u16) -> Result<Self, String> {
        let path = folder.path().join("log");
        let log = || fs::read_to_string(&path).unwrap_or_default();
        let failed = |what: &str| format!("the program {what}:\n{}", log());
        let file = fs::File::create(&path).map_err(|error| error.to_string())?;
        let copy = file.try_clone().map_err(|error| error.to_string())?;
        let child = command
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(copy)
            .spawn()
            .map_err(|error| format!("{command:?} does not run: {error}"))?;
        let mut program = Self {
            child,
            client: Client { port },
        };
        let start = Instant::now();
        while !program.client.connects() {
            if let Ok(Some(status)) = program.child.try_wait() {
                return Err(failed(&format!("ended ({status})")));
            }
            if start.elapsed() > START {
                return Err(failed("does not listen"));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(program)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{Folder, Program, free_port};

    #[test]
    fn dropped_folder_is_removed_with_its_files() {
        let folder = Folder::create("xtask-folder").unwrap();
        folder.write("src/main.rs", "fn main() {}").unwrap();
        let path = folder.path().to_owned();
        assert!(path.join("src/main.rs").is_file());
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn program_that_ends_is_an_error_with_its_output() {
        let folder = Folder::create("xtask-program").unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo no database; exit 3"]);

        let error = Program::start(command, &folder, free_port().unwrap()).unwrap_err();

        assert!(
            error.contains("exit status: 3") && error.contains("no database"),
            "{error}"
        );
    }
}
