//! Collects the problems of a configuration.

use super::{ConfigError, ConfigProblem, ConfigWarning};
use crate::secret::{self, Secret, SubKeys};
use crate::token::KeyRing;

/// The report that `build()` passes to each part of a configuration: each part adds its problems.
///
/// A [`Strategy`](crate::Strategy), a [`Transport`](crate::Transport) or a store of the application adds
/// its own by implementing the `validate` method.
#[derive(Debug, Default)]
pub struct ConfigReport {
    problems: Vec<ConfigProblem>,
    warnings: Vec<ConfigWarning>,
    seen: Vec<SeenSecret>,
    several_processes: bool,
    /// Audiences with the names of the keys that sign for them.
    #[cfg(feature = "jwt")]
    signed_for: Vec<(String, String)>,
}

#[derive(Debug)]
struct SeenSecret {
    which: String,
    digest: String,
    of: Use,
}

/// The use of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Signs tokens, which have an audience: two kinds of them may share a key.
    SignsTokens,
    Other,
}

impl ConfigReport {
    pub(crate) fn new(several_processes: bool) -> Self {
        Self {
            several_processes,
            ..Self::default()
        }
    }

    /// Adds a problem, so that the configuration is refused.
    pub fn problem(&mut self, problem: ConfigProblem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Adds a warning; the configuration is accepted.
    pub fn warn(&mut self, warning: ConfigWarning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Checks a secret: a weak one is a problem, and so is one that is used twice.
    ///
    /// `which` begins the sentence, for example "the signing key of the strategy".
    pub fn secret(&mut self, which: &str, secret: &Secret) {
        if let Some(weakness) = secret.weakness() {
            self.problem(ConfigProblem::WeakSecret {
                which: which.to_owned(),
                weakness,
            });
        }
        self.note(which, secret, Use::Other);
    }

    /// Checks the keys for one purpose, like [`ConfigReport::secret`].
    pub fn sub_keys(&mut self, which: &str, keys: &SubKeys) {
        for key in keys.all() {
            self.secret(which, key.secret());
        }
    }

    /// Checks the keys of a ring, like [`ConfigReport::secret`]. Two rings may share a key, because the
    /// audience distinguishes their tokens.
    pub fn key_ring(&mut self, which: &str, ring: &KeyRing) {
        for problem in ring.problems() {
            let which = which.to_owned();
            self.problem(ConfigProblem::KeyRing { which, problem });
        }
        for key in ring.keys() {
            if let Some(weakness) = key.weakness() {
                self.problem(ConfigProblem::WeakSecret {
                    which: which.to_owned(),
                    weakness,
                });
            }
            if let Some(secret) = key.secret() {
                self.note(which, secret, Use::SignsTokens);
            }
        }
    }

    fn note(&mut self, which: &str, secret: &Secret, of: Use) {
        let digest = secret::keyed_digest(secret, &[b"report"]);
        let first = self
            .seen
            .iter()
            .find(|seen| seen.digest == digest && !(seen.of == of && of == Use::SignsTokens))
            .map(|s| s.which.clone());
        if let Some(first) = first {
            self.problem(ConfigProblem::ReusedSecret {
                first,
                second: which.to_owned(),
            });
        }
        self.seen.push(SeenSecret {
            which: which.to_owned(),
            digest,
            of,
        });
    }

    /// Declares that tokens for `audience` are signed with the key `kid`. A second declaration of the
    /// same pair is a problem: each part would accept the tokens of the other, also revoked ones.
    #[cfg(feature = "jwt")]
    pub(crate) fn signs_for(&mut self, audience: &str, kid: &str) {
        let signed = (audience.to_owned(), kid.to_owned());
        if self.signed_for.contains(&signed) {
            self.problem(ConfigProblem::SharedAudience {
                audience: audience.to_owned(),
                kid: kid.to_owned(),
            });
        }
        self.signed_for.push(signed);
    }

    /// Declares that `what` keeps its state in the memory of one process: a problem if several processes
    /// were declared, a warning otherwise.
    pub fn process_local(&mut self, what: &str) {
        let what = what.to_owned();
        if self.several_processes {
            self.problem(ConfigProblem::ProcessLocal { what });
        } else {
            self.warn(ConfigWarning::ProcessLocal { what });
        }
    }

    /// Ends the report: returns the warnings, or every problem.
    pub(crate) fn finish(self) -> Result<Vec<ConfigWarning>, ConfigError> {
        if self.problems.is_empty() {
            Ok(self.warnings)
        } else {
            Err(ConfigError::new(self.problems))
        }
    }
}
