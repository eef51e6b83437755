//! The adapter over real HTTP on the loopback.
#![cfg(test)]

mod accounts;
mod extractors;
mod guards;
mod http;
mod support;
mod wiring;
