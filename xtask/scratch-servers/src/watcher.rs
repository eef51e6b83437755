//! A shell that outlives this process and clears up after it.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// Each line that it reads names the process group that runs, or none. At the end of its input, which it sees
/// also when the writer was killed, it ends the group with a signal, then by force, and
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

/// The shell, for as long as there is something to clear up.
#[derive(Debug)]
pub(crate) struct Watcher {
    shell: Child,
    lines: Option<ChildStdin>,
}

impl Watcher {
    /// Watches over a folder; a server in it ends in good order at this signal.
    pub(crate) fn over(folder: &Path, stop_signal: &str) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SCRIPT])
            .arg(folder)
            .arg(stop_signal)
            .current_dir("/")
            .stdin(Stdio::piped())
            // A reader of this program's output must not wait for the shell.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C at the terminal goes to the group of those who work there.
            .process_group(0);
        let mut shell = command.spawn()?;
        let lines = shell.stdin.take();
        Ok(Self { shell, lines })
    }

    /// Says which process group runs now.
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

    /// No system gives a process so high a number.
    const NOBODY: u32 = 2_000_000_000;

    #[test]
    fn at_the_end_of_its_input_process_and_folder_go() {
        let folder = Folder::create("watched", None).unwrap();
        folder.write("file", "text").unwrap();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "read line"]).stdin(Stdio::piped());
        let mut child = command.process_group(0).spawn().unwrap();
        // As long as this is held the child has a line to wait for.
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
    fn with_nothing_running_only_the_folder_goes() {
        let folder = Folder::create("watched", None).unwrap();
        let mut watcher = Watcher::over(folder.path(), "TERM").unwrap();
        watcher.watch(Some(NOBODY)).unwrap();
        watcher.watch(None).unwrap();
        drop(watcher);
        assert!(!folder.path().exists());
    }
}
