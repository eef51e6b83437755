//! Guide: every error code that a client can get.
//!
#![doc = include_str!("../../docs/errors.md")]
