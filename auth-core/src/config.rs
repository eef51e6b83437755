//! What can be wrong with a configuration, all of it found at once.

mod fault;
mod inspection;

pub use fault::{ConfigError, ConfigFault, ConfigWarning};
pub use inspection::Inspection;
