//! Authentication methods: how a user was proven (RFC 8176).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

/// One authentication method: a value of the claim `amr` (RFC 8176, and §2 of
/// [OIDC Core](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
///
/// The constants are the registered values of RFC 8176 §2 and [`EMAIL`](Self::EMAIL). An application
/// that proves users in a way of its own names it by [`custom`](Self::custom).
///
/// # Examples
///
/// ```
/// use auth_core::login::AuthMethod;
///
/// assert_eq!(AuthMethod::PASSWORD.as_str(), "pwd");
/// assert_eq!(AuthMethod::custom("company-sso")?.as_str(), "company-sso");
/// assert_eq!("otp".parse(), Ok(AuthMethod::ONE_TIME_PASSWORD));
/// assert!(AuthMethod::custom("Company SSO").is_err());
/// # Ok::<(), auth_core::login::InvalidAuthMethod>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthMethod(Cow<'static, str>);

/// A text is not a valid authentication method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("authentication method is not 1 to 16 characters of a-z, 0-9, `-` and `_`")]
pub struct InvalidAuthMethod;

impl AuthMethod {
    /// The longest method, in bytes.
    pub const MAX_BYTES: usize = 16;

    /// `pwd`: a password.
    pub const PASSWORD: Self = Self::registered("pwd");
    /// `otp`: a one-time password (TOTP, HOTP or a recovery code).
    pub const ONE_TIME_PASSWORD: Self = Self::registered("otp");
    /// `mfa`: several factors. It is listed beside the methods of the factors.
    pub const MULTIPLE_FACTORS: Self = Self::registered("mfa");
    /// `hwk`: a key in hardware that does not leave it.
    pub const HARDWARE_KEY: Self = Self::registered("hwk");
    /// `swk`: a key in software, for example a passkey that is synchronised.
    pub const SOFTWARE_KEY: Self = Self::registered("swk");
    /// `user`: a test that the user was present.
    pub const USER_PRESENCE: Self = Self::registered("user");
    /// `pin`: a personal identification number or a pattern.
    pub const PIN: Self = Self::registered("pin");
    /// `face`: face recognition.
    pub const FACE: Self = Self::registered("face");
    /// `fpt`: a fingerprint.
    pub const FINGERPRINT: Self = Self::registered("fpt");
    /// `kba`: knowledge-based authentication.
    pub const KNOWLEDGE: Self = Self::registered("kba");
    /// `mca`: authentication over several channels.
    pub const MULTIPLE_CHANNELS: Self = Self::registered("mca");
    /// `rba`: risk-based authentication.
    pub const RISK_BASED: Self = Self::registered("rba");
    /// `sc`: a smart card.
    pub const SMART_CARD: Self = Self::registered("sc");
    /// `sms`: a confirmation by text message.
    pub const SMS: Self = Self::registered("sms");
    /// `tel`: a confirmation by telephone.
    pub const TELEPHONE: Self = Self::registered("tel");
    /// `wia`: Windows integrated authentication.
    pub const WINDOWS: Self = Self::registered("wia");
    /// `email`: a code or a link in an e-mail. RFC 8176 has no value for it.
    pub const EMAIL: Self = Self::registered("email");

    const fn registered(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// Creates a method from a text of the application: 1 to 16 of `a`–`z`, `0`–`9`, `-` and `_`.
    ///
    /// A text that RFC 8176 registers is that method, and must mean what it means there.
    ///
    /// # Errors
    ///
    /// [`InvalidAuthMethod`] if the text has another form.
    pub fn custom(text: impl Into<Cow<'static, str>>) -> Result<Self, InvalidAuthMethod> {
        let text = text.into();
        if is_valid(&text) {
            Ok(Self(text))
        } else {
            Err(InvalidAuthMethod)
        }
    }

    /// Returns the value on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_valid(text: &str) -> bool {
    let is_plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_');
    (1..=AuthMethod::MAX_BYTES).contains(&text.len()) && text.chars().all(is_plain)
}

impl FromStr for AuthMethod {
    type Err = InvalidAuthMethod;

    fn from_str(text: &str) -> Result<Self, InvalidAuthMethod> {
        Self::custom(text.to_owned())
    }
}

impl fmt::Display for AuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The authentication methods of one login: a set of at most [`Methods::MAX`].
///
/// [`AuthProof::methods`](crate::login::AuthProof::methods) returns it. An empty set means that the
/// methods are not known.
///
/// # Examples
///
/// ```
/// use auth_core::login::{AuthMethod, Methods};
///
/// let methods = Methods::from(AuthMethod::PASSWORD).with(&AuthMethod::ONE_TIME_PASSWORD);
///
/// assert!(methods.contains(&AuthMethod::PASSWORD));
/// assert_eq!(methods.iter().collect::<Vec<_>>(), ["otp", "pwd"]);
/// assert_eq!(methods.as_stored_str(), "otp pwd");
/// assert_eq!(Methods::from_stored("otp pwd"), Some(methods));
/// assert_eq!(Methods::from_stored("pwd; drop"), None);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
// `None` is the empty set, so that an unknown login needs no allocation.
pub struct Methods(Option<Arc<str>>);

impl Methods {
    /// The number of methods in a set, at most.
    pub const MAX: usize = 8;
    /// The longest stored text, in bytes.
    pub const MAX_BYTES: usize = Self::MAX * (AuthMethod::MAX_BYTES + 1) - 1;

    /// Returns the empty set: the methods are not known.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// Adds a method. A set that has [`Methods::MAX`] stays as it is.
    #[must_use]
    pub fn with(&self, method: &AuthMethod) -> Self {
        let mut texts: Vec<&str> = self.iter().collect();
        match texts.binary_search(&method.as_str()) {
            Err(place) if texts.len() < Self::MAX => {
                texts.insert(place, method.as_str());
                Self(Some(texts.join(" ").into()))
            }
            _ => self.clone(),
        }
    }

    /// Returns the set of these values in any order; `None` if one of them is not a method, or if there
    /// are more than [`Methods::MAX`].
    #[cfg(feature = "jwt")]
    pub(crate) fn from_texts(mut texts: Vec<&str>) -> Option<Self> {
        if texts.len() > Self::MAX || !texts.iter().all(|text| is_valid(text)) {
            return None;
        }
        texts.sort_unstable();
        texts.dedup();
        Some(match texts.as_slice() {
            [] => Self::none(),
            [one] => Self(Some(Arc::from(*one))),
            many => Self(Some(many.join(" ").into())),
        })
    }

    /// Returns whether the set has a method.
    #[must_use]
    pub fn contains(&self, method: &AuthMethod) -> bool {
        self.iter().any(|text| text == method.as_str())
    }

    /// Returns whether no method is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the values on the wire, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|texts| texts.split(' '))
    }

    /// Returns the text to store: the values in alphabetical order, separated by spaces. ASCII, at
    /// most [`Methods::MAX_BYTES`] bytes, empty for the empty set.
    #[must_use]
    pub fn as_stored_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Reads a stored text; `None` if [`as_stored_str`](Self::as_stored_str) did not return it.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::none());
        }
        let texts: Vec<&str> = text.split(' ').take(Self::MAX + 1).collect();
        let is_set = texts.is_sorted_by(|one, next| one < next);
        (texts.len() <= Self::MAX && is_set && texts.iter().all(|text| is_valid(text)))
            .then(|| Self(Some(text.into())))
    }
}

impl From<AuthMethod> for Methods {
    fn from(method: AuthMethod) -> Self {
        Self(Some(method.0.into()))
    }
}

impl fmt::Debug for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthMethod, InvalidAuthMethod, Methods};

    fn numbered(number: usize) -> AuthMethod {
        AuthMethod::custom(format!("method-{number:09}")).unwrap()
    }

    #[test]
    fn custom_method_has_a_bounded_plain_form() {
        for text in ["a", "company-sso", "a_1", "abcdefghijklmnop"] {
            assert_eq!(AuthMethod::custom(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            "abcdefghijklmnopq",
            "Pwd",
            "a b",
            "é",
            "a,b",
            "a\n",
            "\"",
        ] {
            assert_eq!(AuthMethod::custom(text), Err(InvalidAuthMethod), "{text}");
        }
    }

    #[test]
    fn set_has_each_method_once_in_one_order() {
        let one = Methods::none()
            .with(&AuthMethod::PASSWORD)
            .with(&AuthMethod::ONE_TIME_PASSWORD)
            .with(&AuthMethod::PASSWORD);
        let other = Methods::from(AuthMethod::ONE_TIME_PASSWORD).with(&AuthMethod::PASSWORD);
        assert_eq!(one, other);
        assert_eq!(one.as_stored_str(), "otp pwd");
        assert!(!one.contains(&AuthMethod::custom("ot").unwrap()));
        assert!(Methods::none().is_empty());
    }

    #[test]
    fn set_is_bounded_and_its_longest_text_is_read_again() {
        let full = (0..20).fold(Methods::none(), |all, number| all.with(&numbered(number)));
        assert_eq!(full.iter().count(), Methods::MAX);
        assert_eq!(full.as_stored_str().len(), Methods::MAX_BYTES);
        assert_eq!(Methods::from_stored(full.as_stored_str()), Some(full));
    }

    #[test]
    fn stored_text_that_was_not_written_is_invalid() {
        let long = ["a"; 9].join(" ");
        let nine: Vec<String> = (0..9).map(|number| number.to_string()).collect();
        let nine = nine.join(" ");
        for text in [
            " ", "pwd ", " pwd", "pwd otp", "pwd pwd", "otp  pwd", "PWD", &long, &nine,
        ] {
            assert_eq!(Methods::from_stored(text), None, "{text:?}");
        }
        assert_eq!(Methods::from_stored(""), Some(Methods::none()));
    }
}
