//! Guide: every setting, with its default, its range and the reason.
//!
#![doc = include_str!("../../docs/configuration.md")]
