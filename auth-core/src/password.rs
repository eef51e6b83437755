//! Passwords: clear text, stored hashes, the hasher that turns one into the other, and the policy.
//!
//! | type | content |
//! | --- | --- |
//! | [`Password`] | what a user typed: bounded, NFC-normalised, wiped when dropped |
//! | [`PasswordHash`] | what a database holds: an Argon2 PHC string, or bcrypt from another system (feature `bcrypt`) |
//! | [`PasswordHasher`] | a fixed set of threads that compute and verify hashes without blocking the executor |
//! | [`PasswordPolicy`] | which passwords a user may choose |
//!
//! # Security
//!
//! The length limit of [`Password::parse`] is checked first, so a long input never reaches a hash. A login for an
//! unknown user does the same work as one for a known user:
//! [`PasswordHasher::verify`] takes an `Option`. No composition rules and no expiry can be configured:
//! NIST SP 800-63B-4 section 3.1.1.2 and OWASP ASVS 6.2.5 and 6.2.10 forbid them.

#[cfg(feature = "bcrypt")]
mod bcrypt;
mod clear;
mod common;
mod format;
mod hasher;
mod params;
mod policy;
mod stored;

pub use clear::{Password, PasswordError};
pub use hasher::{HashError, HashFailure, PasswordHasher, PasswordHasherBuilder, Verdict};
pub use params::{Argon2Params, InvalidParams};
pub use policy::{
    BreachCheck, InvalidMinLength, OnFailure, PasswordContext, PasswordPolicy, PasswordPolicyError,
    PasswordRejection,
};
pub use stored::PasswordHash;
