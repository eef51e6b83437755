//! Roles: flat names that guards require.

use std::borrow::{Borrow, Cow};
use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::http::{FieldErrorCode, FieldKind, FieldType};
use crate::text;

/// One role in the form in which it is stored and compared: `NFKC(trim(input))` in lower case.
///
/// # Examples
///
/// ```
/// use auth_core::Role;
///
/// assert_eq!(Role::parse(" Billing ")?.as_str(), "billing");
/// # Ok::<(), auth_core::InvalidRole>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Role(Cow<'static, str>);

/// The input is not an accepted role name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a role name of 1 to 64 characters without invisible characters")]
pub struct InvalidRole;

impl Role {
    /// The longest accepted name, in Unicode code points.
    pub const MAX_CODE_POINTS: usize = 64;

    /// Normalises and checks a role name.
    ///
    /// # Errors
    ///
    /// [`InvalidRole`] if the normalised input is empty, over 64 code points, or has an invisible
    /// character.
    pub fn parse(input: &str) -> Result<Self, InvalidRole> {
        if input.len() > Self::MAX_CODE_POINTS * 8 {
            return Err(InvalidRole);
        }
        let folded: String = input.trim().nfkc().collect::<String>().to_lowercase();
        let name: String = folded.nfkc().collect();
        let length_fits = (1..=Self::MAX_CODE_POINTS).contains(&name.chars().count());
        if !length_fits || name.chars().any(text::is_invisible) {
            return Err(InvalidRole);
        }
        Ok(Self(name.into()))
    }

    /// Creates a role from a name in source code in its stored form: 1 to 64 characters of visible
    /// ASCII without upper-case letters, and inner spaces. In a constant, another name is a compile
    /// error. Parse names of other scripts with [`Role::parse`].
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::Role;
    ///
    /// const BILLING: Role = Role::from_static("billing");
    ///
    /// assert_eq!(Ok(BILLING), Role::parse("Billing"));
    /// ```
    ///
    /// ```compile_fail
    /// const BILLING: auth_core::Role = auth_core::Role::from_static("Billing");
    /// # let _ = BILLING;
    /// ```
    ///
    /// # Panics
    ///
    /// If the name has another form.
    #[must_use]
    pub const fn from_static(name: &'static str) -> Self {
        Self::check_static(name);
        Self(Cow::Borrowed(name))
    }

    pub(crate) const fn check_static(name: &str) {
        assert!(
            is_stored_ascii(name.as_bytes()),
            "not a role name in its stored form: 1 to 64 characters of lower-case ASCII"
        );
    }

    /// Returns the stored form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FieldType for Roles {
    const KIND: FieldKind = FieldKind::Array {
        items: &FieldKind::text(1..=Role::MAX_CODE_POINTS),
        max: Self::MAX,
    };

    /// A name may have white space around it, and a role may be named twice, so only [`Roles::parse`]
    /// checks bounds.
    fn read(_: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        let names = Vec::<String>::read(&Vec::<String>::KIND, value)?;
        Self::parse(names.iter().map(String::as_str)).map_err(|_| FieldErrorCode::Invalid)
    }
}

/// Returns whether [`Role::parse`] leaves an ASCII text unchanged.
const fn is_stored_ascii(name: &[u8]) -> bool {
    let ([b' ', ..] | [.., b' '] | []) = name else {
        let mut rest = name;
        while let [b' '..=b'@' | b'['..=b'~', others @ ..] = rest {
            rest = others;
        }
        return rest.is_empty() && name.len() <= Role::MAX_CODE_POINTS;
    };
    false
}

impl AsRef<str> for Role {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

// Roles are compared by their text, as `str` compares.
impl Borrow<str> for Role {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The roles of a user, sorted and without duplicates.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    /// The most roles of one user; it limits the size of a stored user.
    pub const MAX: usize = 64;

    /// Returns an empty set.
    #[must_use]
    pub const fn none() -> Self {
        Self(BTreeSet::new())
    }

    /// Parses a list of names; the same name twice counts once.
    ///
    /// # Errors
    ///
    /// [`InvalidRole`] if a name is not a [`Role`], or if there are more than [`Roles::MAX`].
    pub fn parse<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, InvalidRole> {
        let roles = names
            .into_iter()
            .map(Role::parse)
            .collect::<Result<BTreeSet<_>, _>>()?;
        if roles.len() > Self::MAX {
            Err(InvalidRole)
        } else {
            Ok(Self(roles))
        }
    }

    /// Returns whether a role is among them; a text is compared with the stored form, without
    /// normalisation.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::{Role, Roles};
    ///
    /// let roles = Roles::parse(["Billing"])?;
    /// assert!(roles.contains("billing") && roles.contains(Role::parse("BILLING")?));
    /// assert!(!roles.contains("Billing"));
    /// # Ok::<(), auth_core::InvalidRole>(())
    /// ```
    #[must_use]
    pub fn contains(&self, role: impl AsRef<str>) -> bool {
        self.0.contains(role.as_ref())
    }

    /// Returns whether there are no roles.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the roles in their sorted order.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.0.iter()
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_normalised_and_sorted() {
        let roles = Roles::parse([" Admin ", "ADMIN", "ｂilling"]).unwrap();
        let names: Vec<_> = roles.iter().map(Role::as_str).collect();
        assert_eq!(names, ["admin", "billing"]);
        assert_eq!(Roles::parse([""]), Err(InvalidRole));
        assert_eq!(Roles::parse(["a\0"]), Err(InvalidRole));
    }

    /// The compiler accepts exactly the names that `parse` leaves unchanged.
    #[test]
    fn static_name_is_accepted_exactly_in_its_stored_form() {
        let all = (0..=127).map(char::from);
        let names = all.flat_map(|c| {
            [
                c.to_string(),
                format!("a{c}b"),
                format!("{c}a"),
                format!("a{c}"),
            ]
        });
        let lengths = [String::new(), "a".repeat(64), "a".repeat(65)];
        for name in names.chain(lengths) {
            let is_stored = Role::parse(&name).is_ok_and(|role| role.as_str() == name);
            assert_eq!(is_stored_ascii(name.as_bytes()), is_stored, "{name:?}");
        }
        assert!(!is_stored_ascii("é".as_bytes()));
    }
}
