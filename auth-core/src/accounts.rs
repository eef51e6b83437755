//! The rules of accounts: one use case a file, and the hooks where an application puts its own.
//!
//! An application implements [`UserManager`] (hooks only) and hands it to [`Accounts`], which runs
//! the flows. So a hook can be added and a rule of timing, revocation or "exactly once" cannot be
//! lost.

mod admin_update;
mod background;
mod builder;
mod change_password;
mod credentials;
mod decision;
mod delete;
mod email_keys;
mod email_token;
mod handle;

mod forgot_password;
mod hooks;
mod list;
mod look_up;
mod lookup_cache;
mod mail;
mod new_password;
mod pending_email;
mod privileges;
mod proposed_update;
mod purge;
mod register;
mod registration;
mod request_verify;
mod reset_password;
mod run_hook;
mod secrets;
mod sessions;
mod supported;
#[cfg(test)]
mod tests;
mod update_self;
mod updated;
mod verify;

pub use admin_update::{AdminUpdate, AdminUpdateError};
pub use builder::AccountsBuilder;
pub(crate) use builder::log_warnings;
pub use change_password::ChangePasswordError;
pub(crate) use decision::Refused;
pub use decision::{Decision, DecisionResult, InvalidRefusal, Refusal};
pub use delete::{DeleteError, DeleteMode, DeleteSelfError};
pub use email_token::{ResetToken, VerifyToken};
pub use handle::Accounts;
pub(crate) use handle::AccountsId;
pub use hooks::{
    ForgotPassword, HookResult, LoginFailure, NoHooks, RequestEmailChange, RequestVerify,
    UserManager,
};
pub(crate) use look_up::{Answer, MaxAge, TokenQuery};
pub use privileges::Privileges;
pub use proposed_update::ProposedUpdate;
pub use register::RegisterError;
pub use registration::{InvalidRegistration, Registration};
pub use reset_password::ResetPasswordError;
pub use secrets::AccountSecrets;
pub(crate) use sessions::{BackendUse, SessionProof};
pub use supported::UnsupportedField;
pub use update_self::{SelfUpdate, UpdateSelfError};
pub(crate) use verify::Verified;
pub use verify::VerifyError;

pub use crate::event::UpdateSummary;
