//! Who may pass.

use thiserror::Error;

use crate::authenticator::Authenticated;
use crate::user::AuthUser;
use crate::user::{InvalidRole, Role, Roles};

/// A rule about who may pass. An inactive user is anonymous, so every guard asks for an active one.
///
/// # Examples
///
/// ```
/// use auth_core::guard::Guard;
///
/// let billing = Guard::verified().and_any_role(["billing", "admin"])?;
/// assert!(Guard::active().and_all_roles([]).is_err(), "an empty list would let everybody pass");
/// # Ok::<(), auth_core::guard::InvalidRoleList>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    verified: bool,
    superuser: bool,
    roles: Vec<RoleRule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum RoleRule {
    Any(Roles),
    All(Roles),
}

/// A guard that is a type, so that a handler can ask for it in its signature.
///
/// ```
/// use auth_core::guard::{Guard, Policy};
///
/// /// Support staff.
/// struct Support;
///
/// impl Policy for Support {
///     fn guard() -> Guard {
///         Guard::verified().and_any_role(["support"]).expect("a role name")
///     }
/// }
/// ```
pub trait Policy: 'static {
    /// The rule. Called for every request: keep it cheap.
    fn guard() -> Guard;
}

/// Any active user.
#[derive(Debug)]
pub struct Active;

/// An active user with a proven address.
#[derive(Debug)]
pub struct Verified;

/// An active user who may administer others.
#[derive(Debug)]
pub struct Superuser;

/// Why somebody may not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardError {
    /// Nobody is logged in.
    Unauthenticated,
    /// The user is logged in and is not verified, or no superuser.
    Forbidden,
    /// The user is logged in and lacks a role.
    InsufficientRoles,
}

/// A list of roles that cannot guard anything: empty, or with a name that is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a guard needs at least one role, and every name must be a role")]
pub struct InvalidRoleList;

impl Guard {
    /// Any active user.
    #[must_use]
    pub const fn active() -> Self {
        Self {
            verified: false,
            superuser: false,
            roles: Vec::new(),
        }
    }

    /// An active user with a proven address.
    #[must_use]
    pub fn verified() -> Self {
        Self {
            verified: true,
            ..Self::active()
        }
    }

    /// An active user who may administer others.
    #[must_use]
    pub fn superuser() -> Self {
        Self {
            superuser: true,
            ..Self::active()
        }
    }

    /// Also: at least one of these roles.
    ///
    /// # Errors
    ///
    /// [`InvalidRoleList`] when the list is empty or has something that is no role.
    pub fn and_any_role<'n>(
        mut self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Self, InvalidRoleList> {
        self.roles.push(RoleRule::Any(role_list(names)?));
        Ok(self)
    }

    /// Also: all of these roles.
    ///
    /// # Errors
    ///
    /// [`InvalidRoleList`] when the list is empty or has something that is no role.
    pub fn and_all_roles<'n>(
        mut self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Self, InvalidRoleList> {
        self.roles.push(RoleRule::All(role_list(names)?));
        Ok(self)
    }

    /// Whether this user may pass.
    ///
    /// # Errors
    ///
    /// [`GuardError`].
    pub fn check<U: AuthUser>(&self, user: Option<&Authenticated<U>>) -> Result<(), GuardError> {
        let user = user.ok_or(GuardError::Unauthenticated)?;
        if (self.verified && !user.is_verified()) || (self.superuser && !user.is_superuser()) {
            return Err(GuardError::Forbidden);
        }
        let has = |role: &Role| user.roles().contains(role);
        let fulfilled = |rule: &RoleRule| match rule {
            RoleRule::Any(roles) => roles.iter().any(has),
            RoleRule::All(roles) => roles.iter().all(has),
        };
        if self.roles.iter().all(fulfilled) {
            Ok(())
        } else {
            Err(GuardError::InsufficientRoles)
        }
    }
}

fn role_list<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Roles, InvalidRoleList> {
    let roles = Roles::parse(names).map_err(|InvalidRole| InvalidRoleList)?;
    if roles.is_empty() {
        Err(InvalidRoleList)
    } else {
        Ok(roles)
    }
}

impl Policy for Active {
    fn guard() -> Guard {
        Guard::active()
    }
}

impl Policy for Verified {
    fn guard() -> Guard {
        Guard::verified()
    }
}

impl Policy for Superuser {
    fn guard() -> Guard {
        Guard::superuser()
    }
}
