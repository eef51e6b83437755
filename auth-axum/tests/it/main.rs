//! The adapter over real HTTP on the loopback.
#![cfg(test)]

mod accounts;
mod compile_fail;
mod extractors;
mod guide;
mod http;
mod peer;
mod prefix;
mod suite;
mod support;
