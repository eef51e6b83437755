//! Login as a use case: who may come in, in which order it is decided, and what follows.
//!
//! Every way in ends in [`Auth::log_in`](crate::Auth::log_in). It takes an [`AuthProof`], which only
//! code that checked something can make, and runs one pipeline:
//!
//! 1. limits (a place for them; there are none yet),
//! 2. the proof: it is of these accounts,
//! 3. the state of the account: active, and verified if that is required,
//! 4. the decision of the application: [`on_before_login`](crate::UserManager::on_before_login),
//! 5. whether a second factor is due,
//! 6. the session and the tokens,
//! 7. the end of the session that this login replaces,
//! 8. events,
//! 9. hooks: [`on_after_login`](crate::UserManager::on_after_login).
//!
//! Nothing is written before step 6, and from there on a client that disconnects stops nothing. No
//! other code starts a session or issues an access token.
//!
//! # Examples
//!
//! Log in, refresh and log out, without HTTP (the fixtures need the feature `testing`):
//!
#![cfg_attr(feature = "testing", doc = "```")]
#![cfg_attr(not(feature = "testing"), doc = "```ignore")]
//! use auth_core::login::{LoginError, LoginStep, PresentedTokens, RefreshError};
//! use auth_core::store::memory::MemorySessionStore;
//! use auth_core::testing::{accounts_builder, master_secret, password, registration, PASSWORD};
//! use auth_core::{Auth, AuthUser, Backend, BearerTransport, EmailAddress, OpaqueStrategy, Sessions};
//! # use auth_core::{User, accounts::NoHooks};
//! # use std::sync::Arc;
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! # let hooks = Arc::new(NoHooks::<User>::new());
//! let sessions = Sessions::new(MemorySessionStore::new(), &master_secret());
//! let auth = Auth::builder(accounts_builder(hooks).sessions(sessions))
//!     .backend(Backend::new("api", BearerTransport::new(), OpaqueStrategy::new()))
//!     .build()?;
//! let accounts = auth.accounts();
//! let context = accounts.context();
//! accounts.register(registration("ada@example.com"), &context).await?;
//!
//! let ada = EmailAddress::parse("ada@example.com")?.into();
//! let proof = accounts.check_password(&ada, password(PASSWORD), &context).await?;
//! let LoginStep::Done(tokens) = auth.log_in("api", proof, &context).await? else {
//!     return Err("a second factor is due".into());
//! };
//! assert_eq!(tokens.user.email().as_str(), "ada@example.com");
//!
//! let refresh = tokens.refresh.as_ref().map_or("", |token| token.expose());
//! let renewed = auth.refresh("api", refresh, &context).await?;
//! assert_eq!(renewed.session, tokens.session);
//!
//! let presented = PresentedTokens::none().with_access(renewed.access.expose());
//! assert!(auth.log_out("api", presented, &context).await?);
//! let refresh = renewed.refresh.as_ref().map_or("", |token| token.expose());
//! let refused = auth.refresh("api", refresh, &context).await;
//! assert!(matches!(refused, Err(RefreshError::Invalid)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod error;
mod issue;
mod limit;
mod logout;
mod methods;
mod password;
mod proof;
mod refresh;
mod refused;
mod renew;
mod replace;
mod revoke;
mod start;
mod step;
#[cfg(test)]
#[cfg(feature = "jwt")]
mod tests;
mod tokens;

pub use error::{LogOutError, LoginError, RefreshError};
pub(crate) use logout::log_out;
pub use methods::{AuthMethod, InvalidAuthMethod, Methods};
pub use proof::AuthProof;
pub(crate) use refresh::refresh;
pub(crate) use renew::{renew, renew_row};
pub(crate) use revoke::revoke_access;
pub(crate) use start::log_in;
pub use step::{LoginStep, PendingLogin};
pub use tokens::{IssuedTokens, PresentedTokens};
