//! The names of the account's columns in a storage.

/// The names of the columns of an [`Account`](super::Account) in the storage of a declared user.
///
/// [`user!`](crate::user!) sets the names of its declaration, such as `account: Account
/// [password_hash = "password_digest"]`; the others are those of the fields.
///
/// # Examples
///
/// ```
/// use auth_core::user::AccountNames;
///
/// let names = AccountNames { email: "mail", ..AccountNames::DEFAULT };
/// assert_eq!((names.email, names.epoch), ("mail", "epoch"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountNames {
    /// The column of the e-mail address.
    pub email: &'static str,
    /// The column of the address that is not proven yet.
    pub pending_email: &'static str,
    /// The column of the user name.
    pub username: &'static str,
    /// The column of the password hash.
    pub password_hash: &'static str,
    /// The column of the active state.
    pub is_active: &'static str,
    /// The column of the verified state.
    pub is_verified: &'static str,
    /// The column of the superuser flag.
    pub is_superuser: &'static str,
    /// The column of the roles.
    pub roles: &'static str,
    /// The column of the credential version.
    pub epoch: &'static str,
    /// The column of the time of creation.
    pub created_at: &'static str,
}

impl AccountNames {
    /// Returns the names of the fields of [`Account`](super::Account).
    pub const DEFAULT: Self = Self {
        email: "email",
        pending_email: "pending_email",
        username: "username",
        password_hash: "password_hash",
        is_active: "is_active",
        is_verified: "is_verified",
        is_superuser: "is_superuser",
        roles: "roles",
        epoch: "epoch",
        created_at: "created_at",
    };
}

impl Default for AccountNames {
    fn default() -> Self {
        Self::DEFAULT
    }
}
