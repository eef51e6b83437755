//! The problems themselves, each a sentence that says what to do.

use std::fmt;

use thiserror::Error;

use crate::secret::SecretWeakness;

/// One thing that is wrong with a configuration. `Display` says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// A secret is too easy to guess.
    #[error("{which} {weakness}: use 32 random bytes, for example from `openssl rand -base64 32`")]
    WeakSecret {
        /// Which secret.
        which: String,
        /// What is wrong with it.
        weakness: SecretWeakness,
    },
    /// Two purposes share a secret, so that a token of one could pass for the other's.
    #[error(
        "{first} and {second} are the same: give each its own, or derive both from one master secret"
    )]
    ReusedSecret {
        /// The one that was seen first.
        first: String,
        /// The one that repeats it.
        second: String,
    },
    /// There is no way to log in.
    #[error(
        "there is no backend: add one with `.backend(Backend::new(name, transport, strategy))`"
    )]
    NoBackend,
    /// Two backends have one name.
    #[error("two backends are called `{name}`: the name is part of the path, so give each its own")]
    DuplicateBackend {
        /// The name that is there twice.
        name: String,
    },
    /// A backend's name cannot be part of a path.
    #[error(
        "`{name}` cannot name a backend: use 1 to 32 of a–z, 0–9, `-` and `_`, and not the name of a route"
    )]
    InvalidBackendName {
        /// The refused name.
        name: String,
    },
    /// A feature needs a store that was not given.
    #[error("{feature} needs an expiring store: give one with `.expiring_store(…)`{otherwise}")]
    MissingExpiringStore {
        /// What needs it.
        feature: String,
        /// What else can be done, beginning with a comma; empty where nothing can.
        otherwise: &'static str,
    },
    /// Something lives in the memory of one process, and several processes were declared.
    #[error(
        "{what} lives in the memory of one process, and several were declared: use a store that they share"
    )]
    ProcessLocal {
        /// What lives there.
        what: String,
    },
    /// A path of the HTTP surface cannot be mounted.
    #[error(
        "`{path}` is no path for routes: begin with `/` and use segments of letters, digits, `-`, `_`, `.` and `~`"
    )]
    InvalidPath {
        /// The refused path.
        path: String,
    },
    /// A network of trusted proxies cannot be used.
    #[error(
        "{mistake}: give `.trusted_proxies(…)` the addresses of the proxies, or networks with proxies only, like `10.0.0.0/8`"
    )]
    InvalidTrustedProxies {
        /// What is wrong with it.
        mistake: String,
    },
    /// A setting names a route that does not exist, or a path for several routes.
    #[error("`{id}` does not name one route: the routes are {}", ids.join(", "))]
    UnknownRoute {
        /// The name in the setting.
        id: String,
        /// The names of the routes.
        ids: Vec<String>,
    },
    /// The path of one route cannot be mounted.
    #[error(
        "`{path}` is not a path for the route `{id}`: begin with `/`, use segments of letters, digits, `-`, `_`, `.` and `~`, and keep the `{{id}}` of the route"
    )]
    InvalidRoutePath {
        /// The name of the route.
        id: String,
        /// The refused path.
        path: String,
    },
    /// Two routes of one method have the same path.
    #[error(
        "the routes `{first}` and `{second}` are both at `{path}`: give one of them another path with `.route(id, RouteSetting::renamed(…))`"
    )]
    RouteCollision {
        /// The route that comes first.
        first: String,
        /// The route that comes second.
        second: String,
        /// The path of both.
        path: String,
    },
    /// A duration is zero or beyond what its purpose bears.
    #[error("{which} must be between {min} and {max}")]
    LifetimeOutOfRange {
        /// Which lifetime.
        which: String,
        /// The smallest value.
        min: &'static str,
        /// The largest value.
        max: &'static str,
    },
    /// Anything else, in a sentence of its own.
    #[error("{0}")]
    Other(String),
}

/// Something that is allowed and that the application should know of.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConfigWarning {
    /// State that does not outlive the process.
    #[error("{what} lives in the memory of this process: it is lost at a restart and not shared")]
    ProcessLocal {
        /// What lives there.
        what: String,
    },
    /// A setting lowers security under its own, dangerous name.
    #[error("{what}")]
    Weakened {
        /// What is weaker than the default, and what it means.
        what: String,
    },
}

/// Everything that is wrong with a configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<ConfigProblem>,
}

impl ConfigError {
    pub(crate) fn new(problems: Vec<ConfigProblem>) -> Self {
        Self { problems }
    }

    /// The problems, in the order in which they were found.
    #[must_use]
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration of accounts has problems:")?;
        self.problems
            .iter()
            .try_for_each(|problem| write!(f, "\n- {problem}"))
    }
}

// A `main` that returns this error prints its `Debug`: the sentences are for whoever reads that.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}
