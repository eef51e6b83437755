//! Settings of the HTTP surface, and their defaults.

use super::Forms;
use crate::accounts::DeleteMode;
use crate::api::RouteSetting;
use crate::http::TrustedProxies;

/// The identifier of a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoginBy {
    /// By e-mail address.
    #[default]
    Email,
    /// By user name, which registration then requires. Login by address is refused.
    Username,
}

/// The settings of the HTTP surface, without the backends.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) auth_path: String,
    pub(crate) users_path: String,
    /// Changes to routes, in the order in which they were made.
    pub(crate) routes: Vec<(String, RouteSetting)>,
    pub(crate) identifier: LoginBy,
    pub(crate) delete_mode: DeleteMode,
    pub(crate) hide_existing_accounts: bool,
    pub(crate) hide_account_state: bool,
    /// Codes of the application's refusals, for the documents of the HTTP API.
    pub(crate) refusal_codes: Vec<&'static str>,
    /// The prefix of every path, as clients see it.
    pub(crate) public_prefix: String,
    pub(crate) own_origin: Option<String>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) csrf_log_only: bool,
    pub(crate) proxies: TrustedProxies,
    /// The pages with forms; `None` if the routes take JSON only.
    pub(crate) forms: Option<Forms>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            auth_path: "/auth".to_owned(),
            users_path: "/users".to_owned(),
            routes: Vec::new(),
            identifier: LoginBy::default(),
            // A kept row can be restored, and its address cannot be registered by another user.
            delete_mode: DeleteMode::Soft,
            // Users expect a sign-up form to say that an address is taken.
            hide_existing_accounts: false,
            // Only a client that knows the password learns it.
            hide_account_state: false,
            refusal_codes: Vec::new(),
            public_prefix: String::new(),
            own_origin: None,
            allowed_origins: Vec::new(),
            csrf_log_only: false,
            // Any client can write the headers of a proxy.
            proxies: TrustedProxies::none(),
            // A form needs a page of the application.
            forms: None,
        }
    }
}

impl Settings {
    /// Returns the path of the routes of a backend: the path of the group for the first one, a path below
    /// it with the name for every further one.
    pub(crate) fn backend_path(&self, place: usize, name: &str) -> String {
        match place {
            0 => self.auth_path.clone(),
            _ => format!("{}/{name}", self.auth_path),
        }
    }
}
