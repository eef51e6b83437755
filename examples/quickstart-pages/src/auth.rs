//! Accounts with sessions in a cookie, and the pages of their forms.

use auth_core::secret::MasterSecret;
use auth_core::{
    Accounts, Auth, AuthBuilder, Backend, CookieTransport, FormRoute, Forms, OpaqueStrategy,
    Sessions, User,
};
use auth_diesel::SqliteStore;

use crate::mailer::Mailer;

pub(crate) fn builder(
    store: SqliteStore,
    secret: &MasterSecret,
    mailer: Mailer,
) -> AuthBuilder<User> {
    let accounts = Accounts::builder(store.clone(), secret)
        .expiring_store(store.clone())
        .sessions(Sessions::new(store, secret))
        .hooks(mailer);
    let web = Backend::new("web", CookieTransport::new(), OpaqueStrategy::new());
    Auth::builder(accounts).backend(web).forms(forms())
}

/// Which page has the form of a route, and where the browser goes afterwards.
fn forms() -> Forms {
    Forms::new()
        .login_page("/login")
        .after_login("/account")
        .page(FormRoute::Register, "/sign-up")
        .page(FormRoute::Verify, "/verify")
        .after(FormRoute::Verify, "/account")
        .page(FormRoute::RequestVerify, "/verify")
        .page(FormRoute::ForgotPassword, "/forgot")
        .page(FormRoute::ResetPassword, "/reset")
        .page(FormRoute::ChangePassword, "/account")
}
