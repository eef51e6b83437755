//! Test your manager without HTTP.
//!
//! A [`UserManager`](crate::UserManager) has the hooks, [`Accounts`](crate::Accounts) the flows that
//! call them. `testing::accounts` puts a manager on stores in memory with a hasher that costs
//! nothing, so that a test of your rules takes a millisecond and says what it means. The module
//! `testing` needs its feature, in the tests only:
//!
//! ```toml
//! [dev-dependencies]
//! auth-core = { version = "0.1", features = ["testing"] }
//! ```
//!
#![cfg_attr(feature = "testing", doc = "```")]
#![cfg_attr(not(feature = "testing"), doc = "```ignore")]
//! use std::sync::{Arc, Mutex};
//!
//! use auth_core::accounts::{ForgotPassword, HookResult};
//! use auth_core::testing::{self, email, password, registration};
//! use auth_core::{Context, User, UserManager};
//!
//! /// Writes down the letters that would be mailed.
//! #[derive(Default)]
//! struct Letters {
//!     sent: Mutex<Vec<String>>,
//! }
//!
//! #[async_trait::async_trait]
//! impl UserManager for Letters {
//!     type User = User;
//!
//!     async fn on_after_forgot_password(
//!         &self,
//!         ask: ForgotPassword<'_, User>,
//!         _: &Context,
//!     ) -> HookResult {
//!         if let ForgotPassword::Known { user, token } = ask {
//!             let letter = format!("{}: {}", user.email(), token.expose());
//!             self.sent.lock().unwrap().push(letter);
//!         }
//!         Ok(())
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let letters = Arc::new(Letters::default());
//! let accounts = testing::accounts(letters.clone());
//! accounts.register(registration("ada@example.com"), &accounts.context()).await?;
//!
//! for address in ["ada@example.com", "unknown@example.com"] {
//!     accounts.forgot_password(email(address), &accounts.context()).await?;
//! }
//! // Mail goes out after the reply: wait for it before you look.
//! accounts.wait_idle().await;
//! let letter = letters.sent.lock().unwrap().concat();
//! let token = letter.strip_prefix("ada@example.com: ").expect("one letter, to Ada");
//!
//! let new = password("an engine of brass and steam");
//! accounts.reset_password(token, new, &accounts.context()).await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! Logins work the same way: [`login`](crate::login) shows a login, a refresh and a logout without
//! HTTP. Here a rule of the application refuses a login:
//!
#![cfg_attr(all(feature = "jwt", feature = "testing"), doc = "```")]
#![cfg_attr(not(all(feature = "jwt", feature = "testing")), doc = "```ignore")]
//! use std::sync::Arc;
//!
//! use auth_core::accounts::{Decision, DecisionResult, Refusal};
//! use auth_core::login::LoginError;
//! use auth_core::testing::{self, PASSWORD, email, master_secret, password, registration};
//! use auth_core::{
//!     Auth, AuthUser, Backend, BearerTransport, Context, JwtStrategy, User, UserManager,
//! };
//!
//! struct StaffOnly;
//!
//! #[async_trait::async_trait]
//! impl UserManager for StaffOnly {
//!     type User = User;
//!
//!     async fn on_before_login(&self, user: &User, _: &Context) -> DecisionResult {
//!         if user.email().as_str().ends_with("@staff.example.com") {
//!             return Ok(Decision::Allow);
//!         }
//!         Ok(Decision::Refuse(Refusal::new("STAFF_ONLY", "This login is for staff.")?))
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let jwt = JwtStrategy::from_master(&master_secret()).dangerous_without_revocation();
//! let auth = Auth::builder(testing::accounts_builder(Arc::new(StaffOnly)))
//!     .backend(Backend::new("api", BearerTransport::new(), jwt))
//!     .build()?;
//! let (accounts, context) = (auth.accounts(), auth.accounts().context());
//! accounts.register(registration("ada@example.com"), &context).await?;
//!
//! let ada = email("ada@example.com").into();
//! let proof = accounts.check_password(&ada, password(PASSWORD), &context).await?;
//! let refused = auth.log_in("api", proof, &context).await;
//! assert!(matches!(refused, Err(LoginError::Refused(why)) if why.code() == "STAFF_ONLY"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! | you want to test | take from `testing` |
//! | --- | --- |
//! | what happens an hour later | `ManualClock`, given to `accounts_builder(…).clock(…)`; `clock.advance(auth_core::time::Duration::hours(1))` |
//! | what was mailed, without a manager of your own | `Outbox` |
//! | which events were raised | `RecordingSink` |
//! | a handler, as a function | `current_user(user)` of `auth_axum::testing` or `auth_poem::testing` |
//! | a router, with a request as a user | `request_as` and `browser_request_as` of the same modules |
//! | a registration that the application refuses | `on_before_register` of the manager; the error is `RegisterError::Refused(why)` |
//! | a store that fails | `FaultInjector` with `ProbedUserDatabase` |
//!
//! `examples/headless` is a whole crate of this kind: a manager that sends letters, and its tests.
