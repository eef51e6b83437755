//! Guards: which authenticated users may pass.

mod admitted;
mod policy;
mod rule;
#[cfg(test)]
mod tests;

pub use admitted::Admitted;
pub use policy::{Active, Policy, Superuser, Verified};

use std::fmt;
use std::time::Duration;

use rule::{Rule, check_names, push};

use crate::accounts::MaxAge;
use crate::authenticator::Authenticated;
use crate::error::AppCode;
use crate::user::{AuthUser, Roles, User};

/// The most rules that one guard has beside [`Guard::verified`] and [`Guard::superuser`].
const MAX_RULES: usize = 8;

/// A rule that a user must fulfil in every part.
///
/// An inactive user is anonymous, so every guard starts as [`Guard::active`]. A guard that is written
/// in the program is a constant ([`Policy`]), and an invalid part of it is a compile error.
///
/// # Examples
///
/// ```
/// use auth_core::guard::Guard;
///
/// const BILLING: Guard = Guard::active()
///     .verified()
///     .any_role(&["billing", "accounting"])
///     .custom("HOME_OFFICE_ONLY", "Only addresses of the home office may do this.", |user, _| {
///         user.email().as_str().ends_with("@example.com")
///     });
/// ```
pub struct Guard<U = User> {
    verified: bool,
    superuser: bool,
    /// The greatest age of the login.
    fresh: Option<Duration>,
    authoritative: bool,
    rules: [Option<Rule<U>>; MAX_RULES],
    /// Roles whose names are known at run time only.
    roles: Vec<Roles>,
}

/// Why a guard does not let a request pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GuardError {
    /// No user is authenticated: 401.
    Unauthenticated,
    /// The user is not verified, or not a superuser: 403 `AUTHORIZATION_DENIED`.
    Forbidden,
    /// The user lacks a role: 403 `INSUFFICIENT_ROLES`.
    InsufficientRoles,
    /// A rule of the application's own refuses the user: 403 with its code.
    Custom {
        /// The code.
        code: AppCode,
        /// The sentence that clients see.
        detail: &'static str,
    },
    /// The login is too old, or its time is not known: 403 `STEP_UP_REQUIRED`.
    StepUpRequired {
        /// The greatest age of the login that the guard accepts.
        max_age: Duration,
    },
}

impl<U> Guard<U> {
    /// Creates a guard that lets every active user pass.
    #[must_use]
    pub const fn active() -> Self {
        Self {
            verified: false,
            superuser: false,
            fresh: None,
            authoritative: false,
            rules: [const { None }; MAX_RULES],
            roles: Vec::new(),
        }
    }

    /// Requires a verified address.
    #[must_use]
    pub const fn verified(mut self) -> Self {
        self.verified = true;
        self
    }

    /// Requires a superuser: a user who may administer others.
    #[must_use]
    pub const fn superuser(mut self) -> Self {
        self.superuser = true;
        self
    }

    /// Requires a login that is younger than `within` ([`Authenticated::auth_time`]): for operations
    /// that a stolen session must not be sufficient for. Of several calls the shortest time counts.
    ///
    /// A refresh and a change of the password do not make a login younger. A login whose time is not
    /// known is never fresh. A time in the future, after the clock was set back, is as fresh as one that
    /// lies as far in the past.
    ///
    /// Other requests are answered with 403 `STEP_UP_REQUIRED` and
    /// `WWW-Authenticate: Bearer error="insufficient_user_authentication", max_age="300"` (RFC 9470 §3,
    /// with `within` in whole seconds), once they fulfil every other part of the guard: the client asks
    /// the user to log in again.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::guard::{Guard, Policy};
    /// use std::time::Duration;
    ///
    /// /// A verified user who logged in within the last five minutes.
    /// struct RecentLogin;
    ///
    /// impl Policy for RecentLogin {
    ///     const GUARD: Guard = Guard::active().verified().fresh(Duration::from_secs(300));
    /// }
    /// ```
    ///
    /// # Panics
    ///
    /// If `within` is less than a second. In a constant it is a compile error.
    #[must_use]
    pub const fn fresh(mut self, within: Duration) -> Self {
        assert!(
            within.as_secs() > 0,
            "a login cannot be fresh for less than a second"
        );
        self.fresh = match self.fresh {
            Some(other) if other.as_nanos() < within.as_nanos() => Some(other),
            _ => Some(within),
        };
        self
    }

    /// Asks the storage at each request, also where
    /// [`AuthBuilder::cached_lookups`](crate::AuthBuilder::cached_lookups) would repeat an answer: for routes on
    /// which a user who was just logged out on another server must not pass. Without such a cache every
    /// guard does so; with one, so do [`superuser`](Self::superuser) and [`fresh`](Self::fresh) without it.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::guard::{Guard, Policy};
    ///
    /// /// A verified user, as the storage has it now.
    /// struct Payer;
    ///
    /// impl Policy for Payer {
    ///     const GUARD: Guard = Guard::active().verified().authoritative();
    /// }
    /// ```
    #[must_use]
    pub const fn authoritative(mut self) -> Self {
        self.authoritative = true;
        self
    }

    /// Requires at least one of these roles. Each name is in its stored form, as
    /// [`Role::from_static`](crate::Role::from_static) takes it.
    ///
    /// ```compile_fail
    /// use auth_core::guard::Guard;
    ///
    /// const SUPPORT: Guard = Guard::active().any_role(&["Support"]);
    /// # let _ = SUPPORT;
    /// ```
    ///
    /// # Panics
    ///
    /// If the list is empty, a name is not a role in its stored form, or the guard has eight rules. In
    /// a constant it is a compile error.
    #[must_use]
    pub const fn any_role(mut self, names: &'static [&'static str]) -> Self {
        check_names(names);
        push(&mut self.rules, Rule::AnyRole(names));
        self
    }

    /// Requires all of these roles. Each name is in its stored form, as
    /// [`Role::from_static`](crate::Role::from_static) takes it.
    ///
    /// # Panics
    ///
    /// As [`any_role`](Self::any_role).
    #[must_use]
    pub const fn all_roles(mut self, names: &'static [&'static str]) -> Self {
        check_names(names);
        push(&mut self.rules, Rule::AllRoles(names));
        self
    }

    /// Requires at least one of these roles, whose names are known at run time only. A guard with an
    /// empty list lets no user pass.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::guard::Guard;
    /// use auth_core::{InvalidRole, Roles, User};
    ///
    /// fn from_configuration(names: &[String]) -> Result<Guard<User>, InvalidRole> {
    ///     let roles = Roles::parse(names.iter().map(String::as_str))?;
    ///     Ok(Guard::active().any_role_of(roles))
    /// }
    /// ```
    #[must_use]
    pub fn any_role_of(mut self, roles: Roles) -> Self {
        self.roles.push(roles);
        self
    }

    /// Requires a rule of the application's own: `passes` decides about the user and the
    /// authentication. A user who does not pass is refused with 403, this code and this sentence.
    ///
    /// The rule runs on every guarded request and cannot wait: it decides by what the user and the
    /// authentication hold.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::User;
    /// use auth_core::guard::Guard;
    ///
    /// let guard: Guard<User> = Guard::active().custom(
    ///     "API_ONLY",
    ///     "This is for programs.",
    ///     |_, authenticated| authenticated.backend() == "api",
    /// );
    /// ```
    ///
    /// # Panics
    ///
    /// If the code is not an [`AppCode`], or the guard has eight rules. In a constant it is a compile
    /// error.
    #[must_use]
    pub const fn custom(
        mut self,
        code: &'static str,
        detail: &'static str,
        passes: fn(&U, &Authenticated<U>) -> bool,
    ) -> Self {
        let code = AppCode::from_static(code);
        let rule = Rule::Custom {
            code,
            detail,
            passes,
        };
        push(&mut self.rules, rule);
        self
    }
}

impl<U: AuthUser> Guard<U> {
    /// Returns the greatest age of the look-up by which a user may pass.
    pub(crate) fn max_age(&self) -> MaxAge {
        if self.authoritative || self.superuser || self.fresh.is_some() {
            MaxAge::Zero
        } else {
            MaxAge::OfCache
        }
    }

    /// Checks whether this user may pass; `None` is a request without one.
    ///
    /// # Errors
    ///
    /// [`GuardError`] with the first part of the guard that the user does not fulfil.
    pub fn check(&self, user: Option<&Authenticated<U>>) -> Result<(), GuardError> {
        let user = user.ok_or(GuardError::Unauthenticated)?;
        if (self.verified && !user.is_verified()) || (self.superuser && !user.is_superuser()) {
            return Err(GuardError::Forbidden);
        }
        let held = user.roles();
        if !self
            .roles
            .iter()
            .all(|any| any.iter().any(|role| held.contains(role)))
        {
            return Err(GuardError::InsufficientRoles);
        }
        self.rules
            .iter()
            .flatten()
            .try_for_each(|rule| rule.check(user))?;
        // Last: a new login does not help if another part refuses the user.
        match self.fresh {
            Some(max_age) if !user.is_fresh(max_age) => Err(GuardError::StepUpRequired { max_age }),
            _ => Ok(()),
        }
    }
}

impl<U> fmt::Debug for Guard<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            verified,
            superuser,
            fresh,
            authoritative,
            rules,
            roles,
        } = self;
        f.debug_struct("Guard")
            .field("verified", verified)
            .field("superuser", superuser)
            .field("fresh", fresh)
            .field("authoritative", authoritative)
            .field("rules", &rules.iter().flatten().collect::<Vec<_>>())
            .field("roles", roles)
            .finish()
    }
}

impl<U> Clone for Guard<U> {
    fn clone(&self) -> Self {
        Self {
            roles: self.roles.clone(),
            ..*self
        }
    }
}
