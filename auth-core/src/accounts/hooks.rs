//! The application's own code in the life of an account.

mod arguments;

pub use arguments::{ForgotPassword, LoginFailure, NoHooks, RequestEmailChange, RequestVerify};

use async_trait::async_trait;

use super::{Decision, DecisionResult, ProposedUpdate, Registration, VerifyToken};
use crate::context::Context;
use crate::error::BoxError;
use crate::event::UpdateSummary;
use crate::user::AuthUser;
use crate::user::EmailAddress;

/// What a hook answers. An error is logged and raised as [`EventKind::HookFailed`]; what the hook
/// follows stays done, and the client gets its success: a mail server that is down does not lose a
/// registration.
///
/// [`EventKind::HookFailed`]: crate::event::EventKind::HookFailed
pub type HookResult = Result<(), BoxError>;

/// The hooks of an application. Each does nothing unless overridden.
///
/// Every hook gets the [`Context`] of the request: its time, client, backend and actor.
///
/// A hook named `on_before_*` runs before anything is written. Those for registrations, logins and
/// updates may refuse: see [`Decision`]. If a hook of this kind fails, nothing happens and the client
/// gets 503.
///
/// A hook named `on_after_*` runs when the change is committed, on a task of its own: a client that
/// disconnects does not stop it. The hooks of requests for mail, of refused logins and of private
/// registration run after the reply, so that its time says nothing about who has an account;
/// [`Accounts::wait_idle`](super::Accounts::wait_idle) waits for them.
///
/// # Limit of mail
///
/// One address gets at most ten mails an hour, counted together for registration, duplicate registration,
/// verification and reset. Beyond that, a hook that mails a token is called only if no token of its kind for
/// the address is valid; the reply to the client does not tell.
///
/// # Order
///
/// | flow | hooks, in this order |
/// | --- | --- |
/// | registration | `on_before_register`, `on_after_register` (without mail: `on_after_register_without_mail`) |
/// | the same for a taken address, with `hide_existing_accounts` | `on_before_register`, `on_after_register_duplicate` |
/// | login | `on_before_login`, `on_after_login` |
/// | refused login | `on_before_login` if the password is right and the account may be used; `on_after_login_failed` |
/// | request for a verification token | `on_after_request_verify_token` |
/// | verification | `on_after_verify` |
/// | proof of a pending address | `on_after_verify`, `on_after_email_change`, `on_after_update` |
/// | request for a reset token | `on_after_forgot_password` |
/// | reset of the password | `on_after_verify` if the address was not verified; `on_after_reset_password`, `on_after_password_change` |
/// | change of the password | `on_after_password_change`, `on_after_update` |
/// | update by the user | `on_before_update`; for a new address `on_after_pending_email`, `on_after_request_email_change`; `on_after_update` |
/// | the same for a taken address, with `hide_existing_accounts` | `on_before_update`, `on_after_pending_email`, `on_after_register_duplicate`, `on_after_update` |
/// | update by an administrator | `on_before_update`; for a new password `on_after_password_change`; for a new address `on_after_email_change`, `on_after_request_verify_token`; for a deactivation `on_after_deactivate`; `on_after_update` |
/// | deletion of an active account, `DeleteMode::Soft` | `on_before_update`, `on_after_deactivate`, `on_after_update` |
/// | deletion, `DeleteMode::Hard` | `on_before_delete`, `on_after_delete` |
///
/// # Examples
///
/// Copy the hooks that the application needs. All of them:
///
/// ```
/// use auth_core::accounts::{
///     Decision, DecisionResult, ForgotPassword, HookResult, LoginFailure, ProposedUpdate,
///     Registration, RequestEmailChange, RequestVerify, UpdateSummary, UserManager, VerifyToken,
/// };
/// use auth_core::{Context, EmailAddress, User};
///
/// struct Hooks;
///
/// #[async_trait::async_trait]
/// impl UserManager for Hooks {
///     type User = User;
///
///     async fn on_before_register(
///         &self,
///         registration: &Registration<User>,
///         context: &Context,
///     ) -> DecisionResult {
///         Ok(Decision::Allow)
///     }
///     async fn on_after_register(
///         &self,
///         user: &User,
///         token: &VerifyToken,
///         context: &Context,
///     ) -> HookResult {
///         println!("mail to {}: /verify#{}", user.email(), token.expose());
///         Ok(())
///     }
///     async fn on_after_register_without_mail(
///         &self,
///         user: &User,
///         context: &Context,
///     ) -> HookResult {
///         Ok(())
///     }
///     async fn on_after_register_duplicate(&self, user: &User, context: &Context) -> HookResult {
///         Ok(())
///     }
///     async fn on_before_login(&self, user: &User, context: &Context) -> DecisionResult {
///         Ok(Decision::Allow)
///     }
///     async fn on_after_login(&self, user: &User, context: &Context) -> HookResult {
///         Ok(())
///     }
///     async fn on_after_login_failed(
///         &self,
///         failure: LoginFailure<'_, User>,
///         context: &Context,
///     ) -> HookResult {
///         Ok(())
///     }
///     async fn on_after_verify(&self, user: &User, context: &Context) -> HookResult {
///         Ok(())
///     }
///     async fn on_after_request_verify_token(
///         &self,
///         request: RequestVerify<'_, User>,
///         context: &Context,
///     ) -> HookResult {
///         println!("mail to {}: /verify#{}", request.user.email(), request.token.expose());
///         Ok(())
///     }
///     async fn on_after_pending_email(&self, user: &User, context: &Context) -> HookResult {
///         println!("mail to {}: another address was requested", user.email());
///         Ok(())
///     }
///     async fn on_after_request_email_change(
///         &self,
///         request: RequestEmailChange<'_, User>,
///         context: &Context,
///     ) -> HookResult {
///         println!("mail to {}: /verify#{}", request.email, request.token.expose());
///         Ok(())
///     }
///     async fn on_after_forgot_password(
///         &self,
///         request: ForgotPassword<'_, User>,
///         context: &Context,
///     ) -> HookResult {
///         if let ForgotPassword::Known { user, token } = request {
///             println!("mail to {}: /reset#{}", user.email(), token.expose());
///         }
///         Ok(())
///     }
///     async fn on_after_reset_password(&self, user: &User, context: &Context) -> HookResult {
///         Ok(())
///     }
///     async fn on_after_password_change(&self, user: &User, context: &Context) -> HookResult {
///         Ok(())
///     }
///     async fn on_after_email_change(
///         &self,
///         user: &User,
///         old: &EmailAddress,
///         context: &Context,
///     ) -> HookResult {
///         Ok(())
///     }
///     async fn on_before_update(
///         &self,
///         user: &User,
///         change: &ProposedUpdate<User>,
///         context: &Context,
///     ) -> DecisionResult {
///         Ok(Decision::Allow)
///     }
///     async fn on_after_update(
///         &self,
///         user: &User,
///         update: &UpdateSummary,
///         context: &Context,
///     ) -> HookResult {
///         Ok(())
///     }
///     async fn on_after_deactivate(&self, user: &User, context: &Context) -> HookResult {
///         Ok(())
///     }
///     async fn on_before_delete(&self, user: &User, context: &Context) -> HookResult {
///         Ok(())
///     }
///     async fn on_after_delete(&self, user: &User, context: &Context) -> HookResult {
///         Ok(())
///     }
/// }
/// ```
///
/// With a user of the application's own, `User` is that type throughout.
#[async_trait]
#[expect(
    unused_variables,
    reason = "the names are for the reader of the documentation"
)]
pub trait UserManager: Send + Sync + 'static {
    /// The application's user.
    type User: AuthUser;

    /// A registration is about to be stored: decide whether it may.
    ///
    /// Called after the password was checked by the policy, before it is hashed and before any look-up
    /// of existing accounts. So a refusal says the same for an address with an account and without one;
    /// a hook that looks up accounts itself gives that away. Not called by
    /// [`Accounts::create_privileged`](super::Accounts::create_privileged).
    async fn on_before_register(
        &self,
        registration: &Registration<Self::User>,
        context: &Context,
    ) -> DecisionResult {
        Ok(Decision::Allow)
    }
    /// An account was registered: mail the token, which proves the address.
    ///
    /// If the address got ten mails within the hour, or e-mail flows are off,
    /// [`on_after_register_without_mail`](Self::on_after_register_without_mail) is called instead.
    async fn on_after_register(
        &self,
        user: &Self::User,
        token: &VerifyToken,
        context: &Context,
    ) -> HookResult {
        Ok(())
    }
    /// An account was registered, and its address must get no mail now: the address got ten mails within
    /// the hour, or e-mail flows are off. For an application whose
    /// [`on_after_register`](Self::on_after_register) does more than to mail the token. The user gets a
    /// token by a later request for one.
    async fn on_after_register_without_mail(
        &self,
        user: &Self::User,
        context: &Context,
    ) -> HookResult {
        Ok(())
    }
    /// A registration used the address of this user, or another user asked for it as a new address. Called
    /// only with `hide_existing_accounts`, where the reply does not tell. Write to the owner of the
    /// address.
    async fn on_after_register_duplicate(
        &self,
        user: &Self::User,
        context: &Context,
    ) -> HookResult {
        Ok(())
    }
    /// A user was authenticated and is about to log in: decide whether the login may go ahead.
    ///
    /// Called for every way in, after the state of the account was checked and before anything is
    /// written; not at a refresh. Where account state is hidden
    /// ([`hide_account_state`](crate::AuthBuilder::hide_account_state)), a refused login reads like
    /// wrong credentials, and its time must not tell the two apart: keep this hook fast.
    async fn on_before_login(&self, user: &Self::User, context: &Context) -> DecisionResult {
        Ok(Decision::Allow)
    }
    /// A user has logged in: the session has started and the tokens are issued.
    async fn on_after_login(&self, user: &Self::User, context: &Context) -> HookResult {
        Ok(())
    }
    /// A login was refused. Runs after the reply, and is left out where too much is under way: count
    /// attempts by the event `LoginFailed`, which is always raised.
    async fn on_after_login_failed(
        &self,
        failure: LoginFailure<'_, Self::User>,
        context: &Context,
    ) -> HookResult {
        Ok(())
    }
    /// The address of the user is proven.
    async fn on_after_verify(&self, user: &Self::User, context: &Context) -> HookResult {
        Ok(())
    }
    /// A token that proves the user's address was asked for, or is due after a change of address by an
    /// administrator.
    async fn on_after_request_verify_token(
        &self,
        request: RequestVerify<'_, Self::User>,
        context: &Context,
    ) -> HookResult {
        Ok(())
    }
    /// A user asked for another address, which is pending ([`AuthUser::pending_email`]): notify the stored
    /// one ([`AuthUser::email`]), so that its owner can object before the change. Nothing that proves the
    /// new address belongs into this mail. Called at most ten times an hour for one stored address.
    async fn on_after_pending_email(&self, user: &Self::User, context: &Context) -> HookResult {
        Ok(())
    }
    /// A user asked for another address: mail the token to the **new** address
    /// ([`RequestEmailChange::email`]). `POST A/verify` with the token completes the change. Without this
    /// hook no user can change its address.
    async fn on_after_request_email_change(
        &self,
        request: RequestEmailChange<'_, Self::User>,
        context: &Context,
    ) -> HookResult {
        Ok(())
    }
    /// A password reset was asked for, for a known address or an unknown one.
    async fn on_after_forgot_password(
        &self,
        request: ForgotPassword<'_, Self::User>,
        context: &Context,
    ) -> HookResult {
        Ok(())
    }
    /// The password was replaced through a reset token.
    async fn on_after_reset_password(&self, user: &Self::User, context: &Context) -> HookResult {
        Ok(())
    }
    /// The password was changed: by its user, with a reset token, or by an administrator.
    async fn on_after_password_change(&self, user: &Self::User, context: &Context) -> HookResult {
        Ok(())
    }
    /// The e-mail address was changed: notify the old one. Called at most ten times an hour for one old
    /// address; [`on_after_update`](Self::on_after_update) is called for every change.
    async fn on_after_email_change(
        &self,
        user: &Self::User,
        old: &EmailAddress,
        context: &Context,
    ) -> HookResult {
        Ok(())
    }
    /// An account is about to be changed by its user or by an administrator: decide whether it may.
    ///
    /// [`Context::actor`] tells the two apart: [`Actor::User`](crate::Actor::User), or
    /// [`Actor::Administrator`](crate::Actor::Administrator). `user` is the account as it is stored.
    /// Called for a deletion that deactivates the account, too. The current password that a new address
    /// needs is checked before; the user's own new address is asked about when it becomes pending. Not
    /// called for a change of the password by its user, a reset, a verification, a withdrawal of the pending
    /// address or a removal of the row ([`on_before_delete`](Self::on_before_delete)).
    async fn on_before_update(
        &self,
        user: &Self::User,
        change: &ProposedUpdate<Self::User>,
        context: &Context,
    ) -> DecisionResult {
        Ok(Decision::Allow)
    }
    /// The account was changed; the last of the hooks of an update.
    async fn on_after_update(
        &self,
        user: &Self::User,
        update: &UpdateSummary,
        context: &Context,
    ) -> HookResult {
        Ok(())
    }
    /// The account was deactivated.
    async fn on_after_deactivate(&self, user: &Self::User, context: &Context) -> HookResult {
        Ok(())
    }
    /// The account is about to be removed for good. An error here stops the deletion: what was to
    /// be done before could not be done.
    async fn on_before_delete(&self, user: &Self::User, context: &Context) -> HookResult {
        Ok(())
    }
    /// The account was removed for good.
    async fn on_after_delete(&self, user: &Self::User, context: &Context) -> HookResult {
        Ok(())
    }
}
