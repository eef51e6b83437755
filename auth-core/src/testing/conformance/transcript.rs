//! The requests and replies of a run, for a comparison with another run byte for byte.
//!
//! Each case checks replies against the contract. Two transcripts show that two clients, or two
//! storages, give *the same* replies, also in parts that no case checks.

mod placeholders;
#[cfg(test)]
mod tests;

use std::fmt;

use super::wire::{WireReply, WireRequest};
use super::{Failure, Harness, cases};
use placeholders::Placeholders;

/// Every exchange of a run, case by case, in order.
///
/// Random values are numbered placeholders: a user's id is `<uuid 1>`, a JWT
/// `<jwt 1>`, any other long token `<token 1>`, counted by first appearance within a case. Equal
/// values have equal numbers, so identities are still compared.
///
/// # Examples
///
/// ```
/// use auth_core::testing::conformance::{CoreHarness, Transcript};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let (_, first) = Transcript::of(&CoreHarness::new()).await;
/// let (_, second) = Transcript::of(&CoreHarness::new()).await;
/// first.assert_same(&second);
/// # });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    recordings: Vec<Recording>,
}

/// A place at which two transcripts differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    case: String,
    number: usize,
    left: Option<Exchange>,
    right: Option<Exchange>,
}

/// The exchanges of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recording {
    case: String,
    exchanges: Vec<Exchange>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Exchange {
    /// Method and target. Headers and body of a request are written by the case and therefore equal, except
    /// for parts of tokens, which have no placeholder.
    request: Vec<u8>,
    status: u16,
    /// In the order of the wire, repetitions included.
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Transcript {
    /// Runs every case, and returns the failures and the transcript.
    #[must_use = "it tells what failed and does not panic: hand it to `assert_none`"]
    pub async fn of(harness: &dyn Harness) -> (Vec<Failure>, Self) {
        let (mut failures, mut recordings) = (Vec::new(), Vec::new());
        for case in cases() {
            let (failed, recording) = case.record(harness).await;
            failures.extend(failed);
            recordings.push(recording);
        }
        (failures, Self { recordings })
    }

    /// Returns the number of exchanges.
    #[must_use]
    pub fn exchanges(&self) -> usize {
        self.recordings
            .iter()
            .map(|recording| recording.exchanges.len())
            .sum()
    }

    /// Returns every difference of the two, in the order of the cases.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut differences = Vec::new();
        for recording in &self.recordings {
            let theirs = other.recording(&recording.case);
            differences.extend(recording.differences(theirs));
        }
        for recording in &other.recordings {
            if self.recording(&recording.case).is_none() {
                let nothing = Recording::new(&recording.case, &[]);
                differences.extend(nothing.differences(Some(recording)));
            }
        }
        differences
    }

    /// Fails the test with the first differences, both replies of each side by side: those of `self`
    /// marked with `-`, those of `other` with `+`.
    ///
    /// # Panics
    ///
    /// If there is a difference, or no exchange at all.
    pub fn assert_same(&self, other: &Self) {
        const SHOWN: usize = 5;
        assert!(self.exchanges() > 0, "a run in which nothing was said");
        let differences = self.differences(other);
        let shown = differences.iter().take(SHOWN);
        let list: Vec<_> = shown.map(ToString::to_string).collect();
        assert!(
            differences.is_empty(),
            "{} differences in {} exchanges\n{}",
            differences.len(),
            self.exchanges(),
            list.join("\n")
        );
    }

    fn recording(&self, case: &str) -> Option<&Recording> {
        self.recordings
            .iter()
            .find(|recording| recording.case == case)
    }
}

impl Recording {
    pub(super) fn new(case: &str, said: &[(WireRequest, WireReply)]) -> Self {
        let mut placeholders = Placeholders::default();
        let exchange = |(request, reply): &(WireRequest, WireReply)| {
            let line = format!("{} {}", request.method, request.target);
            let line = placeholders.replace(line.as_bytes());
            // Numbers the values of the request, which the reply may repeat.
            for (_, value) in &request.headers {
                placeholders.replace(value);
            }
            placeholders.replace(&request.body);
            let headers = reply.headers.iter();
            Exchange {
                request: line,
                status: reply.status,
                headers: headers
                    .map(|(name, value)| (name.clone(), placeholders.replace(value)))
                    .collect(),
                body: placeholders.replace(&reply.body),
            }
        };
        Self {
            case: case.to_owned(),
            exchanges: said.iter().map(exchange).collect(),
        }
    }

    fn differences(&self, other: Option<&Self>) -> Vec<Difference> {
        let theirs = other.map_or(&[][..], |recording| recording.exchanges.as_slice());
        let most = self.exchanges.len().max(theirs.len());
        let pairs = (0..most).map(|at| (at, self.exchanges.get(at), theirs.get(at)));
        pairs
            .filter(|(_, left, right)| left != right)
            .map(|(at, left, right)| Difference {
                case: self.case.clone(),
                number: at + 1,
                left: left.cloned(),
                right: right.cloned(),
            })
            .collect()
    }
}

impl Exchange {
    /// The lines to show, of which those that differ are marked.
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![shown(&self.request), self.status.to_string()];
        let header =
            |(name, value): &(String, Vec<u8>)| format!("{name}: {}", value.escape_ascii());
        lines.extend(self.headers.iter().map(header));
        lines.push(format!("body: {}", self.body.escape_ascii()));
        lines
    }
}

/// Returns text unchanged, and other bytes escaped.
fn shown(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) if !text.contains(char::is_control) => text.to_owned(),
        _ => bytes.escape_ascii().to_string(),
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, exchange {}", self.case, self.number)?;
        let lines = |side: &Option<Exchange>| {
            let nothing = || vec!["(nothing was said)".to_owned()];
            side.as_ref().map_or_else(nothing, Exchange::lines)
        };
        let (left, right) = (lines(&self.left), lines(&self.right));
        for at in 0..left.len().max(right.len()) {
            match (left.get(at), right.get(at)) {
                (Some(left), Some(right)) if left == right => writeln!(f, "    {left}")?,
                (left, right) => {
                    for (mark, line) in [('-', left), ('+', right)] {
                        if let Some(line) = line {
                            writeln!(f, "  {mark} {line}")?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}
