//! Targets of redirects: a browser is sent only where the allow-list permits.

mod path;

#[cfg(test)]
mod tests;

use thiserror::Error;

use super::{Origin, Reply};

/// The longest target, in bytes.
const MAX_BYTES: usize = 2048;

/// A place to which a browser may be redirected: a path of the own site, or a URL below an allowed origin.
///
/// Only [`AllowedRedirects::target`] makes one, so a redirect to an unchecked text does not compile.
///
/// # Examples
///
/// ```
/// use auth_core::http::AllowedRedirects;
///
/// let target = AllowedRedirects::own_site().target("/orders?page=2")?;
/// assert_eq!(target.as_str(), "/orders?page=2");
/// assert_eq!(target.with_query("error", "a b").as_str(), "/orders?page=2&error=a+b");
/// # Ok::<(), auth_core::http::RedirectRefused>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RedirectTarget(String);

impl RedirectTarget {
    /// Returns the value of a `Location` header: visible ASCII, percent-encoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the redirect after a form: the browser gets the target (RFC 9110 §15.4.4).
    pub(crate) fn see_other(&self) -> Reply {
        Reply::empty(303).header("location", self.as_str())
    }

    /// Returns the target with a further query parameter, encoded like a field of a form.
    pub fn with_query(&self, name: &str, value: &str) -> Self {
        let separator = if self.0.contains('?') { '&' } else { '?' };
        let parameter = form_urlencoded::Serializer::new(String::new())
            .append_pair(name, value)
            .finish();
        Self(format!("{}{separator}{parameter}", self.0))
    }
}

/// The allow-list of redirect targets: paths of the own site, and origins that are added by name.
///
/// # Examples
///
/// ```
/// use auth_core::http::AllowedRedirects;
///
/// let allowed = AllowedRedirects::own_site().origin("https://app.example")?;
/// assert!(allowed.target("/account").is_ok());
/// assert!(allowed.target("https://app.example/account").is_ok());
/// for other in ["//evil.example", "/\\evil.example", "https://app.example.evil.example/"] {
///     assert!(allowed.target(other).is_err());
/// }
/// # Ok::<(), auth_core::http::InvalidRedirectOrigin>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct AllowedRedirects {
    origins: Vec<Origin>,
}

impl AllowedRedirects {
    /// Allows paths of the own site only.
    pub const fn own_site() -> Self {
        Self {
            origins: Vec::new(),
        }
    }

    /// Allows every path of a further origin, written as browsers write it: `https://app.example`.
    ///
    /// # Errors
    ///
    /// [`InvalidRedirectOrigin`] for a text that is not a serialised origin (RFC 6454 §6.2): with a path, a
    /// wildcard, capital letters, or the usual port of its scheme.
    pub fn origin(mut self, origin: impl AsRef<str>) -> Result<Self, InvalidRedirectOrigin> {
        let text = origin.as_ref();
        let Some(origin) = Origin::parse(text) else {
            return Err(InvalidRedirectOrigin {
                text: text.to_owned(),
            });
        };
        self.origins.push(origin);
        Ok(self)
    }

    /// Checks a text that a client sent, and makes a target of it.
    ///
    /// A target is at most 2048 bytes of the characters that a URI may have (RFC 3986 appendix A). Its
    /// path has no empty segment (except at the end) and no `.` or `..`, also not behind one or more layers of percent-encoding; nothing in
    /// it decodes to a control character or, in the path, to a slash or backslash. It has no fragment.
    ///
    /// # Errors
    ///
    /// [`RedirectRefused`] for every other text. It does not say why: the caller uses its default target.
    pub fn target(&self, text: &str) -> Result<RedirectTarget, RedirectRefused> {
        let path = if text.starts_with('/') {
            text
        } else {
            self.path_below(text).ok_or(RedirectRefused)?
        };
        if text.len() > MAX_BYTES || !path::is_safe(path) {
            return Err(RedirectRefused);
        }
        Ok(RedirectTarget(text.to_owned()))
    }

    /// Returns the path of a URL below an allowed origin. The character behind the origin must be the
    /// slash of the path: a digit would change its port, an `@` or a dot its host.
    fn path_below<'t>(&self, text: &'t str) -> Option<&'t str> {
        let paths = self
            .origins
            .iter()
            .filter_map(|origin| text.strip_prefix(origin.as_str()));
        paths.into_iter().find(|path| path.starts_with('/'))
    }
}

/// The default: paths of the own site.
impl Default for AllowedRedirects {
    fn default() -> Self {
        Self::own_site()
    }
}

/// The target of a redirect is not on the allow-list, or not well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the target of the redirect is not allowed")]
pub struct RedirectRefused;

/// The text is not a serialised origin.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is not an origin: write scheme, host and an unusual port only, such as `https://app.example`", .text.escape_default())]
pub struct InvalidRedirectOrigin {
    text: String,
}
