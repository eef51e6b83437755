//! Tests with the installed servers of this machine.
#![cfg(test)]
#![cfg(unix)]

mod lifecycle;
mod orphan;
