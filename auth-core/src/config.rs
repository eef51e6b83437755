//! The problems of a configuration, all reported at once.

mod name;
mod problem;
mod report;

pub(crate) use name::is_plain_name;
pub use problem::{ConfigError, ConfigProblem, ConfigWarning};
pub use report::ConfigReport;
