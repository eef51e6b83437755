//! What can be wrong with a configuration, all of it found at once.

mod problem;
mod report;

pub use problem::{ConfigError, ConfigProblem, ConfigWarning};
pub use report::ConfigReport;
