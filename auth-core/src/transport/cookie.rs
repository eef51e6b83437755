//! Cookies (RFC 6265bis).

mod clear;
mod set;

use std::time::Duration;

use super::{
    CookieSet, CredentialSource, MalformedCredential, RefreshPath, TokenSet, Transport,
    cookie_header,
};
use crate::config::{ConfigProblem, ConfigReport, ConfigWarning};
use crate::http::{Reply, RequestHead};
use crate::strategy::IssuedToken;

const SET_COOKIE: &str = "set-cookie";

/// Carries the token in a cookie that scripts cannot read, and the refresh token in another one.
///
/// | cookie | by default | attributes |
/// | --- | --- | --- |
/// | access | `__Host-auth` | `HttpOnly; Secure; SameSite=Lax; Path=/` |
/// | refresh, with sessions | `__Host-auth-refresh` | the same |
/// | flash message, with forms | `__Host-auth-flash` | those of the access cookie |
/// | CSRF token, for scripts of clients that send no origin | `__Host-auth-csrf` | `Secure; SameSite=Lax; Path=/` |
///
/// The prefixes make a browser take the cookies only over HTTPS and, for `__Host-`, from this very
/// host, so that no neighbouring domain can plant one (RFC 6265bis §4.1.3). Each lives as long as its
/// token, and that of the CSRF token as long as the session.
///
/// The refresh cookie comes with every request, so that a logout and a new login find the session after
/// the access cookie has expired, and so that nested routes do not lose it.
/// [`narrow_refresh_path`](Self::narrow_refresh_path) binds it to the refresh route instead.
///
/// # Examples
///
/// ```
/// use auth_core::{Backend, CookieTransport, OpaqueStrategy, User};
/// use auth_core::transport::SameSite;
///
/// let cookies = CookieTransport::new().name("shop").same_site(SameSite::Strict);
/// let backend: Backend<User> = Backend::new("web", cookies, OpaqueStrategy::new());
/// ```
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches, each of which the builder has as well"
)]
pub struct CookieTransport {
    base: String,
    secure: bool,
    /// `None` for `SameSite=None`.
    same_site: Option<SameSite>,
    domain: Option<String>,
    persistent: bool,
    partitioned: bool,
    /// Whether the refresh cookie is sent to the refresh route only.
    narrow: bool,
    clear_site_data: bool,
    /// Domains of earlier cookies.
    old_domains: Vec<String>,
    names: Names,
}

/// Whether a browser sends a cookie with requests that other sites cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// With navigations to the site, and not with what other sites load or post.
    Lax,
    /// Never with requests that another site causes: a link from there arrives logged out.
    Strict,
}

#[derive(Debug, Clone)]
struct Names {
    access: String,
    refresh: String,
    csrf: String,
    flash: String,
}

/// The attributes of a cookie.
struct Cookie<'a> {
    name: &'a str,
    value: &'a str,
    path: &'a str,
    http_only: bool,
    max_age: Option<Duration>,
}

impl CookieTransport {
    /// The maximum lifetime of a cookie (RFC 6265bis §5.5).
    const LONGEST: Duration = Duration::from_hours(400 * 24);
    /// The maximum length of name and value together (RFC 6265bis §5.6).
    const CAPACITY: usize = 4096;

    /// Creates the transport with the defaults.
    #[must_use]
    pub fn new() -> Self {
        let mut new = Self {
            base: "auth".to_owned(),
            secure: true,
            same_site: Some(SameSite::Lax),
            domain: None,
            persistent: true,
            partitioned: false,
            narrow: false,
            clear_site_data: false,
            old_domains: Vec::new(),
            names: Names {
                access: String::new(),
                refresh: String::new(),
                csrf: String::new(),
                flash: String::new(),
            },
        };
        new.rename();
        new
    }

    /// Sets the name of the cookies, without prefixes (`auth`): 1 to 64 letters, digits, `-` and `_`.
    /// Two backends with cookies have two names.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.base = name.into();
        self.rename();
        self
    }

    /// Sets whether browsers send the cookies with requests that other sites cause (`Lax`).
    #[must_use]
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = Some(same_site);
        self
    }

    /// Sends the cookies with all requests that other sites cause, for an application in frames of other
    /// sites. Only origins and CSRF tokens then protect against forged requests.
    #[must_use]
    pub fn dangerous_same_site_none(mut self) -> Self {
        self.same_site = None;
        self
    }

    /// Shares the cookies with every sub-domain of this domain, and so trusts all of them. The
    /// prefix is then `__Secure-`.
    #[must_use]
    pub fn share_with_subdomains(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self.rename();
        self
    }

    /// Sends the refresh cookie to the refresh route only. Its prefix is then `__Secure-`, which a
    /// neighbouring domain can plant: a planted cookie is refused beside the CSRF cookie of another
    /// session. A logout or a new login after the access cookie has expired does not find the session.
    ///
    /// If the routes are nested, or a proxy adds a prefix, set
    /// [`AuthBuilder::public_prefix`](crate::AuthBuilder::public_prefix): otherwise browsers do not send
    /// the refresh cookie.
    #[must_use]
    pub fn narrow_refresh_path(mut self) -> Self {
        self.narrow = true;
        self.rename();
        self
    }

    /// Sends `Clear-Site-Data: "cookies"` with the reply to a logout. A browser then deletes every cookie
    /// of the registered domain: those of sibling applications, too.
    #[must_use]
    pub fn clear_site_data(mut self) -> Self {
        self.clear_site_data = true;
        self
    }

    /// Clears the cookies of an earlier configuration with
    /// [`share_with_subdomains(domain)`](Self::share_with_subdomains), at each login and logout. A browser
    /// sends old and new cookies side by side, and two values of one name are refused.
    ///
    /// ```
    /// use auth_core::CookieTransport;
    ///
    /// // Was `share_with_subdomains("example.com")` until this release:
    /// let cookies = CookieTransport::new()
    ///     .share_with_subdomains("shop.example.com")
    ///     .also_clears_domain("example.com");
    /// ```
    #[must_use]
    pub fn also_clears_domain(mut self, domain: impl Into<String>) -> Self {
        self.old_domains.push(domain.into());
        self
    }

    /// Lets the cookies end with the browser, and not only with their tokens.
    #[must_use]
    pub fn until_browser_closes(mut self) -> Self {
        self.persistent = false;
        self
    }

    /// Partitions the cookies by the embedding site (CHIPS).
    #[must_use]
    pub fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    /// Sends the cookies over plain HTTP, where the network can read them: for
    /// development on a loopback address. They have no prefixes then.
    #[must_use]
    pub fn insecure_over_plain_http(mut self) -> Self {
        self.secure = false;
        self.rename();
        self
    }

    fn rename(&mut self) {
        let base = &self.base;
        let (host, anywhere) = match (self.secure, &self.domain) {
            (false, _) => ("", ""),
            (true, None) => ("__Host-", "__Secure-"),
            (true, Some(_)) => ("__Secure-", "__Secure-"),
        };
        self.names = Names {
            access: format!("{host}{base}"),
            refresh: format!(
                "{}{base}-refresh",
                if self.narrow { anywhere } else { host }
            ),
            csrf: format!("{host}{base}-csrf"),
            flash: format!("{host}{base}-flash"),
        };
    }

    /// Returns the value of `Set-Cookie` that sets a cookie.
    fn set(&self, cookie: &Cookie<'_>) -> String {
        self.set_for(cookie, self.domain.as_deref())
    }

    fn set_for(&self, cookie: &Cookie<'_>, domain: Option<&str>) -> String {
        let Cookie {
            name,
            value,
            path,
            http_only,
            max_age,
        } = cookie;
        let mut text = format!("{name}={value}");
        if *http_only {
            text.push_str("; HttpOnly");
        }
        if self.secure {
            text.push_str("; Secure");
        }
        text.push_str(match self.same_site {
            Some(SameSite::Lax) => "; SameSite=Lax",
            Some(SameSite::Strict) => "; SameSite=Strict",
            None => "; SameSite=None",
        });
        text.push_str("; Path=");
        text.push_str(path);
        if let Some(domain) = domain {
            text.push_str("; Domain=");
            text.push_str(domain);
        }
        if let Some(max_age) = max_age {
            let seconds = max_age.min(&Self::LONGEST).as_secs();
            text.push_str("; Max-Age=");
            text.push_str(&seconds.to_string());
        }
        if self.partitioned {
            text.push_str("; Partitioned");
        }
        text
    }

    fn access<'a>(&'a self, value: &'a str, max_age: Option<Duration>) -> Cookie<'a> {
        Cookie {
            name: &self.names.access,
            value,
            path: "/",
            http_only: true,
            max_age,
        }
    }

    fn refresh<'a>(
        &'a self,
        value: &'a str,
        refresh_path: &'a RefreshPath,
        max_age: Option<Duration>,
    ) -> Cookie<'a> {
        Cookie {
            name: &self.names.refresh,
            value,
            path: if self.narrow {
                refresh_path.as_str()
            } else {
                "/"
            },
            http_only: true,
            max_age,
        }
    }

    /// Scripts read this cookie, and send it back in a header.
    fn csrf<'a>(&'a self, value: &'a str, max_age: Option<Duration>) -> Cookie<'a> {
        Cookie {
            name: &self.names.csrf,
            value,
            path: "/",
            http_only: false,
            max_age,
        }
    }

    fn flash<'a>(&'a self, value: &'a str, max_age: Duration) -> Cookie<'a> {
        Cookie {
            name: &self.names.flash,
            value,
            path: "/",
            http_only: true,
            max_age: Some(max_age),
        }
    }
}

impl Default for CookieTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport for CookieTransport {
    fn read<'r>(&self, head: &'r dyn RequestHead) -> Result<Option<&'r str>, MalformedCredential> {
        cookie_header::find(head, &self.names.access)
    }

    fn login(&self, tokens: &TokenSet<'_>) -> Reply {
        let TokenSet {
            access,
            refresh,
            csrf,
            remembered,
            refresh_path,
        } = tokens;
        let life_of = |token: &IssuedToken| {
            let is_persistent = self.persistent && *remembered;
            is_persistent.then(|| token.expires_in())
        };
        let life = life_of(access);
        let mut cookies = vec![self.set(&self.access(access.expose(), life))];
        if let Some(token) = refresh {
            cookies.push(self.set(&self.refresh(token.expose(), refresh_path, life_of(token))));
        }
        if let Some(token) = csrf {
            // It is valid as long as the session.
            let life = refresh.map_or(life, life_of);
            cookies.push(self.set(&self.csrf(token, life)));
        }
        cookies.extend(self.cleared_at_old_domains(refresh_path));
        setting(Reply::empty(204), cookies)
    }

    fn logout(&self, refresh_path: &RefreshPath) -> Reply {
        let reply = setting(Reply::empty(204), self.cleared(refresh_path));
        if self.clear_site_data {
            reply.header("clear-site-data", "\"cookies\"")
        } else {
            reply
        }
    }

    fn source(&self) -> CredentialSource {
        CredentialSource::Cookie
    }

    /// There is no scheme for cookies.
    fn challenge(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn capacity(&self) -> usize {
        Self::CAPACITY.saturating_sub(self.names.refresh.len())
    }

    fn cookies(&self) -> Option<&dyn CookieSet> {
        Some(self)
    }

    fn validate(&self, report: &mut ConfigReport) {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let begins_with_prefix = self.base.starts_with("__");
        if !(1..=64).contains(&self.base.len())
            || !self.base.chars().all(is_plain)
            || begins_with_prefix
        {
            let name = self.base.escape_default().to_string();
            report.problem(ConfigProblem::InvalidCookieName { name });
        }
        for domain in self.domain.iter().chain(&self.old_domains) {
            let is_of_domain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
            let is_old = self.old_domains.contains(domain) && self.domain.as_ref() == Some(domain);
            if domain.is_empty()
                || domain.starts_with('.')
                || !domain.chars().all(is_of_domain)
                || is_old
            {
                let domain = domain.escape_default().to_string();
                report.problem(ConfigProblem::InvalidCookieDomain { domain });
            }
        }
        if !self.secure {
            report.warn(ConfigWarning::Weakened {
                what: "cookies travel over plain HTTP, where the network can read them".to_owned(),
            });
            if self.same_site.is_none() || self.partitioned {
                report.problem(ConfigProblem::InsecureCookieAttribute);
            }
        }
        if self.same_site.is_none() {
            report.warn(ConfigWarning::Weakened {
                what: "cookies go along with requests that other sites cause".to_owned(),
            });
        }
    }
}

fn setting(reply: Reply, cookies: impl IntoIterator<Item = String>) -> Reply {
    let cookies = cookies.into_iter();
    cookies.fold(reply, |reply, cookie| reply.header(SET_COOKIE, cookie))
}

#[cfg(test)]
mod tests;
