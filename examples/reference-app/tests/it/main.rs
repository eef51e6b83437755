//! The built program, driven over raw HTTP.
#![cfg(test)]

mod app;
mod attacks;
mod browser;
mod canary;
mod client;
mod command_line;
mod conformance;
mod cookies;
mod crash;
mod database;
mod disconnects;
mod document;
mod journey;
mod keys;
mod load;
mod outage;
mod races;
mod restart;
mod sessions;
mod storm;
mod tokens;
