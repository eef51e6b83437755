//! The owner of a stored row: a user of a population.

/// The user that a session or a credential belongs to: a realm, which is a population of users, and
/// the key of the user in it.
///
/// The text is `realm:key`, at most [`Owner::MAX_BYTES`] bytes. Stores compare it byte for byte.
///
/// # Examples
///
/// ```
/// use auth_core::store::Owner;
///
/// let owner = Owner::new("staff", "7").unwrap();
/// assert_eq!(owner.as_str(), "staff:7");
/// assert_eq!(owner.key_in("staff"), Some("7"));
/// assert_eq!(owner.key_in("users"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner(String);

/// The default realm.
pub(crate) const DEFAULT_REALM: &str = "users";

impl Owner {
    /// The longest text, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Creates the owner with this key in a realm; `None` if the text is too long, or contains a NUL,
    /// which some engines cannot store.
    ///
    /// # Examples
    ///
    /// See [`Owner`].
    #[must_use]
    pub fn new(realm: &str, key: &str) -> Option<Self> {
        Self::from_stored(format!("{realm}:{key}"))
    }

    /// Creates an owner from a stored text; `None` if the text is not valid.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::store::Owner;
    ///
    /// assert_eq!(Owner::from_stored("staff:7".to_owned()), Owner::new("staff", "7"));
    /// assert_eq!(Owner::from_stored("x".repeat(Owner::MAX_BYTES + 1)), None);
    /// ```
    #[must_use]
    pub fn from_stored(text: String) -> Option<Self> {
        (text.len() <= Self::MAX_BYTES && !text.contains('\0')).then_some(Self(text))
    }

    /// Returns the key if the owner is of this realm.
    ///
    /// # Examples
    ///
    /// See [`Owner`].
    #[must_use]
    pub fn key_in(&self, realm: &str) -> Option<&str> {
        self.0.strip_prefix(realm)?.strip_prefix(':')
    }

    /// Returns the text to store.
    ///
    /// # Examples
    ///
    /// See [`Owner`].
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
