//! What a check answers, and how answers reach the person at the terminal.

/// Nothing, or everything that is wrong.
pub(crate) type Check = Result<(), Vec<Failure>>;

/// One thing that is wrong.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What is wrong, in a sentence.
    pub(crate) what: String,
    /// The one command that repeats the failing check alone.
    pub(crate) repeat: String,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>, repeat: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            repeat: repeat.into(),
        }
    }

    /// The answer of a check that found this one thing.
    pub(crate) fn alone(what: impl Into<String>, repeat: impl Into<String>) -> Check {
        Err(vec![Self::new(what, repeat)])
    }
}

/// What a command of the command line ends with.
pub(crate) struct Outcome {
    pub(crate) check: Check,
    /// The very last line, below the failures.
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

/// One answer out of many: the failures of all, in their order.
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

/// Prints every failure, and below it the command that repeats it; then the closing line.
pub(crate) fn report(outcome: &Outcome) {
    for failure in outcome.check.as_ref().err().into_iter().flatten() {
        say(&format!(
            "\nFAILED: {}\nrepeat: {}",
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
    reason = "the one place of this program that talks to the terminal"
)]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::{Failure, all};

    #[test]
    fn no_failure_is_lost_when_answers_are_joined() {
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
