//! The lines that clear cookies, those of earlier configurations included.

use std::time::Duration;

use super::{Cookie, CookieTransport};
use crate::transport::RefreshPath;

const NOW: Option<Duration> = Some(Duration::ZERO);

impl CookieTransport {
    /// Clears every cookie.
    pub(super) fn cleared(&self, refresh_path: &RefreshPath) -> Vec<String> {
        let now = [
            self.access("", NOW),
            self.refresh("", refresh_path, NOW),
            self.csrf("", NOW),
        ];
        let mut lines: Vec<_> = now.iter().map(|cookie| self.set(cookie)).collect();
        lines.extend(now.iter().filter_map(|cookie| self.variants(cookie)));
        lines.extend(self.cleared_at_old_domains(refresh_path));
        lines
    }

    /// Clears the access cookie.
    pub(super) fn access_cleared(&self) -> Vec<String> {
        self.each_form(&self.access("", NOW))
    }

    /// Clears the CSRF cookie.
    pub(super) fn csrf_cleared(&self) -> Vec<String> {
        self.each_form(&self.csrf("", NOW))
    }

    /// Clears every cookie that earlier configurations set for other domains.
    pub(super) fn cleared_at_old_domains(&self, refresh_path: &RefreshPath) -> Vec<String> {
        let cookies = [
            self.access("", NOW),
            self.refresh("", refresh_path, NOW),
            self.csrf("", NOW),
        ];
        let lines = cookies
            .iter()
            .flat_map(|cookie| self.at_old_domains(cookie));
        lines.collect()
    }

    /// Clears the cookie of the same name that this host may have set for itself alone. Cookies with the
    /// prefix `__Host-` have one form only.
    fn variants(&self, cookie: &Cookie<'_>) -> Option<String> {
        self.domain.is_some().then(|| self.set_for(cookie, None))
    }

    /// Clears the flash cookie.
    pub(super) fn flash_cleared(&self) -> Vec<String> {
        self.each_form(&self.flash("", Duration::ZERO))
    }

    /// Clears one cookie, also that of this host alone and those of earlier domains.
    fn each_form(&self, cookie: &Cookie<'_>) -> Vec<String> {
        let mut lines = vec![self.set(cookie)];
        lines.extend(self.variants(cookie));
        lines.extend(self.at_old_domains(cookie));
        lines
    }

    fn at_old_domains(&self, cookie: &Cookie<'_>) -> Vec<String> {
        let plain = cookie.name.strip_prefix("__Host-");
        // A cookie with a domain cannot have the prefix `__Host-`.
        let name = plain.map(|plain| format!("__Secure-{plain}"));
        let old = Cookie {
            name: name.as_deref().unwrap_or(cookie.name),
            ..*cookie
        };
        let domains = self.old_domains.iter();
        domains
            .map(|domain| self.set_for(&old, Some(domain)))
            .collect()
    }
}
