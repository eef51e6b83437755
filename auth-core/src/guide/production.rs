//! Guide: a checklist for production.
//!
#![doc = include_str!("../../docs/production.md")]
