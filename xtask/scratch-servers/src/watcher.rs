//! A shell that outlives this process and removes what it started.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// Each line of its input is the running process group, or empty. The input also ends when the writer is
/// killed. At its end the script ends the group with a signal, then with `KILL`, and
/// removes the folder.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
folder=$0
signal=$1
group=
while read -r line; do group=$line; done
if [ -n "$group" ]; then
    kill -s "$signal" "$group"
    tries=0
    while kill -s 0 "$group" && [ "$tries" -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -s KILL -- "-$group"
fi
for _ in 1 2 3; do
    rm -rf -- "$folder" && exit 0
    sleep 0.2
done
"#;

/// The shell, while there is something to remove.
#[derive(Debug)]
pub(crate) struct Watcher {
    shell: Child,
    lines: Option<ChildStdin>,
}

impl Watcher {
    /// Watches a folder; its server shuts down at this signal.
    pub(crate) fn over(folder: &Path, stop_signal: &str) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SCRIPT])
            .arg(folder)
            .arg(stop_signal)
            .current_dir("/")
            .stdin(Stdio::piped())
            // The shell must not keep this program's output open.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C at the terminal must not reach the shell.
            .process_group(0);
        let mut shell = command.spawn()?;
        let lines = shell.stdin.take();
        Ok(Self { shell, lines })
    }

    /// Tells the shell the running process group.
    pub(crate) fn watch(&mut self, group: Option<u32>) -> io::Result<()> {
        let line = group.map(|group| group.to_string()).unwrap_or_default();
        match &mut self.lines {
            Some(lines) => lines.write_all(format!("{line}\n").as_bytes()),
            None => Ok(()),
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.lines = None;
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::process::{Command, Stdio};

    use super::Watcher;
    use crate::folder::Folder;

    /// A number that no system gives to a process.
    const NOBODY: u32 = 2_000_000_000;

    #[test]
    fn end_of_input_ends_the_process_and_removes_the_folder() {
        let folder = Folder::create("watched", None).unwrap();
        folder.write("file", "text").unwrap();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "read line"]).stdin(Stdio::piped());
        let mut child = command.process_group(0).spawn().unwrap();
        // The child waits for a line until this is dropped.
        let input = child.stdin.take();

        let mut watcher = Watcher::over(folder.path(), "TERM").unwrap();
        watcher.watch(Some(NOBODY)).unwrap();
        watcher.watch(Some(child.id())).unwrap();
        let waiting = std::thread::spawn(move || child.wait().unwrap());
        drop(watcher);

        assert_eq!(waiting.join().unwrap().signal(), Some(15));
        assert!(!folder.path().exists());
        drop(input);
    }

    #[test]
    fn end_of_input_without_a_process_removes_the_folder() {
        let folder = Folder::create("watched", None).unwrap();
        let mut watcher = Watcher::over(folder.path(), "TERM").unwrap();
        watcher.watch(Some(NOBODY)).unwrap();
        watcher.watch(None).unwrap();
        drop(watcher);
        assert!(!folder.path().exists());
    }
}
