//! The settings of a case, and the handle that follows from them.

use std::num::NonZeroU16;

use crate::accounts::{AccountsBuilder, DeleteMode};
use crate::api::RouteSetting;
use crate::auth::{Auth, AuthBuilder, Forms, LoginBy};
use crate::backend::Backend;
use crate::http::TrustedProxies;
use crate::secret::Secret;
use crate::session::{AtSessionLimit, Sessions};
use crate::store::{ExpiringStore, SessionStore};
use crate::strategy::{JwtStrategy, OpaqueStrategy};
use crate::testing::master_secret;
use crate::token::{JwtKey, KeyRing};
use crate::transport::{BearerTransport, CookieTransport};
use crate::user::User;

/// The settings of a case; the defaults are those of the toolkit.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches, each of which a builder has as well"
)]
pub(super) struct Setup {
    pub(super) require_verification: bool,
    pub(super) hide_existing_accounts: bool,
    pub(super) hide_account_state: bool,
    pub(super) login_by: LoginBy,
    pub(super) delete_mode: DeleteMode,
    /// Changes to routes, by their names.
    pub(super) routes: Vec<(&'static str, RouteSetting)>,
    /// `auth_path` and `users_path`.
    pub(super) paths: Option<(&'static str, &'static str)>,
    /// Sets other hooks than the outbox.
    pub(super) hooks: Option<SetHooks>,
    pub(super) refusal_codes: &'static [&'static str],
    pub(super) backends: Backends,
    /// The grace of refresh tokens, in seconds; that of the toolkit where it is `None`.
    pub(super) grace: Option<u64>,
    /// What a login does if its user has two sessions.
    pub(super) at_two_sessions: Option<AtSessionLimit>,
    pub(super) public_prefix: &'static str,
    pub(super) csrf_log_only: bool,
    pub(super) proxies: TrustedProxies,
    /// Pages with forms.
    pub(super) forms: Option<Forms>,
}

/// Sets the hooks of a case.
pub(super) type SetHooks = Box<dyn FnOnce(AccountsBuilder<User>) -> AccountsBuilder<User> + Send>;

impl Setup {
    pub(super) fn sessions(&self, store: impl SessionStore) -> Sessions {
        let sessions = Sessions::new(store, &master_secret());
        let sessions = match self.grace {
            Some(seconds) => sessions.refresh_grace(std::time::Duration::from_secs(seconds)),
            None => sessions,
        };
        match self.at_two_sessions {
            Some(at_limit) => {
                let two = NonZeroU16::MIN.saturating_add(1);
                sessions.limit_per_user(two, at_limit)
            }
            None => sessions,
        }
    }

    pub(super) fn assemble(
        &self,
        accounts: AccountsBuilder<User>,
        backends: Vec<Backend<User>>,
    ) -> AuthBuilder<User> {
        let builder = Auth::builder(accounts)
            .allow_origin(ALLOWED_ORIGIN)
            .public_prefix(self.public_prefix)
            .trusted_proxies(self.proxies.clone())
            .login_by(self.login_by)
            .delete_mode(self.delete_mode)
            .hide_existing_accounts(self.hide_existing_accounts)
            .hide_account_state(self.hide_account_state)
            .refusal_codes(self.refusal_codes.iter().copied());
        let mut builder = backends.into_iter().fold(builder, AuthBuilder::backend);
        for (id, setting) in &self.routes {
            builder = builder.route(id, setting.clone());
        }
        if let Some(forms) = &self.forms {
            builder = builder.forms(forms.clone());
        }
        if self.csrf_log_only {
            builder = builder.dangerous_csrf_log_only();
        }
        if let Some((auth_path, users_path)) = self.paths {
            builder = builder.auth_path(auth_path).users_path(users_path);
        }
        builder
    }
}

/// The ways to log in on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Backends {
    /// `jwt`: bearer and JWT, without sessions.
    #[default]
    Jwt,
    /// `api`: bearer and opaque tokens.
    Opaque,
    /// `api`: bearer and JWT, whose session every request looks at.
    JwtSessions,
    /// `api`: bearer and JWT, whose session only a refresh looks at.
    JwtAtRefresh,
    /// `jwt`: bearer and JWT, signed with a key whose public half is published.
    Signed,
    /// `web`: a classic session.
    Classic,
    /// `web`: cookies and JWT, whose session every request looks at.
    JwtCookies,
    /// `web`: cookies and opaque tokens with refresh tokens; then `api`: bearer and JWT with sessions; then `plain`:
    /// bearer and JWT without sessions.
    Browser,
}

/// The example of RFC 8037, appendix A.1.
const SIGNING_KEY: &str = r#"{"kty":"OKP","crv":"Ed25519",
    "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// An origin that every case allows.
pub(super) const ALLOWED_ORIGIN: &str = "https://app.example";

/// The backends of a case.
pub(super) fn backends<S: ExpiringStore>(
    which: Backends,
    revoked_in: impl Fn() -> S,
) -> Vec<Backend<User>> {
    let (bearer, cookies) = (BearerTransport::new, CookieTransport::new);
    let jwt = || JwtStrategy::from_master(&master_secret());
    match which {
        Backends::Jwt => vec![Backend::new(
            "jwt",
            bearer(),
            jwt().revoked_in(revoked_in()),
        )],
        Backends::Opaque => vec![Backend::new("api", bearer(), OpaqueStrategy::new())],
        Backends::JwtSessions => vec![Backend::new("api", bearer(), jwt()).with_sessions()],
        Backends::JwtAtRefresh => {
            let backend = Backend::new("api", bearer(), jwt().dangerous_without_revocation());
            vec![backend.dangerous_with_sessions_checked_at_refresh_only()]
        }
        Backends::Signed => {
            let key = JwtKey::parse(SIGNING_KEY).expect("a key");
            let jwt = JwtStrategy::new(KeyRing::new(key)).revoked_in(revoked_in());
            vec![Backend::new("jwt", bearer(), jwt)]
        }
        Backends::Classic => vec![Backend::new("web", cookies(), OpaqueStrategy::new())],
        Backends::JwtCookies => vec![Backend::new("web", cookies(), jwt()).with_sessions()],
        Backends::Browser => {
            let key = || Secret::from_base64url("OuTsr0vRGgC5vVQtsBr6cPCQJYKg6I6qOkeaDDxAmBk");
            let plain = JwtStrategy::hs256(key().expect("a key")).audience("auth:plain");
            vec![
                Backend::new("web", cookies(), OpaqueStrategy::new()).rotating(),
                Backend::new("api", bearer(), jwt()).with_sessions(),
                Backend::new("plain", bearer(), plain.revoked_in(revoked_in())),
            ]
        }
    }
}
