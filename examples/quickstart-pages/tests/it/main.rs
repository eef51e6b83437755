//! The whole site over HTTP, and in a browser, against the built program.
#![cfg(test)]

mod account;
mod admin;
mod browser;
mod escaping;
mod forgery;
mod html;
mod journey;
mod program;
mod visitor;
