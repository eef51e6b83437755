//! A running server process: its address, its CPU time and its memory.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use auth_core::testing::PASSWORD;

use crate::app::{EMAIL, Framework, Mode};
use crate::client::{Request, http};
use crate::serve;

/// The ticks of a second in `/proc`, on every architecture of Linux that has the files.
const TICKS: f64 = 100.0;

/// A server process, which ends when this is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// The time that it took to open the storage and to build the handle.
    pub(crate) opened_us: f64,
    child: Child,
}

impl Server {
    /// Starts a set-up over the storage of this URL.
    pub(crate) fn start(framework: Framework, mode: Mode, url: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([serve::COMMAND, framework.name(), mode.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // The pipe stays open in `child`: its end ends the server.
        let input = child.stdin.as_mut().unwrap();
        input.write_all(format!("{url}\n").as_bytes()).unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let parsed = line
            .trim()
            .split_once(' ')
            .and_then(|(address, opened)| Some((address.parse().ok()?, opened.parse().ok()?)));
        let Some((address, opened_us)) = parsed else {
            panic!("the server of {} does not start: {line:?}", mode.name());
        };
        Self {
            address,
            opened_us,
            child,
        }
    }

    /// Starts a bare framework.
    pub(crate) fn bare(framework: Framework) -> Self {
        Self::start(framework, Mode::Bare, "")
    }

    /// Returns the CPU time of the process, in microseconds.
    pub(crate) fn cpu_us(&self) -> f64 {
        cpu_ticks(&self.proc("stat")).unwrap_or_default() * 1e6 / TICKS
    }

    /// Returns the resident memory, in MiB.
    pub(crate) fn resident_mib(&self) -> f64 {
        kib(&self.proc("status"), "VmRSS:").unwrap_or_default() / 1024.0
    }

    /// Returns the largest resident memory so far, in MiB.
    pub(crate) fn peak_mib(&self) -> f64 {
        kib(&self.proc("status"), "VmHWM:").unwrap_or_default() / 1024.0
    }

    /// Logs in at this path, and returns a request with the token or the cookie of the reply.
    pub(crate) fn log_in(&self, path: &str) -> Login {
        Login::of(&http::ask(self.address, &login(path)))
    }

    /// Returns the id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.id())).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a login of the one account.
pub(crate) fn login(path: &str) -> Request {
    let body = format!("{{\"identifier\":\"{EMAIL}\",\"password\":\"{PASSWORD}\"}}");
    Request::post(path, &body)
}

/// The credentials of a reply to a login.
pub(crate) struct Login {
    /// A header that authenticates a request.
    pub(crate) header: (String, String),
    pub(crate) refresh_token: Option<String>,
}

impl Login {
    /// Reads the reply to a login.
    pub(crate) fn of(reply: &http::Reply) -> Self {
        let body: serde_json::Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let member = |name| {
            let text = body.get(name).and_then(serde_json::Value::as_str);
            text.map(str::to_owned)
        };
        let header = if let Some(token) = member("access_token") {
            ("authorization".to_owned(), format!("Bearer {token}"))
        } else {
            let mut cookies = reply.head.lines().filter_map(|line| {
                let (pair, _) = line.strip_prefix("set-cookie: ")?.split_once(';')?;
                pair.starts_with("__Host-auth=").then(|| pair.to_owned())
            });
            let cookie = cookies.next_back();
            let cookie = cookie.unwrap_or_else(|| panic!("no credentials in {}", reply.head));
            ("cookie".to_owned(), cookie)
        };
        Self {
            header,
            refresh_token: member("refresh_token"),
        }
    }

    /// Returns an authenticated request.
    pub(crate) fn get(&self, path: &str) -> Request {
        Request::get(path).header(&self.header.0, &self.header.1)
    }
}

/// Returns the user and system time of a line of `/proc/PID/stat`, in ticks.
fn cpu_ticks(stat: &str) -> Option<f64> {
    // The second field is the name in parentheses, which may contain blanks.
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks = fields.split(' ').skip(11).take(2);
    ticks
        .map(|field| field.parse::<f64>().ok())
        .sum::<Option<f64>>()
}

/// Returns a line of `/proc/PID/status`, in KiB.
fn kib(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Login, cpu_ticks, http, kib};

    #[test]
    fn cpu_time_is_the_sum_of_user_and_system_time() {
        let stat = "12 (a ) b) S 1 12 12 0 -1 4194560 900 0 0 0 150 70 0 0 20 0 3 0 1 2 3";
        assert_eq!(cpu_ticks(stat), Some(220.0));
        assert_eq!(cpu_ticks(""), None);
    }

    #[test]
    fn memory_is_read_by_name() {
        let status = "Name:\tbenches\nVmHWM:\t   9000 kB\nVmRSS:\t   2048 kB\n";
        assert_eq!(kib(status, "VmRSS:"), Some(2048.0));
    }

    #[test]
    fn credentials_are_read_from_the_body_or_the_cookie() {
        let bearer = http::Reply {
            head: String::new(),
            body: r#"{"access_token":"a","refresh_token":"r"}"#.to_owned(),
        };
        let login = Login::of(&bearer);
        assert_eq!(login.header.1, "Bearer a");
        assert_eq!(login.refresh_token.as_deref(), Some("r"));

        let cookie = http::Reply {
            head: "HTTP/1.1 204 No Content\nset-cookie: x=1; Path=/\nset-cookie: __Host-auth=s; Path=/\n"
                .to_owned(),
            body: String::new(),
        };
        assert_eq!(Login::of(&cookie).header.1, "__Host-auth=s");
    }
}
