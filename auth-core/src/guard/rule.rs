//! The parts of a guard that a constant can hold.

use std::fmt;

use super::GuardError;
use crate::authenticator::Authenticated;
use crate::error::AppCode;
use crate::user::{AuthUser, Role};

/// One part of a guard.
pub(super) enum Rule<U> {
    AnyRole(&'static [&'static str]),
    AllRoles(&'static [&'static str]),
    Custom {
        code: AppCode,
        detail: &'static str,
        passes: fn(&U, &Authenticated<U>) -> bool,
    },
}

impl<U: AuthUser> Rule<U> {
    pub(super) fn check(&self, user: &Authenticated<U>) -> Result<(), GuardError> {
        let holds = |name: &&str| user.roles().contains(name);
        let (passes, error) = match self {
            Self::AnyRole(names) => (names.iter().any(holds), GuardError::InsufficientRoles),
            Self::AllRoles(names) => (names.iter().all(holds), GuardError::InsufficientRoles),
            Self::Custom {
                code,
                detail,
                passes,
            } => {
                let (code, detail) = (*code, *detail);
                (
                    passes(user.user(), user),
                    GuardError::Custom { code, detail },
                )
            }
        };
        if passes { Ok(()) } else { Err(error) }
    }
}

/// Adds a rule in the first free place.
#[expect(clippy::panic, reason = "in a constant it is a compile error")]
pub(super) const fn push<U>(places: &mut [Option<Rule<U>>], rule: Rule<U>) {
    match places {
        [place @ None, ..] => *place = Some(rule),
        [_, rest @ ..] => push(rest, rule),
        [] => panic!("a guard has at most eight rules"),
    }
}

/// Checks a list of roles that is written in the program.
pub(super) const fn check_names(names: &[&'static str]) {
    assert!(!names.is_empty(), "a guard needs at least one role");
    let mut rest = names;
    while let [name, others @ ..] = rest {
        Role::check_static(name);
        rest = others;
    }
}

impl<U> Clone for Rule<U> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<U> Copy for Rule<U> {}

impl<U> fmt::Debug for Rule<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnyRole(names) => f.debug_tuple("AnyRole").field(names).finish(),
            Self::AllRoles(names) => f.debug_tuple("AllRoles").field(names).finish(),
            Self::Custom { code, .. } => f.debug_tuple("Custom").field(code).finish(),
        }
    }
}
