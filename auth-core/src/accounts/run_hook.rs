//! How hooks of the application run, and what happens when one fails.

use super::{Accounts, HookResult};
use crate::context::Context;
use crate::error::BoxError;
use crate::event::{AuthEvent, EventData, EventKind};
use crate::user::AuthUser;

impl<U: AuthUser> Accounts<U> {
    /// Runs a hook that follows something. Its failure is logged and raised as an event; what it
    /// follows stays done.
    pub(crate) async fn after(
        &self,
        name: &'static str,
        user: &U,
        context: &Context,
        hook: impl Future<Output = HookResult> + Send,
    ) {
        self.after_maybe(name, Some(user), context, hook).await;
    }

    /// The same, where there may be no user.
    pub(crate) async fn after_maybe(
        &self,
        name: &'static str,
        user: Option<&U>,
        context: &Context,
        hook: impl Future<Output = HookResult> + Send,
    ) {
        if let Err(error) = hook.await {
            self.hook_failed(name, user, context, &error);
        }
    }

    /// Logs the failure of a hook and raises the event.
    pub(crate) fn hook_failed(
        &self,
        name: &'static str,
        user: Option<&U>,
        context: &Context,
        error: &BoxError,
    ) {
        let key = user.map(|user| user.id().to_string());
        tracing::error!(target: "auth", hook = name, user = key, %error, "a hook failed");
        let mut event = AuthEvent::new(EventKind::HookFailed, context);
        event.user = key.map(Into::into);
        self.raise(event.with_data(EventData::Hook(name)));
    }
}
