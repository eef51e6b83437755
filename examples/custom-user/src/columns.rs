//! What clients may say of a customer, typed and checked.

use auth_core::{Fields, UserColumns};

/// The company of who registers by themselves.
pub const NO_COMPANY: i64 = 0;

/// A language as `de` or `pt-BR` (BCP 47, language and region).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale(String);

/// The own columns of a new customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCustomer {
    /// What others see.
    pub display_name: String,
    /// The language of mails.
    pub locale: Option<Locale>,
    /// The company: set by the application, never read from a request.
    pub company_id: i64,
}

/// What customers change of their own columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerChange {
    /// Another name to show.
    pub display_name: Option<String>,
    /// Another language.
    pub locale: Option<Locale>,
}

/// Which members of a body are read: `display_name` and `locale`. `company_id` is not among them, so
/// a request that sends it is refused as unknown.
#[derive(Debug, Clone, Copy)]
pub struct CustomerColumns;

impl UserColumns for CustomerColumns {
    type New = NewCustomer;
    type Change = CustomerChange;

    fn read_new(fields: &mut Fields) -> Option<NewCustomer> {
        let locale = fields.optional_parsed("locale", Locale::LENGTH, Locale::parse);
        Some(NewCustomer {
            display_name: fields.required_text("display_name", 1..=80)?,
            locale,
            company_id: NO_COMPANY,
        })
    }
    fn read_change(fields: &mut Fields) -> CustomerChange {
        CustomerChange {
            display_name: fields.optional_text("display_name", 1..=80),
            locale: fields.optional_parsed("locale", Locale::LENGTH, Locale::parse),
        }
    }
    fn is_unchanged(change: &CustomerChange) -> bool {
        *change == CustomerChange::default()
    }
}

/// The text is not a valid language tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidLocale;

impl Locale {
    const LENGTH: std::ops::RangeInclusive<usize> = 2..=6;

    /// Checks a language with or without a region.
    ///
    /// ```
    /// use custom_user::Locale;
    ///
    /// assert_eq!(Locale::parse("pt-BR").unwrap().as_str(), "pt-BR");
    /// assert!(Locale::parse("Portuguese").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidLocale`] when it is not of the form `pt` or `pt-BR`.
    pub fn parse(text: &str) -> Result<Self, InvalidLocale> {
        let (language, region) = match text.split_once('-') {
            Some((language, region)) => (language, Some(region)),
            None => (text, None),
        };
        let is_language = (2..=3).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_region = region.is_none_or(|region| {
            region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase())
        });
        if is_language && is_region {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidLocale)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.0
    }
}

impl std::fmt::Display for InvalidLocale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a language of the form `pt` or `pt-BR`")
    }
}

impl std::error::Error for InvalidLocale {}
