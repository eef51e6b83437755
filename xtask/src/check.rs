//! The result of a check, and the report of all results on the terminal.

/// The result of a check: all failures, if there are any.
pub(crate) type Check = Result<(), Vec<Failure>>;

/// One failure.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The sentence that describes the failure.
    pub(crate) what: String,
    /// The command that repeats only the failed check.
    pub(crate) repeat: String,
    /// Whether nothing was checked because a tool is missing.
    pub(crate) is_unchecked: bool,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>, repeat: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            repeat: repeat.into(),
            is_unchecked: false,
        }
    }

    /// Returns the result of a check that checked nothing because a tool is missing. It is not a success:
    /// the command fails, and a run of all checks says so in its summary.
    pub(crate) fn unchecked(what: impl Into<String>, repeat: impl Into<String>) -> Check {
        Err(vec![Self {
            is_unchecked: true,
            ..Self::new(what, repeat)
        }])
    }

    /// Returns the result of a check with this one failure.
    pub(crate) fn alone(what: impl Into<String>, repeat: impl Into<String>) -> Check {
        Err(vec![Self::new(what, repeat)])
    }
}

/// The outcome of a command.
pub(crate) struct Outcome {
    pub(crate) check: Check,
    /// The last line, below the failures.
    pub(crate) closing: Option<String>,
}

impl From<Check> for Outcome {
    fn from(check: Check) -> Self {
        Self {
            check,
            closing: None,
        }
    }
}

/// Joins results: all failures, in their order.
pub(crate) fn all(checks: impl IntoIterator<Item = Check>) -> Check {
    let failures: Vec<Failure> = checks
        .into_iter()
        .filter_map(Result::err)
        .flatten()
        .collect();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures)
    }
}

/// Prints every failure with the command that repeats its check, then the closing line.
pub(crate) fn report(outcome: &Outcome) {
    for failure in outcome.check.as_ref().err().into_iter().flatten() {
        let verdict = if failure.is_unchecked {
            "NOT CHECKED"
        } else {
            "FAILED"
        };
        say(&format!(
            "\n{verdict}: {}\nrepeat: {}",
            failure.what, failure.repeat
        ));
    }
    if let Some(closing) = &outcome.closing {
        say(&format!("\n{closing}"));
    }
}

/// Prints one line, or several.
#[expect(
    clippy::print_stdout,
    reason = "the only function of this program that prints"
)]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::{Failure, all};

    #[test]
    fn joined_results_keep_every_failure() {
        let answers = [
            Failure::alone("one", "a"),
            Ok(()),
            Failure::alone("two", "b"),
        ];

        let failures = all(answers).unwrap_err();

        let whats: Vec<&str> = failures
            .iter()
            .map(|failure| failure.what.as_str())
            .collect();
        assert_eq!(whats, ["one", "two"]);
        assert!(all([Ok(()), Ok(())]).is_ok());
    }
}
