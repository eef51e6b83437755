//! Comparisons that take the same time wherever the values differ.

use subtle::ConstantTimeEq;

use super::Secret;

/// Returns whether the two byte strings are equal. The time taken depends on their lengths alone.
///
/// Lengths are compared in variable time, so compare values whose length is public: digests and
/// tags, not passwords.
///
/// # Examples
///
/// ```
/// use auth_core::secret::constant_time_eq;
///
/// assert!(constant_time_eq(b"tag", b"tag"));
/// assert!(!constant_time_eq(b"tag", b"tap"));
/// assert!(!constant_time_eq(b"tag", b"tags"));
/// ```
#[must_use]
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// Returns whether the two secrets are the same. Finds a key that is configured for two roles.
///
/// # Examples
///
/// ```
/// use auth_core::secret::{Secret, same_secret};
///
/// let (access, reset) = (Secret::generate()?, Secret::generate()?);
/// assert!(!same_secret(&access, &reset));
/// # Ok::<(), auth_core::secret::RandomError>(())
/// ```
#[must_use]
pub fn same_secret(left: &Secret, right: &Secret) -> bool {
    constant_time_eq(left.expose(), right.expose())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A11.2.4: every byte is compared, at every position.
    #[test]
    fn difference_in_any_bit_is_found() {
        let value = [0x5a_u8; 32];
        assert!(constant_time_eq(&value, &value));
        for bit in 0..256 {
            let mut other = value;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!constant_time_eq(&value, &other), "bit {bit}");
        }
        assert!(!constant_time_eq(&value, &value[..31]));
        assert!(!constant_time_eq(&value, &[]));
        assert!(constant_time_eq(&[], &[]));
    }

    #[test]
    fn equal_secrets_are_the_same() {
        assert!(same_secret(&Secret::new("abc"), &Secret::new(*b"abc")));
        assert!(!same_secret(&Secret::new("abc"), &Secret::new("abd")));
        assert!(!same_secret(&Secret::new("abc"), &Secret::new("abc ")));
    }
}
