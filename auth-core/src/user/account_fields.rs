//! The optional fields of an account.

#[cfg(doc)]
use super::Account;

/// The optional fields of [`Account`] that a type of user has.
///
/// [`AuthUser::FIELDS`](crate::AuthUser::FIELDS) is all of them by default. A type of user whose
/// storage lacks a field leaves it out there: a request with a value for it is then refused (422 in
/// the HTTP API) before anything is stored.
///
/// # Examples
///
/// ```
/// use auth_core::AccountFields;
///
/// const FIELDS: AccountFields = AccountFields::all().without_usernames().without_roles();
/// assert!(FIELDS.superusers && !FIELDS.roles);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field that is there or not"
)]
#[non_exhaustive]
pub struct AccountFields {
    /// Whether users have [`Account::username`].
    pub usernames: bool,
    /// Whether users have [`Account::pending_email`].
    pub pending_emails: bool,
    /// Whether users have [`Account::is_superuser`].
    pub superusers: bool,
    /// Whether users have [`Account::roles`].
    pub roles: bool,
    /// Whether users have [`Account::created_at`].
    pub created_at: bool,
}

impl AccountFields {
    /// Returns all optional fields.
    #[must_use]
    pub const fn all() -> Self {
        Self {
            usernames: true,
            pending_emails: true,
            superusers: true,
            roles: true,
            created_at: true,
        }
    }

    /// Returns the fields without user names.
    #[must_use]
    pub const fn without_usernames(mut self) -> Self {
        self.usernames = false;
        self
    }

    /// Returns the fields without pending addresses: users cannot change their own addresses, and
    /// `PATCH U/me` has no member `email`. An administrator still can.
    #[must_use]
    pub const fn without_pending_emails(mut self) -> Self {
        self.pending_emails = false;
        self
    }

    /// Returns the fields without superusers: no user may administer others, and the routes of
    /// administration answer 403.
    #[must_use]
    pub const fn without_superusers(mut self) -> Self {
        self.superusers = false;
        self
    }

    /// Returns the fields without roles.
    #[must_use]
    pub const fn without_roles(mut self) -> Self {
        self.roles = false;
        self
    }

    /// Returns the fields without the time of creation.
    #[must_use]
    pub const fn without_created_at(mut self) -> Self {
        self.created_at = false;
        self
    }
}
