//! Change keys while the application runs, without ending a session.
//!
//! Two kinds of keys are rotated, each through the same states: *next*, *active*, *verify-only*, and
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
//! [`JwtKey::parse`](crate::token::JwtKey::parse) reads PEM (PKCS#8, `PUBLIC KEY`) and JWK. The refusal of another
//! notation, such as the `EC PRIVATE KEY` of `openssl ecparam -genkey`, names the command that converts it. Keys whose other half is public
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
//!
//! # Sealed data
//!
//! Data that a [`Sealer`](crate::secret::Sealer) (feature `sealed`) has encrypted follows the master secret, too, with one
//! difference: a token expires, and stored data does not. **Once a master secret is retired, data that
//! was sealed under it can never be read again.** A row is sealed anew when it is used
//! ([`Opened::needs_reseal`](crate::secret::Opened::needs_reseal)). Before you retire a master secret,
//! seal the rows anew that were not used, page by page, until none is left:
//!
#![cfg_attr(feature = "sealed", doc = "```")]
#![cfg_attr(not(feature = "sealed"), doc = "```ignore")]
//! use auth_core::secret::{MasterSecret, Sealer};
//! use auth_core::store::{CredentialData, CredentialKind, CredentialStore, StoredCredential};
//!
//! /// Returns how many rows are left: other callers replaced them at the same time.
//! async fn seal_anew(
//!     store: &impl CredentialStore,
//!     sealer: &Sealer,
//!     kind: &CredentialKind,
//! ) -> Result<u64, Box<dyn std::error::Error>> {
//!     let (mut last, mut left) = (None, 0);
//!     loop {
//!         let page = store.credentials_after(kind, last.as_ref(), 100).await?;
//!         let Some(end) = page.last() else {
//!             return Ok(left);
//!         };
//!         last = Some(end.id.clone());
//!         for row in page {
//!             let opened = sealer.open(&row.seal_context(), row.data.as_bytes())?;
//!             if opened.needs_reseal {
//!                 let sealed = sealer.seal(&row.seal_context(), opened.data.expose())?;
//!                 let data = CredentialData::new(sealed).ok_or("data is too long")?;
//!                 let next = StoredCredential { data, ..row.next_version() };
//!                 left += u64::from(!store.swap_credential(&next).await?);
//!             }
//!         }
//!     }
//! }
//! # use auth_core::secret::Secret;
//! # use auth_core::store::{CredentialId, Owner, memory::MemoryCredentialStore};
//! # use auth_core::{Clock, SystemClock};
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! # let (store, kind) = (MemoryCredentialStore::new(), CredentialKind::from_static("badge"));
//! # let master = MasterSecret::new(Secret::generate()?);
//! # let (sealer, old) = (Sealer::new(&master), master.kid());
//! # for number in 0..250 {
//! #     let owner = Owner::new("users", &number.to_string()).ok_or("key is too long")?;
//! #     let mut row = StoredCredential {
//! #         kind: kind.clone(),
//! #         id: CredentialId::of_owner(&owner),
//! #         owner,
//! #         data: CredentialData::new(Vec::new()).ok_or("data is too long")?,
//! #         label: None,
//! #         created_at: SystemClock.now(),
//! #         last_used_at: None,
//! #         version: 0,
//! #     };
//! #     let sealed = sealer.seal(&row.seal_context(), b"a secret")?;
//! #     row.data = CredentialData::new(sealed).ok_or("data is too long")?;
//! #     store.insert_credential(row).await?;
//! # }
//! # master.activate(&master.add_next(Secret::generate()?)?)?;
//! # assert_eq!(seal_anew(&store, &sealer, &kind).await?, 0);
//! # master.retire(&old)?;
//! # let all = store.credentials_after(&kind, None, 1000).await?;
//! # assert_eq!(all.len(), 250);
//! # for row in all {
//! #     assert!(!sealer.open(&row.seal_context(), row.data.as_bytes())?.needs_reseal);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
