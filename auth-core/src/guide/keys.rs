//! Change keys while the application runs, without logging anybody out.
//!
//! Two kinds of keys take turns, each through the same states: *next*, *active*, *verify-only*, and
//! then retired, which is to be gone. A next key is known everywhere and signs nothing yet; the
//! active one signs; a verify-only one is good for what it has signed. Each step is taken **in every
//! process before the next one**, so that no process meets a key that it does not know.
//!
//! | step | call | wait afterwards |
//! | --- | --- | --- |
//! | announce the new key | `add_next` | until every process knows it and, where others fetch the key document, for its five minutes |
//! | sign with it | `activate` | until what the old one has signed is over |
//! | forget the old one | `retire` | – |
//!
//! # Keys of JWTs
//!
//! ```
//! use auth_core::secret::Secret;
//! use auth_core::token::{JwtKey, KeyId, KeyRing, SharedKeyRing};
//! use auth_core::JwtStrategy;
//!
//! let key = |name: &str| -> Result<JwtKey, Box<dyn std::error::Error>> {
//!     Ok(JwtKey::hs256(KeyId::parse(name)?, Secret::generate()?))
//! };
//! let keys = SharedKeyRing::new(KeyRing::new(key("2026")?));
//! let strategy = JwtStrategy::new(keys.clone());
//!
//! // Later, in an administrator's route or at a signal:
//! keys.add_next(key("2027")?)?;
//! keys.activate(&KeyId::parse("2027")?)?;
//! keys.retire(&KeyId::parse("2026")?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`JwtKey::parse`](crate::token::JwtKey::parse) reads PEM and JWK. Keys whose other half is public
//! (EdDSA, ES256; RS256 to verify) are published at `/auth/.well-known/jwks.json`, where another
//! service finds what it needs to verify tokens. It sees neither revocation nor the end of a session:
//! it trusts a token for its lifetime, so keep that short.
//!
//! # The master secret
//!
//! Everything else (JWTs by [`JwtStrategy::from_master`](crate::JwtStrategy::from_master), mailed tokens,
//! digests of sessions, CSRF tokens) hangs on the master secret, and follows it:
//!
//! ```
//! use auth_core::secret::{MasterSecret, Secret};
//!
//! let master = MasterSecret::new(Secret::generate()?);
//! let old = master.kid();
//! let new = master.add_next(Secret::generate()?)?;
//! master.activate(&new)?;
//! // A session moves to the new secret with its next refresh; one that has not refreshed until now
//! // is over: wait for as long as a session may be idle.
//! master.retire(&old)?;
//!
//! // The same over a restart:
//! let master = MasterSecret::new(Secret::generate()?).also_accept(Secret::generate()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
