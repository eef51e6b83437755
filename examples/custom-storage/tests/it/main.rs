//! The storage keeps the contract, survives a restart, and serves the journey of the README.
#![cfg(test)]

mod contract;
mod durable;
mod journey;
