//! The parts of a database URL, and the sentences about its options.
//!
//! A URL may contain a password, and an unusual character in one moves the borders of the parts. So an
//! option is named in an error only if its name has the characters of a name, and no text after the
//! first option contains an `@`.

use crate::error::OpenError;

/// A URL without its options, and its options in their order.
pub(crate) struct SplitUrl<'u> {
    pub(crate) base: &'u str,
    pub(crate) options: Vec<UrlOption<'u>>,
}

/// One option, as it is written.
#[derive(Clone, Copy)]
pub(crate) struct UrlOption<'u> {
    pub(crate) name: &'u str,
    pub(crate) value: &'u str,
}

const PERCENT: &str = "percent-encode `@`, `?`, `#`, `/` and `:` in the user name, in the password \
                       and in the values of options (`@` is `%40`)";

impl<'u> SplitUrl<'u> {
    /// Splits a URL at the first `?` after its first `offset` bytes.
    pub(crate) fn at_question_mark(url: &'u str, offset: usize) -> Result<Self, OpenError> {
        let begin = url.get(offset..).and_then(|rest| rest.find('?'));
        let Some((base, options)) = begin.and_then(|begin| url.split_at_checked(offset + begin))
        else {
            return Ok(Self {
                base: url,
                options: Vec::new(),
            });
        };
        if options.contains('@') {
            return Err(OpenError::InvalidUrl(PERCENT));
        }
        let options = options.trim_start_matches('?').split('&');
        let options = options.filter(|option| !option.is_empty());
        Ok(Self {
            base,
            options: options.map(UrlOption::parse).collect::<Result<_, _>>()?,
        })
    }
}

impl<'u> UrlOption<'u> {
    fn parse(text: &'u str) -> Result<Self, OpenError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let is_named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if name.is_empty() || name.len() > 40 || !name.chars().all(is_named) {
            return Err(OpenError::InvalidUrl(PERCENT));
        }
        match value {
            Some(value) => Ok(Self { name, value }),
            None => Err(refused(name, "has no value, write NAME=VALUE")),
        }
    }

    /// Returns the error of this option; the sentence continues "option `name` of the database URL …".
    pub(crate) fn refused(&self, reason: impl Into<String>) -> OpenError {
        refused(self.name, reason)
    }

    /// Returns the value of an option that is `true` or `false`.
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub(crate) fn flag(&self) -> Result<bool, OpenError> {
        match self.value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.refused("must be `true` or `false`")),
        }
    }

    /// Checks that the value is a whole number.
    #[cfg(feature = "mysql")]
    pub(crate) fn number(&self) -> Result<(), OpenError> {
        match self.value.parse::<u32>() {
            Ok(_) => Ok(()),
            Err(_) => Err(self.refused("must be a number")),
        }
    }

    /// Returns the error of an option that a driver or another library may have, and this store has not.
    pub(crate) fn unknown(&self, hints: &[(&[&str], &str)]) -> OpenError {
        let hint = hints.iter().find(|(names, _)| names.contains(&self.name));
        self.refused(hint.map_or("is not supported, remove it", |(_, hint)| hint))
    }
}

fn refused(option: &str, reason: impl Into<String>) -> OpenError {
    OpenError::UrlOption {
        option: option.to_owned(),
        reason: reason.into(),
    }
}
