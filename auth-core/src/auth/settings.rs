//! What an application chooses about its HTTP surface, and the defaults.

use crate::accounts::DeleteMode;
use crate::api::RouteSetting;
use crate::http::TrustedProxies;

/// By what people log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoginBy {
    /// By e-mail address.
    #[default]
    Email,
    /// By user name, which registration then demands. Login by address is then refused.
    Username,
}

/// Everything about the HTTP surface that is not a backend.
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
    /// What stands before every path, as clients see it.
    pub(crate) public_prefix: String,
    pub(crate) own_origin: Option<String>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) csrf_log_only: bool,
    pub(crate) proxies: TrustedProxies,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            auth_path: "/auth".to_owned(),
            users_path: "/users".to_owned(),
            routes: Vec::new(),
            identifier: LoginBy::default(),
            // A row that stays can be brought back, and keeps its address from being taken over.
            delete_mode: DeleteMode::Soft,
            // Telling that an address is taken is what people expect of a sign-up form.
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
        }
    }
}

impl Settings {
    /// Where the routes of the backend at this place lie: the first one's at the path of the group, those
    /// of every further one below its name.
    pub(crate) fn backend_path(&self, place: usize, name: &str) -> String {
        match place {
            0 => self.auth_path.clone(),
            _ => format!("{}/{name}", self.auth_path),
        }
    }
}
