//! The account that a server runs as when root starts it.

use std::fs;

use crate::Engine;

/// A user and a group, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) user: u32,
    pub(crate) group: u32,
}

impl Account {
    /// Returns the account of the engine's package, or else an unprivileged account.
    pub(crate) fn of(engine: Engine) -> Option<Self> {
        let accounts = fs::read_to_string("/etc/passwd").ok()?;
        let own = match engine {
            Engine::Postgres => "postgres",
            Engine::Mysql => "mysql",
        };
        [own, "nobody"]
            .into_iter()
            .find_map(|name| Self::parse(&accounts, name))
    }

    /// Finds `name:password:user:group:…`; an alias of root is rejected.
    fn parse(accounts: &str, name: &str) -> Option<Self> {
        accounts.lines().find_map(|line| {
            let mut parts = line.split(':');
            if parts.next()? != name {
                return None;
            }
            let user = parts.nth(1)?.parse().ok()?;
            let group = parts.next()?.parse().ok()?;
            (user != 0).then_some(Self { user, group })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn accounts_are_found_by_exact_name_and_root_is_rejected() {
        let accounts = "root:x:0:0:root:/:/bin/sh\n\
                        postgres-old:x:7:7::/:/bin/sh\n\
                        postgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n\
                        mysql:x:0:0::/:/bin/sh\n\
                        broken\n";
        let expected = Some(Account {
            user: 101,
            group: 104,
        });
        assert_eq!(Account::parse(accounts, "postgres"), expected);
        assert_eq!(Account::parse(accounts, "mysql"), None);
        assert_eq!(Account::parse(accounts, "broken"), None);
        assert_eq!(Account::parse(accounts, "nobody"), None);
    }
}
