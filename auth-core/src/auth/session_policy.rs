//! The rules for sessions, as text from the configuration.

use std::fmt::Write as _;

use super::Auth;
use crate::backend::SessionUse;
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    /// Returns the configured rules for sessions as a Markdown table: for the documentation of an
    /// application (ASVS 7.1 requires it), and for a test that detects changes.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{MasterSecret, Secret};
    /// use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
    /// use auth_core::{Accounts, Auth, Backend, CookieTransport, OpaqueStrategy, Sessions, User};
    ///
    /// let master = MasterSecret::new(Secret::generate()?);
    /// let accounts = Accounts::builder(MemoryUserDatabase::new(), &master)
    ///     .expiring_store(MemoryExpiringStore::new())
    ///     .sessions(Sessions::new(MemorySessionStore::new(), &master));
    /// let auth: Auth<User> = Auth::builder(accounts)
    ///     .backend(Backend::new("web", CookieTransport::new(), OpaqueStrategy::new()))
    ///     .build()?;
    /// assert!(auth.session_policy().contains("| an unused session ends after | 30d |"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn session_policy(&self) -> String {
        let mut page = String::from("| rule | value |\n| --- | --- |\n");
        let mut row = |rule: &str, value: &str| {
            // Writing into a text cannot fail.
            let _ = writeln!(page, "| {rule} | {value} |");
        };
        for (rule, value) in self.accounts().session_rules() {
            row(rule, &value);
        }
        row(
            "sessions of one user at the same time",
            "any number; each is seen and ended by itself",
        );
        row(
            "ended by a change of the password",
            "all; the one that it comes from continues with new tokens",
        );
        row(
            "ended by a change of the address",
            "all; the one that proves the address continues with new cookies if it has cookies",
        );
        row("ended by a reset, a deactivation, a deletion", "all");
        for backend in self.backends() {
            let value = match backend.session_use() {
                SessionUse::Without => "no sessions: a token lives until it expires or is revoked",
                SessionUse::Checked if backend.is_classic() => {
                    "a classic session: one cookie, and every request asks for the session"
                }
                SessionUse::Checked => "every request asks for the session: its end is immediate",
                SessionUse::AtRefresh => {
                    "only a refresh asks for the session: an access token outlives it until it expires"
                }
            };
            row(&format!("backend `{}`", backend.name()), value);
        }
        row("sign-on with others", "none");
        page
    }
}

#[cfg(test)]
#[cfg(feature = "jwt")]
mod tests {
    use std::sync::Arc;

    use crate::store::memory::MemorySessionStore;
    use crate::testing::{Outbox, accounts_builder, master_secret};
    use crate::{
        Auth, Backend, BearerTransport, CookieTransport, JwtStrategy, OpaqueStrategy, Sessions,
    };

    /// A7.1.1, A7.1.2, A7.1.3: the table follows the configuration.
    #[test]
    fn session_policy_follows_the_configuration() {
        let sessions = Sessions::new(MemorySessionStore::new(), &master_secret());
        let accounts = accounts_builder(Arc::new(Outbox::new())).sessions(sessions);
        let jwt = || JwtStrategy::from_master(&master_secret()).dangerous_without_revocation();
        let lagging = Backend::new("lag", BearerTransport::new(), jwt().audience("lag"));
        let auth = Auth::builder(accounts)
            .backend(Backend::new(
                "web",
                CookieTransport::new(),
                OpaqueStrategy::new(),
            ))
            .backend(lagging.dangerous_with_sessions_checked_at_refresh_only())
            .build();
        let auth = auth.unwrap();
        let expected = "\
| rule | value |
| --- | --- |
| an unused session ends after | 30d |
| an unused session that ends with the browser ends after | 1d |
| a session ends in any case after | 90d |
| a refresh token that is spent is answered once more for | 10s |
| a refresh token whose successor was never used is answered for | 5m |
| sessions of one user at the same time | any number; each is seen and ended by itself |
| ended by a change of the password | all; the one that it comes from continues with new tokens |
| ended by a change of the address | all; the one that proves the address continues with new cookies if it has cookies |
| ended by a reset, a deactivation, a deletion | all |
| backend `web` | a classic session: one cookie, and every request asks for the session |
| backend `lag` | only a refresh asks for the session: an access token outlives it until it expires |
| sign-on with others | none |
";
        assert_eq!(auth.session_policy(), expected);
    }
}
