//! The parts of pages. They know no framework.

mod form;
mod frame;
mod sentence;

pub(crate) use form::{Field, Form};
pub(crate) use frame::Frame;
