//! Flash messages: the result of a form, for the page behind the redirect, which shows it once.

mod signer;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub(crate) use signer::{FLASH_LIFETIME, FlashSigner};

/// The result of a form: success, or an error code with the errors of fields.
///
/// It never has the value of a password or a token.
///
/// # Examples
///
/// ```
/// use auth_core::FlashMessage;
///
/// /// The sentence above a form, and what the user typed.
/// fn banner(flash: Option<&FlashMessage>) -> (Option<&str>, &str) {
///     let email = flash.map_or("", |flash| flash.typed("email"));
///     (flash.and_then(FlashMessage::detail), email)
/// }
///
/// assert_eq!(banner(None), (None, ""));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashMessage {
    #[serde(rename = "r")]
    route: String,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    error: Option<(String, String)>,
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FlashField>,
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<(String, String)>,
}

/// An error of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashField {
    #[serde(rename = "n")]
    name: String,
    #[serde(rename = "c")]
    code: String,
    #[serde(rename = "d")]
    detail: String,
}

impl FlashMessage {
    /// Returns the message of a form that succeeded. The routes of the toolkit name themselves
    /// ([`route`](Self::route)); a form of the application has a name of its own.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::FlashMessage;
    ///
    /// let message = FlashMessage::success("newsletter");
    /// assert!(message.is_success() && message.route() == "newsletter");
    /// ```
    #[must_use]
    pub fn success(route: &str) -> Self {
        Self {
            route: route.to_owned(),
            error: None,
            fields: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Returns the message of a form that was refused, with a code for programs and a sentence for users.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::FlashMessage;
    ///
    /// let message = FlashMessage::failure("newsletter", "NEWSLETTER_CLOSED", "There is no newsletter now.")
    ///     .with_value("topic", "orders");
    /// assert_eq!(message.detail(), Some("There is no newsletter now."));
    /// assert_eq!(message.typed("topic"), "orders");
    /// ```
    #[must_use]
    pub fn failure(route: &str, code: &str, detail: &str) -> Self {
        Self {
            error: Some((code.to_owned(), detail.to_owned())),
            ..Self::success(route)
        }
    }

    /// Adds the error of a field.
    #[must_use]
    pub fn with_field(mut self, name: &str, code: &str, detail: &str) -> Self {
        self.fields.push(FlashField {
            name: name.to_owned(),
            code: code.to_owned(),
            detail: detail.to_owned(),
        });
        self
    }

    /// Adds what the user typed into a field. The browser stores the message: never add a password or a token.
    #[must_use]
    pub fn with_value(mut self, name: &str, value: &str) -> Self {
        self.values.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns the name of the route that took the form, as in
    /// [`RouteSpec::id`](crate::api::RouteSpec::id): `auth.login`, `password.reset`.
    #[must_use]
    pub fn route(&self) -> &str {
        &self.route
    }

    /// Returns whether the form succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.error.is_none()
    }

    /// Returns the error code, such as `LOGIN_BAD_CREDENTIALS`; `None` after a success.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.error.as_ref().map(|(code, _)| code.as_str())
    }

    /// Returns the sentence for users that belongs to the code; `None` after a success.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.error.as_ref().map(|(_, detail)| detail.as_str())
    }

    /// Returns the errors of fields.
    pub fn fields(&self) -> impl Iterator<Item = &FlashField> {
        self.fields.iter()
    }

    /// Returns the first error of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FlashField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Returns what the user typed into a field, for the refused form; empty for passwords, tokens and
    /// fields that the form did not have. It is the text as it was typed: the page must escape it.
    #[must_use]
    pub fn typed(&self, name: &str) -> &str {
        let mut values = self.values.iter();
        let found = values.find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value)
    }

    /// Removes the last value, or else the last error of a field. Returns whether there was one.
    fn shorten(&mut self) -> bool {
        self.values.pop().is_some() || self.fields.pop().is_some()
    }
}

impl FlashField {
    /// Returns the name of the field.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the code of the error, such as `too_short`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns the sentence for users.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}
