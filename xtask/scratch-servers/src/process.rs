//! Processes of this machine: their parents, and signals.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// One process of the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    pid: u32,
    parent: u32,
    /// A zombie: ended, and not yet waited for by its parent.
    zombie: bool,
}

/// Sends a signal to processes; ended processes are ignored.
pub(crate) fn signal(name: &str, pids: &[u32]) {
    // The shell's built-in `kill` exists even without a program of that name.
    let mut command = Command::new("/bin/sh");
    command.args(["-c", r#"kill -s "$0" "$@""#, name]);
    command.args(pids.iter().map(u32::to_string));
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let _ = command.stderr(Stdio::null()).status();
}

/// Returns all descendants of this process.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    below(pid, &all())
}

/// Returns whether at least one of the processes is running.
pub(crate) fn one_runs(pids: &[u32]) -> bool {
    let all = all();
    let runs = |pid: &u32| all.iter().any(|seen| seen.pid == *pid && !seen.zombie);
    pids.iter().any(runs)
}

fn below(pid: u32, all: &[Process]) -> Vec<u32> {
    let mut found = vec![pid];
    // The children of an appended process are searched as well.
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = all.iter().filter(|process| process.parent == parent);
        found.extend(
            children
                .map(|child| child.pid)
                .filter(|&child| child != pid),
        );
        next += 1;
    }
    found.split_off(1)
}

fn all() -> Vec<Process> {
    if Path::new("/proc/self/stat").exists() {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        return entries
            .filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok())
            .filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok())
            .filter_map(|stat| of_proc(&stat))
            .collect();
    }
    let mut command = Command::new("ps");
    command.args(["-A", "-o", "pid=", "-o", "ppid=", "-o", "state="]);
    let printed = command.output().map(|output| output.stdout);
    String::from_utf8_lossy(&printed.unwrap_or_default())
        .lines()
        .filter_map(of_ps)
        .collect()
}

/// Parses a line of Linux: `42 (a name) S 1 …`; the name may contain any character.
fn of_proc(stat: &str) -> Option<Process> {
    let (pid, rest) = stat.split_once(" (")?;
    let (_, rest) = rest.rsplit_once(") ")?;
    let mut words = rest.split_whitespace();
    let state = words.next()?;
    Some(Process {
        pid: pid.parse().ok()?,
        parent: words.next()?.parse().ok()?,
        zombie: state == "Z",
    })
}

/// Parses a line of `ps`: `   42     1 Ss`.
fn of_ps(line: &str) -> Option<Process> {
    let mut words = line.split_whitespace();
    Some(Process {
        pid: words.next()?.parse().ok()?,
        parent: words.next()?.parse().ok()?,
        zombie: words.next()?.starts_with('Z'),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    use super::{Process, below, descendants, of_proc, of_ps, one_runs, signal};

    #[test]
    fn lines_of_proc_and_ps_are_parsed() {
        let expected = Some(Process {
            pid: 42,
            parent: 7,
            zombie: true,
        });
        assert_eq!(of_proc("42 (a) S (b)) Z 7 42 42 0 -1\n"), expected);
        assert_eq!(of_ps("   42     7 Z+"), expected);
        assert_eq!(of_ps("   42     7 Ss").map(|seen| seen.zombie), Some(false));
        assert_eq!(of_proc(""), None);
    }

    #[test]
    fn descendants_include_grandchildren_and_exclude_siblings() {
        let process = |pid, parent| Process {
            pid,
            parent,
            zombie: false,
        };
        let all = [
            process(1, 0),
            process(40, 30),
            process(30, 20),
            process(20, 1),
            process(31, 20),
            process(50, 1),
        ];
        assert_eq!(below(20, &all), [30, 31, 40]);
        assert_eq!(below(50, &all), [0; 0]);
    }

    #[test]
    fn signal_ends_a_process() {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "read line"]).stdin(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        assert!(descendants(std::process::id()).contains(&child.id()));
        assert!(one_runs(&[child.id()]));

        signal("KILL", &[child.id()]);

        assert_eq!(child.wait().unwrap().signal(), Some(9));
        assert!(!one_runs(&[child.id()]));
    }
}
