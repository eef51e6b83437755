//! The builder of `Auth`, which reports all problems at once.

mod checks;
mod lookups;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Auth, Forms, Inner, LoginBy, Settings};
use crate::accounts::{AccountsBuilder, DeleteMode};
use crate::api::{BodyRules, RouteSetting, RouteTable};
use crate::backend::Backend;
use crate::config::{ConfigError, ConfigProblem, ConfigReport, ConfigWarning};
use crate::csrf::Csrf;
use crate::flash::FlashSigner;
use crate::http::{Origin, TrustedProxies};
use crate::secret::{Population, SubKeys};
use crate::transport::CredentialSource;
use crate::user::{AuthUser, UserColumns, undeclared_members};

/// Collects accounts, backends and settings of routes; [`build`](Self::build) reports all
/// problems at once.
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Secret};
/// use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
/// use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy, LoginBy, User};
///
/// let secret = MasterSecret::new(Secret::generate()?);
/// let accounts = Accounts::builder(MemoryUserDatabase::new(), &secret)
///     .expiring_store(MemoryExpiringStore::new());
/// let jwt = JwtStrategy::from_master(&secret).revoked_in(MemoryExpiringStore::new());
/// let auth: Auth<User> = Auth::builder(accounts)
///     .backend(Backend::new("jwt", BearerTransport::new(), jwt))
///     .auth_path("/session")
///     .login_by(LoginBy::Username)
///     .build()?;
/// assert!(auth.routes().any(|route| route.path() == "/session/login"));
///
/// // All problems are reported at once, in sentences.
/// let nothing = Accounts::<User>::builder(MemoryUserDatabase::new(), &secret);
/// let error = Auth::builder(nothing).auth_path("session").build().unwrap_err();
/// assert!(error.problems().len() >= 3, "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AuthBuilder<U: AuthUser> {
    accounts: AccountsBuilder<U>,
    backends: Vec<Backend<U>>,
    settings: Settings,
}

impl<U: AuthUser> AuthBuilder<U> {
    pub(super) fn new(accounts: AccountsBuilder<U>) -> Self {
        Self {
            accounts,
            backends: Vec::new(),
            settings: Settings::default(),
        }
    }

    /// Adds a backend. The routes of the first backend are at the path of the group, those of every
    /// further backend below its name.
    #[must_use]
    pub fn backend(mut self, backend: Backend<U>) -> Self {
        self.backends.push(backend);
        self
    }

    /// Sets the path of the login routes (`/auth`).
    #[must_use]
    pub fn auth_path(mut self, path: &str) -> Self {
        self.settings.auth_path = normalised(path);
        self
    }

    /// Sets the path of the user routes (`/users`).
    #[must_use]
    pub fn users_path(mut self, path: &str) -> Self {
        self.settings.users_path = normalised(path);
        self
    }

    /// Changes one route, or switches off a group of routes, by its name: `users.me.read`, `register`,
    /// `users`, `auth.login@api`. [`RouteSpec::id`](crate::api::RouteSpec::id) is the name, and a group is
    /// the begin of names up to a dot. The setting with the longest name counts, and the last one of
    /// equal names.
    ///
    /// See [`RouteSetting`] for an example.
    #[must_use]
    pub fn route(mut self, id: &str, setting: RouteSetting) -> Self {
        self.settings.routes.push((id.to_owned(), setting));
        self
    }

    /// Sets the identifier of a login: address or user name.
    #[must_use]
    pub fn login_by(mut self, identifier: LoginBy) -> Self {
        self.settings.identifier = identifier;
        self
    }

    /// Sets what the delete route does.
    #[must_use]
    pub fn delete_mode(mut self, mode: DeleteMode) -> Self {
        self.settings.delete_mode = mode;
        self
    }

    /// Answers every registration alike, and tells the owner of a taken address by a hook. Needs
    /// [`hide_account_state`](Self::hide_account_state) and
    /// [`AccountsBuilder::require_verification`], or a login afterwards would tell.
    ///
    /// The address must be the only unique member of a registration: the mail to a new user, which comes
    /// only if every value was free, would tell which user names are taken. `build()` refuses
    /// [`LoginBy::Username`] and unique columns of the registration.
    #[must_use]
    pub fn hide_existing_accounts(mut self, private: bool) -> Self {
        self.settings.hide_existing_accounts = private;
        self
    }

    /// Answers a login to an inactive or unverified account like one with a wrong password.
    #[must_use]
    pub fn hide_account_state(mut self, fold: bool) -> Self {
        self.settings.hide_account_state = fold;
        self
    }

    /// Declares the codes of the application's own refusals, each an [`AppCode`](crate::AppCode). The
    /// documents of the HTTP API list them among the codes of status 403 of login, registration and updates of accounts.
    /// Each call adds codes.
    ///
    /// It changes no reply: a hook refuses with a code that is not declared, too
    /// ([`Refusal`](crate::accounts::Refusal)).
    ///
    /// # Examples
    ///
    /// ```
    /// # use auth_core::{AuthBuilder, User};
    /// # fn configure(builder: AuthBuilder<User>) -> AuthBuilder<User> {
    /// builder.refusal_codes(["ACCOUNT_CLOSED", "PLAN_ENDED"])
    /// # }
    /// ```
    #[must_use]
    pub fn refusal_codes(mut self, codes: impl IntoIterator<Item = &'static str>) -> Self {
        self.settings.refusal_codes.extend(codes);
        self
    }

    /// Sets the prefix of every path as clients see it (`/api/v1`), if the routes are nested or a proxy
    /// removes a prefix. A refresh cookie whose path is
    /// [narrowed](crate::CookieTransport::narrow_refresh_path) is bound to the path that the browser sees.
    #[must_use]
    pub fn public_prefix(mut self, prefix: &str) -> Self {
        self.settings.public_prefix = normalised(prefix);
        self
    }

    /// Sets the server's own origin (`https://shop.example`), as browsers write it. The default is the origin
    /// of the request's `Host`, which is wrong behind a proxy that changes it.
    #[must_use]
    pub fn own_origin(mut self, origin: impl Into<String>) -> Self {
        self.settings.own_origin = Some(origin.into());
        self
    }

    /// Allows requests with cookies from the pages of another origin: `https://app.shop.example`, as
    /// browsers write it, or that of an application or extension, such as `capacitor://localhost`. The application must also allow it by CORS. Every page of the origin can do
    /// whatever the user can.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.settings.allowed_origins.push(origin.into());
        self
    }

    /// Sets the proxies that are believed when they report the address of a client; by default none,
    /// and the client's address is the peer's.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::http::TrustedProxies;
    /// # use auth_core::{AuthBuilder, User};
    /// # fn configure(builder: AuthBuilder<User>) -> AuthBuilder<User> {
    /// builder.trusted_proxies(TrustedProxies::x_forwarded_for(["10.0.0.0/8", "fd00::/8"]))
    /// # }
    /// ```
    #[must_use]
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.settings.proxies = proxies;
        self
    }

    /// Takes HTML forms from the pages of a server-rendered application, beside JSON. Needs a backend with
    /// cookies.
    ///
    /// See [`Forms`] for an example.
    #[must_use]
    pub fn forms(mut self, forms: Forms) -> Self {
        self.settings.forms = Some(forms);
        self
    }

    /// Accepts requests that cannot prove where they come from, and only raises the event
    /// `malicious_csrf` for each: to find out, before cookies are in use, which clients the check would
    /// refuse.
    #[must_use]
    pub fn dangerous_csrf_log_only(mut self) -> Self {
        self.settings.csrf_log_only = true;
        self
    }

    /// Builds the handle.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem of the configuration.
    pub fn build(self) -> Result<Auth<U>, ConfigError> {
        let mut report = self.accounts.report();
        self.accounts.validate(&mut report);
        self.validate_backends(&mut report);
        let routes = self.validate_routes(&mut report);
        self.validate_sessions(&mut report);
        self.validate_origins(&mut report);
        self.validate_proxies(&mut report);
        self.validate_refusal_codes(&mut report);
        self.validate_forms(&mut report);
        let warnings = report.finish()?;
        crate::accounts::log_warnings(&warnings);

        let Self {
            accounts, settings, ..
        } = self;
        let keys = accounts.csrf_keys();
        let csrf = csrf(&settings, &routes.backends, keys.clone());
        let population = population(&accounts, &settings, &routes.backends);
        let csrf = csrf.in_realm(population.realm());
        // Messages are spent in the expiring store.
        let flash = keys.filter(|_| accounts.has_account_tokens());
        let flash = flash.map(|keys| FlashSigner::new(keys, population.realm()));
        let accounts = accounts.assemble(population);
        let inner = Inner {
            accounts,
            csrf,
            flash,
            settings,
            routes,
            warnings,
            prefix_noticed: AtomicBool::new(false),
        };
        Ok(Auth {
            inner: Arc::new(inner),
        })
    }

    fn validate_backends(&self, report: &mut ConfigReport) {
        if self.backends.is_empty() {
            report.problem(ConfigProblem::NoBackend);
        }
        let mut names = Vec::new();
        for backend in &self.backends {
            backend.validate(report);
            if names.contains(&backend.name()) {
                let name = backend.name().to_owned();
                report.problem(ConfigProblem::DuplicateBackend { name });
            }
            names.push(backend.name());
        }
    }

    fn validate_sessions(&self, report: &mut ConfigReport) {
        let without_store = !self.accounts.has_sessions();
        for backend in self
            .backends
            .iter()
            .filter(|b| b.has_sessions() && without_store)
        {
            let backend = backend.name().to_owned();
            report.problem(ConfigProblem::MissingSessionStore { backend });
        }
        let is_ambient =
            |backend: &Backend<U>| backend.transport().source() == CredentialSource::Cookie;
        if self.backends.iter().any(is_ambient) && self.accounts.csrf_keys().is_none() {
            report.problem(ConfigProblem::MissingCsrfSecret);
        }
        let mut taken = Vec::new();
        for backend in &self.backends {
            // All cookies are compared: a token of one backend may have the name of the CSRF token of
            // another backend, which scripts read.
            let cookies = backend.transport().cookie_names();
            if let Some(name) = cookies.iter().find(|name| taken.contains(*name)) {
                let name = (*name).to_owned();
                report.problem(ConfigProblem::DuplicateCookie { name });
            }
            taken.extend(cookies);
        }
        let own = population(&self.accounts, &self.settings, &self.backends);
        for other in self.accounts.other_populations() {
            if let Some(name) = own.shared_cookie(&other) {
                let name = name.to_owned();
                report.problem(ConfigProblem::SharedCookie { name });
            }
        }
    }

    fn validate_origins(&self, report: &mut ConfigReport) {
        let Settings {
            public_prefix,
            own_origin,
            allowed_origins,
            ..
        } = &self.settings;
        if !is_mountable(public_prefix) {
            report.problem(ConfigProblem::InvalidPath {
                path: public_prefix.clone(),
            });
        }
        if self.settings.csrf_log_only {
            report.warn(ConfigWarning::Weakened {
                what: "requests that other sites cause are let through and only logged".to_owned(),
            });
        }
        let own = own_origin.as_deref().and_then(Origin::parse);
        let is_plain = |backend: &Backend<U>| !backend.transport().is_secure();
        if own.is_some_and(|own| !own.is_loopback()) && self.backends.iter().any(is_plain) {
            report.problem(ConfigProblem::InsecureOrigin);
        }
        for origin in own_origin.iter().chain(allowed_origins) {
            if Origin::parse(origin).is_none() {
                let origin = origin.escape_default().to_string();
                report.problem(ConfigProblem::InvalidOrigin { origin });
            }
        }
    }

    fn validate_routes(&self, report: &mut ConfigReport) -> RouteTable<U> {
        let Settings {
            auth_path,
            users_path,
            ..
        } = &self.settings;
        let rules = BodyRules {
            is_browser: false,
            login_by: self.settings.identifier,
            shortest_password: self.accounts.shortest_password(),
            fields: U::FIELDS,
            changes_email: self.accounts.changes_own_email(),
        };
        let refuses_sessions = self.accounts.refuses_sessions();
        let (table, problems) =
            RouteTable::new(&self.settings, &self.backends, rules, refuses_sessions);
        for problem in problems {
            report.problem(problem);
        }
        for path in [auth_path, users_path] {
            if !is_mountable(path) {
                report.problem(ConfigProblem::InvalidPath { path: path.clone() });
            }
        }
        if table.has("users") && (users_path.is_empty() || auth_path == users_path) {
            let path = users_path.clone();
            report.problem(ConfigProblem::UsersPathCollides { path });
        }
        if self.settings.identifier == LoginBy::Username && !U::FIELDS.usernames {
            report.problem(ConfigProblem::LoginByMissingUsername);
        }
        for (method, field) in undeclared_members::<U::Columns>() {
            report.problem(ConfigProblem::UndeclaredMember { method, field });
        }
        let hides_state = self.settings.hide_account_state && self.accounts.requires_verification();
        if self.settings.hide_existing_accounts && !hides_state {
            report.problem(ConfigProblem::LoginRevealsAccounts);
        }
        if self.settings.hide_existing_accounts && table.has("register") {
            if self.settings.identifier == LoginBy::Username {
                let field = "username";
                report.problem(ConfigProblem::UniqueFieldReveals { field });
            }
            for column in U::Columns::new_schema().iter().filter(|c| c.is_unique()) {
                let field = column.name();
                report.problem(ConfigProblem::UniqueFieldReveals { field });
            }
        }
        let needs_tokens = table.has("verify") || table.has("password");
        if needs_tokens && !self.accounts.has_account_tokens() {
            report.problem(ConfigProblem::RoutesWithoutEmailTokens);
        }
        table
    }
}

fn csrf<U: AuthUser>(settings: &Settings, backends: &[Backend<U>], keys: Option<SubKeys>) -> Csrf {
    // An invalid origin was a problem.
    let origins = settings.allowed_origins.iter();
    let origins = origins.filter_map(|text| Origin::parse(text)).collect();
    let own = settings.own_origin.as_deref().and_then(Origin::parse);
    let takes_plain_http = backends.iter().any(|b| !b.transport().is_secure());
    Csrf::new(keys, own, origins, takes_plain_http).log_only(settings.csrf_log_only)
}

/// Returns the population of the handle, with what its clients see of it.
fn population<U: AuthUser>(
    accounts: &AccountsBuilder<U>,
    settings: &Settings,
    backends: &[Backend<U>],
) -> Population {
    let names = backends.iter().flat_map(|b| b.transport().cookie_names());
    let cookies = names.map(str::to_owned).collect();
    let origin = settings.own_origin.clone();
    accounts.population().with_cookies(cookies, origin)
}

/// Without a slash at the end; the root is empty.
fn normalised(path: &str) -> String {
    path.trim_end_matches('/').to_owned()
}

pub(crate) fn is_mountable(path: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    let is_segment = |segment: &str| {
        !segment.is_empty() && segment.chars().all(is_plain) && segment != "." && segment != ".."
    };
    path.is_empty()
        || path
            .strip_prefix('/')
            .is_some_and(|rest| rest.split('/').all(is_segment))
}

impl<U: AuthUser> fmt::Debug for AuthBuilder<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthBuilder")
            .field("backends", &self.backends)
            .finish_non_exhaustive()
    }
}
