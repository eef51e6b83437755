//! `wrk`: its command, and the reading of what it prints.

use std::process::Command;

use super::{Figures, Job};

const PROGRAM: &str = "wrk";

/// Returns whether the program starts.
pub(super) fn is_installed() -> bool {
    version().is_some()
}

/// Returns the name and the version.
pub(super) fn version() -> Option<String> {
    // It prints its version with a failure, since it has no URL.
    let output = Command::new(PROGRAM).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    Some(words.join(" "))
}

/// Runs a job.
pub(super) fn run(job: &Job) -> Result<Figures, String> {
    let request = &job.request;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut command = Command::new(PROGRAM);
    command
        .arg("--latency")
        // Replies may be late beside a storm of logins.
        .args(["--timeout", "30s"])
        .args(["--threads", if job.connections < 2 { "1" } else { "2" }])
        .args(["--connections", &job.connections.to_string()])
        .args(["--duration", &format!("{}s", job.seconds)]);
    for (name, value) in &request.headers {
        command.args(["--header", &format!("{name}: {value}")]);
    }
    if request.method == "POST" {
        let script = folder.path().join("post.lua");
        let text = format!("wrk.method = 'POST'\nwrk.body = [==[{}]==]\n", request.body);
        std::fs::write(&script, text).map_err(|error| error.to_string())?;
        command.arg("--script").arg(script);
    }
    command.arg(format!("http://{}{}", job.address, request.path));
    let output = command.output().map_err(|error| error.to_string())?;
    parse(&String::from_utf8_lossy(&output.stdout))
}

/// Reads the printed figures.
///
/// # Errors
///
/// A sentence if a figure is missing, or if a request failed.
fn parse(printed: &str) -> Result<Figures, String> {
    for failure in ["Non-2xx or 3xx responses", "Socket errors"] {
        if let Some(line) = printed.lines().find(|line| line.contains(failure)) {
            return Err(line.trim().to_owned());
        }
    }
    let figure = |found: Option<f64>| found.ok_or_else(|| format!("unexpected output: {printed}"));
    let lines = || printed.lines().map(str::trim);
    let requests = lines().find_map(|line| {
        let (count, _) = line.split_once(" requests in ")?;
        count.parse().ok()
    });
    let per_second =
        lines().find_map(|line| line.strip_prefix("Requests/sec:")?.trim().parse().ok());
    let p99_us = lines().find_map(|line| micros(line.strip_prefix("99%")?.trim()));
    Ok(Figures {
        requests: figure(requests)?,
        per_second: figure(per_second)?,
        p99_us: figure(p99_us)?,
    })
}

/// Returns a printed time in microseconds.
fn micros(time: &str) -> Option<f64> {
    let units = [("us", 1.0), ("ms", 1e3), ("s", 1e6), ("m", 6e7)];
    let read = |(unit, factor): &(&str, f64)| {
        let number: f64 = time.strip_suffix(unit)?.parse().ok()?;
        Some(number * factor)
    };
    units.iter().find_map(read)
}

#[cfg(test)]
mod tests {
    use super::{Figures, micros, parse};

    const PRINTED: &str = "\
Running 2s test @ http://127.0.0.1:8000/protected
  2 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   401.23us  512.00us   9.10ms   91.20%
    Req/Sec    45.10k     2.10k   49.00k    75.00%
  Latency Distribution
     50%  300.00us
     75%  510.00us
     90%    0.90ms
     99%    2.53ms
  180123 requests in 2.00s, 24.05MB read
Requests/sec:  90012.34
Transfer/sec:     12.02MB
";

    #[test]
    fn figures_are_read() {
        let expected = Figures {
            requests: 180_123.0,
            per_second: 90_012.34,
            p99_us: 2530.0,
        };
        assert_eq!(parse(PRINTED), Ok(expected));
    }

    #[test]
    fn failed_requests_are_an_error() {
        let refused = format!("{PRINTED}  Non-2xx or 3xx responses: 17\n");
        assert_eq!(parse(&refused).unwrap_err(), "Non-2xx or 3xx responses: 17");
        let errors = format!("  Socket errors: connect 0, read 3, write 0, timeout 0\n{PRINTED}");
        assert!(parse(&errors).unwrap_err().contains("read 3"));
    }

    #[test]
    fn output_without_figures_is_an_error() {
        assert!(
            parse("unable to connect")
                .unwrap_err()
                .contains("unable to connect")
        );
    }

    #[test]
    fn times_have_units() {
        let times = ["12.50us", "1.25ms", "2.00s", "1.00m", "3"].map(micros);
        let expected = [Some(12.5), Some(1250.0), Some(2e6), Some(6e7), None];
        assert_eq!(times, expected);
    }
}
