//! The real servers of this machine, from their start to their end.
#![cfg(test)]
#![cfg(unix)]

mod lifecycle;
mod orphan;
