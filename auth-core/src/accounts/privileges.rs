//! The state that the application gives to an account that it creates itself.

use crate::user::Roles;

/// The state and the rights of an account from its beginning, for
/// [`Accounts::create_privileged`](super::Accounts::create_privileged).
///
/// [`none`](Self::none) is the state of a registration: active, not verified, not a superuser, without
/// roles.
///
/// # Examples
///
/// The first administrator:
///
#[cfg_attr(feature = "testing", doc = "```")]
#[cfg_attr(not(feature = "testing"), doc = "```ignore")]
/// use auth_core::accounts::{Privileges, Registration};
/// use auth_core::{Roles, testing};
/// use std::sync::Arc;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let accounts = testing::accounts(Arc::new(testing::Outbox::new()));
/// let root = Registration::new("root@example.com", "a mill that weaves algebra")?;
/// let privileges = Privileges::none()
///     .verified()
///     .superuser()
///     .roles(Roles::parse(["billing"])?);
/// let root = accounts.create_privileged(root, privileges, &accounts.context()).await?;
/// assert!(root.is_superuser() && root.is_verified());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privileges {
    pub(super) is_active: bool,
    pub(super) is_verified: bool,
    pub(super) is_superuser: bool,
    pub(super) roles: Roles,
}

impl Privileges {
    /// Returns the state of a registration.
    #[must_use]
    pub fn none() -> Self {
        Self {
            is_active: true,
            is_verified: false,
            is_superuser: false,
            roles: Roles::none(),
        }
    }

    /// The account is inactive: no login is possible until an administrator activates it.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.is_active = false;
        self
    }

    /// The address counts as verified.
    #[must_use]
    pub fn verified(mut self) -> Self {
        self.is_verified = true;
        self
    }

    /// The user may administer others.
    #[must_use]
    pub fn superuser(mut self) -> Self {
        self.is_superuser = true;
        self
    }

    /// The user has exactly these roles.
    #[must_use]
    pub fn roles(mut self, roles: Roles) -> Self {
        self.roles = roles;
        self
    }
}

impl Default for Privileges {
    fn default() -> Self {
        Self::none()
    }
}
