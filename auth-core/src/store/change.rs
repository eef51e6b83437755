//! New users, changes, and preconditions of changes.

use std::fmt;

use time::OffsetDateTime;

use crate::password::PasswordHash;
use crate::session::SessionId;
use crate::user::EmailAddress;
use crate::user::Roles;
use crate::user::Username;
use crate::user::{Account, AuthUser, Epoch, UserColumns};

/// A user to store. The store makes the key; the epoch begins at [`Epoch::FIRST`].
///
/// All fields are public and the struct is exhaustive on purpose: a store destructures it
/// completely, so that a field added later is a compile error there and not a lost value.
pub struct NewUser<U: AuthUser> {
    /// The address; unique among all users.
    pub email: EmailAddress,
    /// The user name; unique among all users that have one.
    pub username: Option<Username>,
    /// The password hash, if the account has a password.
    pub password_hash: Option<PasswordHash>,
    /// Whether the account may be used.
    pub is_active: bool,
    /// Whether the address has been proven.
    pub is_verified: bool,
    /// Whether the user may administer others.
    pub is_superuser: bool,
    /// The roles.
    pub roles: Roles,
    /// The time of creation, by the injected clock.
    pub created_at: OffsetDateTime,
    /// The application's own columns.
    pub columns: <U::Columns as UserColumns>::New,
}

/// A change to one user: only `Some` values are written, in one statement.
///
/// Exhaustive for the same reason as [`NewUser`].
pub struct UserChange<U: AuthUser> {
    /// A new address.
    pub email: Option<EmailAddress>,
    /// An address that is not proven yet: `Some(Some(…))` replaces the one before, `Some(None)` clears
    /// it. With `bump_epoch`, `None` clears it as well: see there.
    pub pending_email: Option<Option<EmailAddress>>,
    /// A new password hash.
    pub password_hash: Option<PasswordHash>,
    /// Whether the account may be used.
    pub is_active: Option<bool>,
    /// Whether the address counts as proven.
    pub is_verified: Option<bool>,
    /// Whether the user may administer others.
    pub is_superuser: Option<bool>,
    /// The new roles, which replace the old ones.
    pub roles: Option<Roles>,
    /// Adds one to the epoch, in the same statement, so that nothing issued before is valid after. The
    /// pending address is cleared in the same statement, unless `pending_email` sets one: what ends all
    /// sessions of a user withdraws the address that one of them asked for.
    pub bump_epoch: bool,
    /// The session to keep when the epoch changes; ignored without `bump_epoch`. A store that also holds
    /// sessions writes the new epoch into the session in the same step. Any other store ignores it, and
    /// the flow writes the epoch right after.
    pub keep_session: Option<SessionId>,
    /// The application's own columns.
    pub columns: <U::Columns as UserColumns>::Change,
}

/// The condition of a change or a deletion, checked in the same atomic step.
///
/// Exhaustive for the same reason as [`NewUser`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Precondition {
    /// The user must still have this epoch. Every security-relevant change bumps the epoch, so password,
    /// address and activity are then unchanged since the user was read.
    pub epoch: Option<Epoch>,
    /// The user must still have this pending address. A change of the pending address bumps no epoch.
    pub pending_email: Option<EmailAddress>,
    /// At least one active superuser must remain, if there was one before.
    pub keep_last_superuser: bool,
}

impl<U: AuthUser> NewUser<U> {
    /// Returns the account of the new user, at [`Epoch::FIRST`], and its own columns.
    #[must_use]
    pub fn into_parts(self) -> (Account, <U::Columns as UserColumns>::New) {
        let Self {
            email,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            created_at,
            columns,
        } = self;
        let account = Account {
            email,
            pending_email: None,
            username,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            epoch: Epoch::FIRST,
            created_at: Some(created_at),
        };
        (account, columns)
    }
}

impl<U: AuthUser> UserChange<U> {
    /// Applies the change to an account, as a store does to its row, and returns the change of the
    /// application's own columns.
    pub fn apply_to(self, account: &mut Account) -> <U::Columns as UserColumns>::Change {
        let Self {
            email,
            pending_email,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            bump_epoch,
            keep_session: _,
            columns,
        } = self;
        set(&mut account.email, email);
        set(&mut account.is_active, is_active);
        set(&mut account.is_verified, is_verified);
        set(&mut account.is_superuser, is_superuser);
        set(&mut account.roles, roles);
        if password_hash.is_some() {
            account.password_hash = password_hash;
        }
        if bump_epoch {
            account.epoch = account.epoch.next();
            account.pending_email = None;
        }
        set(&mut account.pending_email, pending_email);
        columns
    }

    /// Returns whether the change is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            email,
            pending_email,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            bump_epoch,
            keep_session: _,
            columns,
        } = self;
        email.is_none()
            && pending_email.is_none()
            && password_hash.is_none()
            && is_active.is_none()
            && is_verified.is_none()
            && is_superuser.is_none()
            && roles.is_none()
            && !bump_epoch
            && <U::Columns as UserColumns>::is_unchanged(columns)
    }

    /// Returns whether it could remove an active superuser.
    #[must_use]
    pub fn may_demote(&self) -> bool {
        self.is_active == Some(false) || self.is_superuser == Some(false)
    }
}

impl<U: AuthUser> Default for UserChange<U> {
    fn default() -> Self {
        Self {
            email: None,
            pending_email: None,
            password_hash: None,
            is_active: None,
            is_verified: None,
            is_superuser: None,
            roles: None,
            bump_epoch: false,
            keep_session: None,
            columns: <U::Columns as UserColumns>::Change::default(),
        }
    }
}

impl Precondition {
    /// Creates a precondition that always holds.
    #[must_use]
    pub const fn anything() -> Self {
        Self {
            epoch: None,
            pending_email: None,
            keep_last_superuser: false,
        }
    }

    /// Creates a precondition that the epoch is still `epoch`.
    #[must_use]
    pub const fn epoch(epoch: Epoch) -> Self {
        Self {
            epoch: Some(epoch),
            pending_email: None,
            keep_last_superuser: false,
        }
    }

    /// Adds the condition that an active superuser remains.
    #[must_use]
    pub const fn and_keep_last_superuser(mut self) -> Self {
        self.keep_last_superuser = true;
        self
    }

    /// Adds the condition that the user still has this pending address.
    #[must_use]
    pub fn and_pending_email(mut self, email: EmailAddress) -> Self {
        self.pending_email = Some(email);
        self
    }

    /// Returns whether the epoch and the pending address of an account are the expected ones.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::store::Precondition;
    /// use auth_core::{Account, EmailAddress, Epoch};
    ///
    /// let mut account = Account::new(EmailAddress::parse("ada@example.com")?);
    /// let new = EmailAddress::parse("ada@example.org")?;
    /// let expect = Precondition::epoch(Epoch::FIRST).and_pending_email(new.clone());
    /// assert!(!expect.holds_for(&account));
    /// account.pending_email = Some(new);
    /// assert!(expect.holds_for(&account));
    /// # Ok::<(), auth_core::InvalidEmail>(())
    /// ```
    #[must_use]
    pub fn holds_for(&self, account: &Account) -> bool {
        self.epoch.is_none_or(|epoch| epoch == account.epoch)
            && (self.pending_email.is_none() || self.pending_email == account.pending_email)
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

// Not derived: a derived `Clone` would require `U: Clone`.
impl<U: AuthUser> Clone for NewUser<U> {
    fn clone(&self) -> Self {
        Self {
            email: self.email.clone(),
            username: self.username.clone(),
            password_hash: self.password_hash.clone(),
            is_active: self.is_active,
            is_verified: self.is_verified,
            is_superuser: self.is_superuser,
            roles: self.roles.clone(),
            created_at: self.created_at,
            columns: self.columns.clone(),
        }
    }
}

impl<U: AuthUser> Clone for UserChange<U> {
    fn clone(&self) -> Self {
        Self {
            email: self.email.clone(),
            pending_email: self.pending_email.clone(),
            password_hash: self.password_hash.clone(),
            is_active: self.is_active,
            is_verified: self.is_verified,
            is_superuser: self.is_superuser,
            roles: self.roles.clone(),
            bump_epoch: self.bump_epoch,
            keep_session: self.keep_session,
            columns: self.columns.clone(),
        }
    }
}

impl<U: AuthUser> fmt::Debug for NewUser<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser")
            .field("email", &self.email)
            .field("username", &self.username)
            .field("is_superuser", &self.is_superuser)
            .finish_non_exhaustive()
    }
}

impl<U: AuthUser> fmt::Debug for UserChange<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserChange")
            .field("email", &self.email)
            .field("pending_email", &self.pending_email)
            .field("password_hash", &self.password_hash)
            .field("is_active", &self.is_active)
            .field("is_verified", &self.is_verified)
            .field("is_superuser", &self.is_superuser)
            .field("roles", &self.roles)
            .field("bump_epoch", &self.bump_epoch)
            .field("keep_session", &self.keep_session)
            .field("columns", &self.columns)
            .finish()
    }
}
