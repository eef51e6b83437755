//! Finds the addresses of an existing table that are not in the stored form, without changing any.

use std::collections::BTreeMap;

use super::EmailAddress;

/// The addresses of a table, sorted by what has to be done before the toolkit reads them.
///
/// A user whose stored address is not in the form of [`EmailAddress`] cannot be read. Run this over a
/// table that another program filled, or that was filled before the form of addresses changed. Two rows
/// of one mailbox are never merged: an administrator decides who keeps the address.
///
/// # Examples
///
/// ```
/// use auth_core::EmailAudit;
///
/// let rows = [
///     (1, "ada@bücher.example"),
///     (2, "ada@xn--bcher-kva.example"),
///     (3, "Eve@Example.com"),
///     (4, "root@127.0.0.1"),
///     (5, "joe@example.com"),
/// ];
/// let audit = EmailAudit::of(rows);
///
/// let collision = &audit.collisions[0];
/// assert_eq!(collision.address.as_str(), "ada@bücher.example");
/// assert_eq!(collision.rows[1], (2, "ada@xn--bcher-kva.example".to_owned()));
/// assert_eq!(audit.rewrites[0].address.as_str(), "eve@example.com");
/// assert_eq!(audit.invalid, [(4, "root@127.0.0.1".to_owned())]);
/// assert!(!audit.is_clean());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmailAudit<K> {
    /// Mailboxes with more than one row, in the order of their addresses.
    pub collisions: Vec<EmailCollision<K>>,
    /// Rows whose mailbox has no other row and whose text must be replaced, in the order of their
    /// addresses.
    pub rewrites: Vec<EmailRewrite<K>>,
    /// Keys and texts that are not e-mail addresses, in the order of the rows.
    pub invalid: Vec<(K, String)>,
}

/// Several rows of one mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmailCollision<K> {
    /// The address in its stored form.
    pub address: EmailAddress,
    /// The keys and the texts as they are in the table.
    pub rows: Vec<(K, String)>,
}

/// A row whose text must be replaced by the stored form of its address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmailRewrite<K> {
    /// The key of the row.
    pub key: K,
    /// The text as it is in the table.
    pub text: String,
    /// The address in its stored form.
    pub address: EmailAddress,
}

impl<K> EmailAudit<K> {
    /// Sorts the rows of a table, given as keys and texts. Rows in the stored form without a collision
    /// are left out.
    #[must_use]
    pub fn of<T: Into<String>>(rows: impl IntoIterator<Item = (K, T)>) -> Self {
        let mut mailboxes: BTreeMap<EmailAddress, Vec<(K, String)>> = BTreeMap::new();
        let mut audit = Self {
            collisions: Vec::new(),
            rewrites: Vec::new(),
            invalid: Vec::new(),
        };
        for (key, text) in rows {
            let text = text.into();
            match EmailAddress::parse(&text) {
                Ok(address) => mailboxes.entry(address).or_default().push((key, text)),
                Err(_) => audit.invalid.push((key, text)),
            }
        }
        for (address, mut rows) in mailboxes {
            if rows.len() > 1 {
                audit.collisions.push(EmailCollision { address, rows });
            } else if let Some((key, text)) = rows.pop()
                && text != address.as_str()
            {
                audit.rewrites.push(EmailRewrite { key, text, address });
            }
        }
        audit
    }

    /// Returns whether every row can be read as it is.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.collisions.is_empty() && self.rewrites.is_empty() && self.invalid.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audit_lists_collisions_and_merges_nothing() {
        let audit = EmailAudit::of([
            ("a", "x@faß.de"),
            ("b", "ok@example.com"),
            ("c", "x@xn--fa-hia.de"),
            ("d", "-x@example.com"),
            ("e", "x@FAẞ.de"),
            ("f", "y@xn--fa-hia.de"),
        ]);
        let texts = |rows: &[(&'static str, String)]| -> Vec<_> {
            rows.iter()
                .map(|(key, text)| format!("{key} {text}"))
                .collect()
        };
        assert_eq!(audit.collisions.len(), 1);
        assert_eq!(audit.collisions[0].address.as_str(), "x@faß.de");
        assert_eq!(
            texts(&audit.collisions[0].rows),
            ["a x@faß.de", "c x@xn--fa-hia.de", "e x@FAẞ.de"]
        );
        assert_eq!(audit.rewrites.len(), 1);
        assert_eq!(
            (audit.rewrites[0].key, audit.rewrites[0].address.as_str()),
            ("f", "y@faß.de")
        );
        assert_eq!(texts(&audit.invalid), ["d -x@example.com"]);
        assert!(!audit.is_clean());
        assert!(EmailAudit::of([(1, "ok@example.com")]).is_clean());
    }
}
